/*
 * The courier's side of a handover. The link opens one session of fifteen minutes; both sides see the same list, because
 * each answer brings it whole and it is asked for every two seconds.
 */
import { ApiProblem, apiClient, type Api } from '../api/client';
import { Sounds } from '../feedback/sounds';
import { problemText } from '../office/problem_text';
import type { CourierPage, CourierSession, CourierVerdict, CourierView } from './shapes';
import type { CourierSay } from './texts/texts';

const POLL_MS = 2_000;
const KEPT = 'rampa.courier.';

export interface Told {
  good: boolean;
  text: string;
}
export interface SignatureGiven {
  name: string;
  plate: string;
  remark: string;
  signature: string;
  content_hash: string;
  confirm_missing: boolean;
}

export class CourierState {
  view: CourierView | null = $state.raw(null);
  step: 'look' | 'scan' | 'sign' | 'signed' | 'gone' = $state('look');
  told: Told | null = $state.raw(null);
  problem = $state('');
  offline = $state(false);
  busy = $state(false);
  session: string | null = $state(null);
  /** Scanned without a connection: judged in their order as soon as the server answers again. */
  waiting: readonly string[] = $state.raw([]);
  private readonly sounds = new Sounds();
  private readonly api: Api;
  private asked = 0;

  constructor(
    readonly token: string,
    readonly say: CourierSay,
    fetcher: typeof fetch = (...args) => fetch(...args),
  ) {
    this.session = sessionStorage.getItem(KEPT + token);
    this.api = apiClient(() => ({ device: null, session: null }), '', fetcher);
  }

  private get path(): string {
    return `/api/courier/${encodeURIComponent(this.session ?? this.token)}`;
  }
  get documentAddress(): string {
    return `${this.path}/document.pdf`;
  }

  start(): () => void {
    void this.look();
    const timer = setInterval(() => {
      if (!document.hidden && this.step !== 'gone' && !this.busy) void this.look();
    }, POLL_MS);
    return () => clearInterval(timer);
  }

  async look(): Promise<void> {
    const mine = ++this.asked;
    try {
      const page = await this.api<CourierPage>(this.path);
      if (mine !== this.asked) return;
      if (this.offline) this.problem = '';
      this.offline = false;
      this.show(page.handover);
      if (this.step === 'look' && page.opened) this.step = 'scan';
    } catch (error) {
      if (mine === this.asked) this.fail(error);
      return;
    }
    await this.sendWaiting();
  }

  private show(view: CourierView): void {
    this.view = view;
    if (view.state === 'signed') this.step = 'signed';
  }

  private fail(error: unknown): void {
    if (!(error instanceof ApiProblem)) {
      this.offline = true;
      return;
    }
    this.problem = problemText(this.say, error);
    // A signed list stays on the screen even when the session is over.
    if (['LINK_UNKNOWN', 'SESSION_OVER', 'HANDOVER_UNKNOWN'].includes(error.problem.code) && this.step !== 'signed') this.step = 'gone';
  }

  /** Looking has no effect; only this button spends the link. It also unlocks the sounds. */
  async open(): Promise<void> {
    void this.sounds.unlock();
    await this.during(async () => {
      const opened = await this.api<CourierSession>(`/api/courier/${encodeURIComponent(this.token)}/open`, { method: 'POST', body: {} });
      this.session = opened.session;
      sessionStorage.setItem(KEPT + this.token, opened.session);
      this.step = 'scan';
      this.show(opened.handover);
    });
  }

  async scan(code: string): Promise<void> {
    if (code.trim() === '' || this.step !== 'scan') return;
    this.told = null;
    const behind = this.offline && this.waiting.length > 0;
    if (behind || !(await this.during(() => this.judge(code)))) this.keep(code);
  }

  private async judge(code: string): Promise<void> {
    const verdict = await this.api<CourierVerdict>(`${this.path}/scans`, { method: 'POST', body: { code } });
    this.show(verdict.handover);
    if (verdict.outcome === 'ok') {
      this.tell(true, `${this.say('ok')}: ${verdict.parcel ?? code}`);
      return;
    }
    const refusal = verdict.refusal;
    const values = { ...refusal?.got, ...refusal?.values };
    // Three dots stand for a parcel that has no new label yet.
    const variant = refusal?.code === 'LABEL_VOID' && values['valid'] === '…' ? '.none' : '';
    this.tell(false, refusal === null ? code : this.say.code('refusal', `${refusal.code}${variant}`, refusal.code, values), refusal?.code === 'ALREADY_LOADED');
  }

  private keep(code: string): void {
    if (!this.offline) return;
    this.problem = '';
    if (!this.waiting.includes(code)) this.waiting = [...this.waiting, code];
    this.sounds.play('later');
    this.sounds.vibrate('later');
  }

  /** A code that the server knows already is told so and loads nothing twice. */
  private async sendWaiting(): Promise<void> {
    for (const code of this.waiting) {
      if (this.step !== 'scan' || (!(await this.during(() => this.judge(code))) && this.offline)) return;
      this.waiting = this.waiting.filter((each) => each !== code);
    }
  }

  private tell(good: boolean, text: string, mild = false): void {
    this.told = { good: good || mild, text };
    const earcon = good ? (this.view?.missing === 0 ? 'order' : 'piece') : mild ? 'already' : 'wrong_thing';
    this.sounds.play(earcon);
    this.sounds.vibrate(earcon);
  }

  async sign(given: SignatureGiven): Promise<boolean> {
    let signed = false;
    await this.during(async () => {
      await this.api(`${this.path}/sign`, { method: 'POST', body: given });
      signed = true;
    });
    await this.look();
    return signed;
  }

  /** Whether it was answered as wished. */
  private async during(work: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.asked++;
    this.problem = '';
    try {
      await work();
      this.offline = false;
      return true;
    } catch (error) {
      this.fail(error);
      if (this.offline) this.problem = this.say('problem.NO_ANSWER');
      return false;
    } finally {
      this.busy = false;
    }
  }
}
