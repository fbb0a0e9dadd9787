/*
 * A running job: takes inputs one by one, lets the flow judge them at once, stores what it records, then rejoices.
 *
 * Judging is in memory and never waits. Saving runs behind it in order. An error sounds at once; the good tone sounds
 * when the scan's transaction has completed. When saving fails the job goes back to its last stored state and says so:
 * no good tone was heard for what is lost.
 */
import type { Earcon } from '../feedback/tones';
import { isGood } from '../feedback/tones';
import type { Feedback } from '../feedback/sounds';
import type { Fit } from '../inputs/camera_votes';
import { keyKind } from '../flows/key_kinds';
import { isOver, type Bundle, type CodeReading, type Effect, type Flow, type FlowState, type Input, type Refusal, type ScanRecord, type Source, type Tone, type Verdict } from '../flows/flow';
import type { Draft, Outbox, TaskState } from '../offline/outbox';
import type { StoredScan } from '../offline/local_store';
import type { Timers } from '../offline/sender';

export type Saving = 'saved' | 'saving' | 'not_saved';

export interface JobView {
  state: FlowState;
  bundle: Bundle;
  /** Stays until something right is scanned or it is tapped away. */
  refusal: Refusal | null;
  question: { question: string; values: Record<string, unknown> } | null;
  saving: Saving;
  /** The last answer to the hand; `count` grows, so that equal answers in a row are seen as two. */
  last: { tone: Earcon; count: number } | null;
  done: boolean;
}

export interface JobOptions {
  flow: Flow;
  bundle: Bundle;
  state?: FlowState;
  outbox: Pick<Outbox, 'append'>;
  feedback: Feedback;
  newAct: () => string;
  session: () => string | null;
  stored(scans: StoredScan[]): void;
  timers?: Timers;
}

const SAVING_SHOWN_MS = 250;
const GIVEN_UP_MS = 1_500;
/** Refusals of codes that nobody here knows. */
const UNKNOWN = new Set(['CODE_UNKNOWN', 'NOT_ON_DELIVERY']);

interface Pending {
  drafts: Draft[];
  before: FlowState;
  after: FlowState;
  tones: Tone[];
}

export class Job {
  readonly flow: Flow;
  private bundle: Bundle;
  private state: FlowState;
  private stored: FlowState;
  private refusal: Refusal | null = null;
  private question: JobView['question'] = null;
  private saving: Saving = 'saved';
  private last: JobView['last'] = null;
  private answers = 0;
  private readonly waiting: Pending[] = [];
  private writing: Promise<void> | null = null;
  private readonly listeners = new Set<(view: JobView) => void>();
  private readonly timers: Timers;

  constructor(private readonly options: JobOptions) {
    this.flow = options.flow;
    this.bundle = options.bundle;
    this.state = options.state ?? this.flow.start(options.bundle, options.newAct);
    this.stored = this.state;
    this.timers = options.timers ?? {
      set: (run, delay_ms) => setTimeout(run, delay_ms),
      clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    };
  }

  get view(): JobView {
    const { state, bundle, refusal, question, saving, last } = this;
    return { state, bundle, refusal, question, saving, last, done: isOver(state.path) };
  }

  subscribe(listener: (view: JobView) => void): () => void {
    this.listeners.add(listener);
    listener(this.view);
    return () => void this.listeners.delete(listener);
  }

  /** Judge one input. Returns the tone it deserves, for callers that show it elsewhere. */
  input(input: Input, source: Source = 'button'): Earcon | null {
    const byHand = input.type !== 'bundle_changed' && input.type !== 'verdict';
    if (byHand && this.saving === 'not_saved') this.saving = 'saved';
    if (byHand) this.question = null;
    if (input.type === 'bundle_changed') this.bundle = input.bundle as Bundle;
    const before = this.state;
    const { state, effects } = this.flow.step(before, input, this.options.newAct);
    this.state = state;
    const records = effects.filter((effect) => effect.type === 'record').map((effect) => effect.scan);
    const tones = effects.filter((effect) => effect.type === 'feedback').map((effect) => effect.tone);
    this.show(effects, tones, records);
    const saved = input.type === 'scan' ? input.source : source;
    if (records.length > 0 || state !== before) {
      this.waiting.push({ drafts: records.map((scan) => this.draft(scan, saved)), before, after: state, tones });
      this.writing ??= this.write().finally(() => (this.writing = null));
    } else for (const tone of tones.filter(isGood)) this.options.feedback.play(tone);
    this.tell();
    return tones.at(-1) ?? null;
  }

  /** What the flow would say to a code that the camera sees; nothing is taken by it. `known` is what the job waits for. */
  fit(reading: CodeReading, raw: string, known: ReadonlySet<string>): Fit {
    const kind = keyKind(reading.keys);
    if (kind === 'command') return 'wanted';
    const { effects } = this.flow.step(this.state, { type: 'scan', reading, raw, source: 'camera' }, () => '');
    const records = effects.filter((effect) => effect.type === 'record').map(({ scan }) => scan);
    const refused = effects.find((effect) => effect.type === 'refuse')?.refusal.code ?? records.find(({ local }) => local !== 'ok')?.local;
    if (refused !== undefined) return kind === 'text' || UNKNOWN.has(refused) ? 'nothing' : 'known';
    // Goods that only the books could know are for a hand that means them.
    const unknown = records.some((scan) => scan.kind === 'product' && !scan.keys.some((key) => known.has(key)));
    return unknown ? 'nothing' : 'wanted';
  }

  verdict(verdict: Verdict): void {
    this.input({ type: 'verdict', verdict });
  }

  /** Tap away the card of a wrong scan, a question, or the red "not saved". */
  dismiss(): void {
    this.refusal = null;
    this.question = null;
    this.last = null;
    if (this.saving === 'not_saved') this.saving = 'saved';
    this.tell();
  }

  /** The same code again within a moment: the trigger bounced. */
  bounce(): void {
    this.answer('bounce');
    this.options.feedback.play('bounce');
    this.tell();
  }

  /** Resolves when all that was judged so far is stored or given up. */
  async settled(): Promise<void> {
    while (this.writing !== null) await this.writing;
  }

  private show(effects: Effect[], tones: Tone[], records: ScanRecord[]): void {
    const refused = effects.find((effect) => effect.type === 'refuse');
    const asked = effects.find((effect) => effect.type === 'ask');
    if (refused !== undefined) this.refusal = refused.refusal;
    else if (records.length > 0 || tones.some(isGood)) this.refusal = null;
    if (asked !== undefined) this.question = { question: asked.question, values: asked.values ?? {} };
    for (const tone of tones) {
      this.options.feedback.vibrate(tone);
      if (!isGood(tone)) this.options.feedback.play(tone);
      this.answer(tone);
    }
  }

  private answer(tone: Earcon): void {
    this.answers += 1;
    this.last = { tone, count: this.answers };
  }

  private draft(scan: ScanRecord, source: Source): Draft {
    return { flow: this.flow.name, task: this.bundle.task, source, session: this.options.session(), scan };
  }

  private async write(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const giveUp = new AbortController();
      const slow = this.timers.set(() => this.savingIs('saving'), SAVING_SHOWN_MS);
      const late = this.timers.set(() => giveUp.abort(), GIVEN_UP_MS);
      try {
        const scans = await this.options.outbox.append(next.drafts, this.taskState(next.after), giveUp.signal);
        this.stored = next.after;
        for (const tone of next.tones.filter(isGood)) this.options.feedback.play(tone);
        if (this.saving !== 'saved') this.savingIs('saved');
        if (scans.length > 0) this.options.stored(scans);
      } catch {
        this.lose();
      } finally {
        this.timers.clear(slow);
        this.timers.clear(late);
      }
    }
  }

  /** What was judged after the last stored state never happened. */
  private lose(): void {
    this.waiting.length = 0;
    this.state = this.stored;
    this.answer('not_saved');
    this.options.feedback.play('not_saved');
    this.options.feedback.vibrate('not_saved');
    this.savingIs('not_saved');
  }

  private taskState(state: FlowState): TaskState {
    return { task: this.bundle.task, flow: this.flow.name, bundle: this.bundle, state, shape: this.flow.shape ?? 1 };
  }

  private savingIs(saving: Saving): void {
    this.saving = saving;
    this.tell();
  }

  private tell(): void {
    const { view } = this;
    for (const listener of this.listeners) listener(view);
  }
}
