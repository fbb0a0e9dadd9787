/*
 * A shift: one device, one person, the jobs they open, and the queue that carries their scans to the server.
 *
 * The device's token sends the queue, whoever is signed in: a change of person never strands scans. Screens read
 * `view` and call the verbs below; they hold no rules.
 */
import { apiClient, type Api } from '../api/client';
import type { Bundle, CodeReading, FlowState, Verdict } from '../flows/flow';
import type { Judged } from '../inputs/camera_votes';
import { Bounces, keysIn, readBurst } from '../inputs/reading';
import type { Burst } from '../inputs/wedge_decoder';
import { newId } from '../offline/ids';
import { readMeta, removeMeta, writeMeta, type Device, type Settings, type StoredScan } from '../offline/local_store';
import { Outbox, type ScansReply } from '../offline/outbox';
import { HeldWork } from './held_work';
import type { Job } from './job';
import { Passes } from './passes';
import { ScanQueue } from './scan_queue';
import { ShelfLock } from './shelf_lock';
import type { ShiftOptions } from './shift_options';
import { DEFAULT_SETTINGS, type ScannedCode, type ShiftView, type WorkRequest } from './shift_view';

export type { ScannedCode, ShiftView, WorkRequest } from './shift_view';

export class Shift {
  readonly outbox: Outbox;
  readonly api: Api;
  job: Job | null = null;
  private known: ReadonlySet<string> = new Set();
  private readonly bounces = new Bounces();
  private readonly listeners = new Set<(view: ShiftView) => void>();
  private forgetJob: (() => void) | null = null;
  private readonly done = new Set<string>();
  private readonly queue: ScanQueue;
  private readonly held: HeldWork;
  private readonly passes: Passes;
  private readonly shelf: ShelfLock;
  /** Whose job is open, also after the session is over. */
  private worker: number | null = null;
  view: ShiftView = {
    device: null, session: null, locked: false, language: 'cs', scanned: 0, saved: 0, unsent: 0, link: 'ok', refused: null,
    corrections: [], settings: DEFAULT_SETTINGS, job: null, clock_off_ms: 0, lost: 0,
  };

  constructor(readonly options: ShiftOptions) {
    const outbox = { app: options.app, ...(options.now_ms === undefined ? {} : { now_ms: options.now_ms }) };
    this.outbox = new Outbox(options.store, outbox);
    const credentials = () => ({
      device: this.view.device?.token ?? null,
      session: this.view.session?.uuid ?? null,
    });
    const now_ms = (): number => this.now_ms();
    this.passes = new Passes(options.store, now_ms);
    this.shelf = new ShelfLock(options.store, now_ms, () => this.view.clock_off_ms);
    this.api =
      options.api?.(() => this.view.device?.uid ?? null) ??
      this.passes.telling(apiClient(credentials, '', options.fetcher ?? ((address, init) => fetch(address, init))));
    this.held = new HeldWork(this.api, this.outbox, options.loadFlow);
    this.queue = new ScanQueue(this);
  }

  subscribe(listener: (view: ShiftView) => void): () => void {
    this.listeners.add(listener);
    listener(this.view);
    return () => void this.listeners.delete(listener);
  }

  // Opening, enrolment, sign-in

  async open(): Promise<void> {
    const { store } = this.options;
    const [device, session, settings, language] = await Promise.all([
      readMeta(store, 'device'), readMeta(store, 'session'), readMeta(store, 'settings'), readMeta(store, 'language'),
    ]);
    const clock_off_ms = (await readMeta(store, 'clock_off_ms')) ?? 0;
    // By the server's clock: one that is hours wrong here neither ends a session nor prolongs it.
    const now_ms = this.now_ms() + clock_off_ms;
    const valid = session !== undefined && Date.parse(session.expires_at) > now_ms ? session : null;
    this.set({
      clock_off_ms,
      device: device ?? null,
      session: valid,
      settings: { ...DEFAULT_SETTINGS, ...settings },
      language: language ?? this.view.language,
      corrections: await this.outbox.corrections(),
    });
    this.worker = valid?.person.id ?? null;
    this.set({ locked: valid !== null && (await this.shelf.open()) });
    await this.queue.open(device);
  }

  async enrol(token: string, name: string): Promise<void> {
    const body = { token, name, app: this.options.app };
    const reply = await this.api<{ device: string; token: string; name: string }>('/api/devices', { method: 'POST', body });
    const device: Device = { uid: reply.device, token: reply.token, name: reply.name };
    const { unsent } = await this.outbox.counts();
    // A new device counts from one again; scans of the old one would be mistaken for its own.
    if (unsent > 0) await this.outbox.renumber();
    else await this.outbox.startNumbering();
    await writeMeta(this.options.store, 'device', device);
    // Who starts with this version has no use for what is new in it.
    await this.newsSeen();
    await this.queue.shiftBegins(0);
    this.set({ device, refused: null });
    await this.queue.count();
    this.queue.start(device);
  }

  async signIn(badge: string, pin: string): Promise<void> {
    const session = await this.passes.signIn(this.api, badge.trim().toUpperCase(), pin);
    const same = session.person.id === this.worker;
    if (!same && this.worker !== null) await this.closeJob();
    await writeMeta(this.options.store, 'session', session);
    if (!same) {
      await this.setLanguage(session.person.language);
      await this.queue.shiftBegins((await this.outbox.counts()).last_seq);
    }
    this.worker = session.person.id;
    this.shelf.touch();
    this.set({ session, locked: false });
    await this.queue.count();
  }

  /** Somebody is here. What lay untouched for too long is locked by the first touch, not opened by it. */
  touch(): void {
    this.lockIfIdle();
    if (!this.view.locked) this.shelf.touch();
  }

  lockIfIdle(): void {
    const { session, locked, clock_off_ms } = this.view;
    if (session === null) return;
    if (Date.parse(session.expires_at) <= this.now_ms() + clock_off_ms) void this.sessionIsOver();
    else if (!locked && this.shelf.idle()) this.set({ locked: true });
  }

  /** Allowed with unsent scans: they carry their author and go under the device's token. */
  async signOut(): Promise<void> {
    await this.closeJob();
    void this.api('/api/sessions/current', { method: 'DELETE' }).catch(() => undefined);
    await removeMeta(this.options.store, 'session');
    this.worker = null;
    this.set({ session: null, locked: false });
  }

  /** The server no longer knows who works here: sign in again; the job stays as it is. */
  async sessionIsOver(): Promise<void> {
    this.set({ session: null, locked: false });
    await removeMeta(this.options.store, 'session');
  }

  async setLanguage(language: string): Promise<void> {
    await writeMeta(this.options.store, 'language', language);
    this.set({ language });
  }

  /** The version of this app when its news were not shown here yet. */
  async unseenNews(): Promise<string | null> {
    return (await readMeta(this.options.store, 'news_seen')) === this.options.app ? null : this.options.app;
  }

  async newsSeen(): Promise<void> {
    await writeMeta(this.options.store, 'news_seen', this.options.app);
  }

  async setSettings(change: Partial<Settings>): Promise<void> {
    const settings = { ...this.view.settings, ...change };
    await writeMeta(this.options.store, 'settings', settings);
    this.set({ settings });
  }

  // Work

  /** Asks the server for work and opens it; false when there is none. */
  async getWork(request: WorkRequest): Promise<boolean> {
    const bundle = await this.held.find(request);
    if (bundle === null) return false;
    await this.openJob(bundle);
    return true;
  }

  /** Takes work along for hours without network; tells how many jobs came. */
  fetchAhead(request: WorkRequest, count: number): Promise<number> {
    return this.held.fetchAhead(request, count, newId);
  }

  /** Takes a running task over, e.g. by scanning the code of its wave. */
  async take(task: string): Promise<boolean> {
    const path = `/api/work/${encodeURIComponent(task)}/take`;
    const { bundle } = await this.api<{ bundle: Bundle | null }>(path, { method: 'POST' });
    if (bundle === null) return false;
    await this.openJob(bundle);
    return true;
  }

  /** What is open: on the server when it answers, on the device in any case. */
  async openTasks(): Promise<Bundle[]> {
    const { bundles, corrections } = await this.held.open();
    if (corrections !== null) this.set({ corrections: corrections.filter((each) => !this.done.has(each.id)) });
    return bundles;
  }

  /** Goes on where the device left off when it still holds unsent scans of the task; begins from the books otherwise. */
  async openJob(bundle: Bundle): Promise<void> {
    const flow = await this.options.loadFlow(bundle.flow);
    if (flow === null) throw new Error(`expected a flow of this app, got ${bundle.flow}; update the app`);
    // A job needs the flow's own chunk anyway: the machinery of jobs comes beside it, not with the first screen.
    const { Job } = await (this.options.loadJob ?? (() => import('./job')))();
    await this.closeJob();
    const stored = await this.outbox.openTask(bundle.task);
    const unsent = (await this.outbox.unsentOf(bundle.task)) > 0;
    const resumed: FlowState | undefined =
      stored !== undefined && unsent && (stored.shape ?? 1) === (flow.shape ?? 1) ? stored.state : undefined;
    const job = new Job({
      flow,
      bundle: resumed === undefined ? bundle : (stored?.bundle ?? bundle),
      ...(resumed === undefined ? {} : { state: resumed }),
      outbox: this.outbox,
      feedback: this.options.feedback,
      newAct: newId,
      session: () => this.view.session?.uuid ?? null,
      stored: (scans) => this.queue.stored(scans),
      ...(this.options.timers === undefined ? {} : { timers: this.options.timers }),
    });
    this.job = job;
    this.known = keysIn(bundle);
    const { bundle: opened, state } = job.view;
    await this.outbox.append([], { task: bundle.task, flow: bundle.flow, bundle: opened, state, shape: flow.shape ?? 1 });
    this.forgetJob = job.subscribe((view) => this.set({ job: view }));
  }

  async closeJob(): Promise<void> {
    const { job } = this;
    if (job === null) return;
    await job.settled();
    this.forgetJob?.();
    this.forgetJob = null;
    this.job = null;
    this.known = new Set();
    await this.held.forgetFinished();
    this.set({ job: null });
  }

  /** The books' view of the open task; taken only when nothing of ours is still under way. */
  async refreshJob(): Promise<void> {
    const { job } = this;
    if (job === null) return;
    const { task } = job.view.bundle;
    const before = await this.outbox.counts();
    if (before.unsent > 0) return;
    const { bundle } = await this.api<{ bundle: Bundle | null }>(`/api/work/${encodeURIComponent(task)}`);
    const after = await this.outbox.counts();
    if (bundle === null || this.job !== job || after.last_seq !== before.last_seq) return;
    this.known = keysIn(bundle);
    job.input({ type: 'bundle_changed', bundle });
  }

  // Codes

  /** A burst of the wedge becomes a code; null when the trigger bounced. */
  read(burst: Burst): ScannedCode | null {
    const { reading, raw } = readBurst(burst, this.known, this.options.readCode, this.view.settings.keyboard);
    return this.fresh({ reading, raw, source: 'wedge' });
  }

  readText(text: string, source: 'camera' | 'typed'): ScannedCode | null {
    return this.fresh({ reading: this.options.readCode(text, this.known), raw: text, source });
  }

  /** What a text means, without taking it: for pictures that hold many codes at once. */
  meaning(text: string): CodeReading {
    return this.options.readCode(text, this.known);
  }

  /** Whether a code that the camera sees is to be taken: by the open job, or by a screen that takes whatever is readable. */
  judge(text: string, job: Job | null = this.job): Judged {
    const reading = this.options.readCode(text, this.known);
    const unreadable = reading.error !== null && reading.keys.every((key) => key.startsWith('text:'));
    if (unreadable || reading.keys.length === 0) return { fit: 'nothing', proven: false };
    return { fit: job?.fit(reading, text, this.known) ?? 'wanted', proven: reading.proven === true };
  }

  /** Keys of the open job, for a reader elsewhere that may let them break a tie. */
  get expected(): ReadonlySet<string> {
    return this.known;
  }

  /** Feeds the open job. Printed commands become the inputs that the buttons make. */
  scan({ reading, raw, source }: ScannedCode): void {
    const { job } = this;
    if (job === null || this.view.locked) return;
    if (reading.keys.includes('command:undo')) job.input({ type: 'undo' }, source);
    else if (reading.keys.includes('command:skip')) job.input({ type: 'skip' }, source);
    else job.input({ type: 'scan', reading, raw, source }, source);
  }

  private fresh(code: ScannedCode): ScannedCode | null {
    if (!this.bounces.isBounce(code.raw, code.source, this.now_ms())) return code;
    if (this.job === null) this.options.feedback.play('bounce');
    else this.job.bounce();
    return null;
  }

  // Corrections

  /** A person has put it right. Kept until the server knows, and hidden at once. */
  async finishCorrection(id: string): Promise<void> {
    this.done.add(id);
    this.set({ corrections: this.view.corrections.filter((each) => each.id !== id) });
    await this.tellDone(id).catch(() => undefined);
  }

  private async tellDone(id: string): Promise<void> {
    await this.api(`/api/corrections/${id}/done`, { method: 'POST' });
    await this.outbox.removeCorrection(id);
    this.done.delete(id);
  }

  // The queue

  /** Somebody has read how many scans were lost. */
  lossRead(): void {
    this.queue.lossRead();
  }

  poke(): void {
    this.queue.poke();
  }

  /** The page goes: nothing more is sent from here. */
  stop(): void {
    this.queue.stop();
  }

  /** Resolves after one try to send everything. */
  async sendNow(): Promise<void> {
    await this.queue.sendNow();
  }

  /** For the queue: the server has answered. */
  async settled(answered: { scan: StoredScan; verdict: Verdict }[], reply: ScansReply): Promise<void> {
    await this.queue.count();
    const corrections = reply.corrections.filter((each) => !this.done.has(each.id));
    if (corrections.some((each) => !this.view.corrections.some((old) => old.id === each.id))) {
      this.options.feedback.play('warning');
      this.options.feedback.vibrate('warning');
    }
    const clock_off_ms = Date.parse(reply.server_time) - this.now_ms();
    if (Math.abs(clock_off_ms - this.view.clock_off_ms) > 1_000) {
      await writeMeta(this.options.store, 'clock_off_ms', clock_off_ms).catch(() => undefined);
    }
    this.set({ corrections, clock_off_ms });
    if (this.job === null && answered.length > 0) await this.held.forgetFinished();
    const until = this.view.session?.expires_at;
    if (until !== undefined && Date.parse(until) <= this.now_ms() + clock_off_ms) await this.sessionIsOver();
    for (const id of this.done) void this.tellDone(id).catch(() => undefined);
    let refused = false;
    for (const { scan, verdict } of answered) {
      const nobody = verdict.refusal?.code === 'PERSON_NEEDED' && scan.session === (this.view.session?.uuid ?? null);
      if (nobody && this.view.session !== null) await this.sessionIsOver();
      if (verdict.outcome === 'ok' || scan.task !== this.job?.view.bundle.task) continue;
      refused = true;
      this.job.verdict(verdict);
    }
    if (refused || reply.work_changed) await this.refreshJob().catch(() => undefined);
  }

  private now_ms(): number {
    return (this.options.now_ms ?? Date.now)();
  }

  /** For the queue as well: something to be shown has changed. */
  set(change: Partial<ShiftView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener(this.view);
  }
}
