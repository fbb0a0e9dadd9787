/*
 * Sends the outbox: one sender per device, in order, for ever patient.
 *
 * Whatever the server says about a scan is a verdict and ends it; only silence is tried again, after growing pauses
 * with spread. `navigator.onLine` is a hint at most and is not asked.
 */
import { ApiProblem, NoAnswer, type Api } from '../api/client';
import type { Verdict } from '../flows/flow';
import type { StoredScan } from './local_store';
import type { Outbox, ScansReply } from './outbox';

export type Link = 'ok' | 'sending' | 'offline' | 'refused';

export interface SenderNews {
  link: Link;
  /** Problem code when the server refuses the device, e.g. after it was revoked. */
  refused: string | null;
}

export interface Timers {
  set(run: () => void, delay_ms: number): unknown;
  clear(timer: unknown): void;
}

export interface SenderOptions {
  outbox: Outbox;
  api: Api;
  device: string;
  app: string;
  cursor(): Promise<number>;
  timers?: Timers;
  random?: () => number;
  /** Runs `work` when no other tab sends; answers false when one does. */
  alone?: (work: () => Promise<void>) => Promise<boolean>;
  changed(news: SenderNews): void;
  /** Who is signed in: what this person has to put right comes with the answer. */
  session?: () => string | null;
  /** Scans were put back into the outbox: what it holds is to be counted anew. */
  reopened?: () => void;
  settled(answered: { scan: StoredScan; verdict: Verdict }[], reply: ScansReply): void;
}

const SCANS_PER_REQUEST = 500;
const SILENCE_MS = 150;
const KICK_AT_UNSENT = 20;
const PAUSE_FIRST_MS = 100;
const PAUSE_LAST_MS = 30_000;
const HEARTBEAT_MS = 30_000;
/** A server that goes on asking for another number is waited for like one that is away. */
const GAPS_MENDED = 3;
const OTHER_TAB_MS = 2_000;

const browserTimers: Timers = {
  set: (run, delay_ms) => setTimeout(run, delay_ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

async function webLock(work: () => Promise<void>): Promise<boolean> {
  if (typeof navigator === 'undefined' || !('locks' in navigator)) {
    await work();
    return true;
  }
  return navigator.locks.request('rampa-sender', { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work();
    return lock !== null;
  });
}

/** Full spread over a doubling pause: 0.1 s at first, 30 s at most. */
export function pauseAfter(failures: number, random: number): number {
  const most = Math.min(PAUSE_LAST_MS, PAUSE_FIRST_MS * 2 ** Math.min(failures - 1, 12));
  return Math.max(PAUSE_FIRST_MS / 2, most * (0.5 + random / 2));
}

export class Sender {
  private timer: unknown = null;
  private running: Promise<void> | null = null;
  private again = false;
  /** A request is due at once: the silence after a scan must not postpone it. */
  private pulling = false;
  /** A scan was stored since the outbox was last read. */
  private kicked = false;
  private stopped = true;
  private failures = 0;
  private perRequest = SCANS_PER_REQUEST;
  private gaps = 0;
  private readonly timers: Timers;

  constructor(private readonly options: SenderOptions) {
    this.timers = options.timers ?? browserTimers;
  }

  start(): void {
    this.stopped = false;
    this.pull();
  }

  stop(): void {
    this.stopped = true;
    this.timers.clear(this.timer);
  }

  /** A scan was stored: send after a short silence, or at once when enough have gathered. */
  kick(unsent: number): void {
    this.kicked = true;
    if (this.failures > 0 || this.pulling) return;
    this.schedule(unsent >= KICK_AT_UNSENT ? 0 : SILENCE_MS);
  }

  /** Ask for news even with nothing to send: after a poke, on coming back into sight, on "online". */
  pull(): void {
    this.pulling = true;
    this.schedule(0);
  }

  /** Send all there is now; resolves after one try. */
  drain(): Promise<void> {
    this.timers.clear(this.timer);
    this.pulling = false;
    if (this.running !== null) {
      this.again = true;
      return this.running;
    }
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.schedule(0);
      }
    });
    return this.running;
  }

  private schedule(delay_ms: number): void {
    if (this.stopped) return;
    this.timers.clear(this.timer);
    this.timer = this.timers.set(() => void this.drain(), delay_ms);
  }

  private async run(): Promise<void> {
    const alone = this.options.alone ?? webLock;
    try {
      const mine = await alone(() => this.sendAll());
      this.failures = 0;
      this.schedule(!mine ? OTHER_TAB_MS : this.pulling ? 0 : this.kicked ? SILENCE_MS : HEARTBEAT_MS);
    } catch (error) {
      this.failures += 1;
      this.gaps = 0;
      this.tell(error);
      const pause = pauseAfter(this.failures, (this.options.random ?? Math.random)());
      this.schedule(error instanceof ApiProblem && error.problem.status < 500 ? Math.max(pause, 5_000) : pause);
    }
  }

  private tell(error: unknown): void {
    const refused = error instanceof ApiProblem && [401, 403, 409].includes(error.problem.status);
    this.options.changed(
      refused ? { link: 'refused', refused: error.problem.code } : { link: 'offline', refused: null },
    );
    if (!(error instanceof ApiProblem) && !(error instanceof NoAnswer)) console.error(error);
  }

  private async sendAll(): Promise<void> {
    for (let round = 0; round < 1_000; round += 1) {
      this.kicked = false;
      const scans = await this.options.outbox.unsent(this.perRequest);
      if (scans.length === 0 && round > 0) break;
      if (scans.length > 0) this.options.changed({ link: 'sending', refused: null });
      // What the device has lost, the server may have: ask before the numbers are used.
      if (round === 0 && scans.some((scan) => scan.kind === 'lost')) await this.sendOnce([]);
      else if (!(await this.sendOnce(scans))) break;
    }
    this.options.changed({ link: 'ok', refused: null });
  }

  private async sendOnce(scans: StoredScan[]): Promise<boolean> {
    const { outbox, api, device, app } = this.options;
    const { last_seq, unsent } = await outbox.counts();
    const from_seq = scans[0]?.seq ?? last_seq + 1;
    // The server must not know a number that a power cut could still take away from this device. On a disk that takes
    // no more, the scans are safer at the server all the same.
    await outbox.flush().catch(() => undefined);
    const session = this.options.session?.() ?? null;
    const body = { device, from_seq, scans, cursor: await this.options.cursor(), unsent, app, session };
    try {
      const reply = await api<ScansReply>('/api/scans', { method: 'POST', body, timeout_ms: 15_000 });
      const answered = await outbox.settle(reply);
      this.perRequest = SCANS_PER_REQUEST;
      this.gaps = 0;
      this.options.settled(answered, reply);
      // It knows less than it has acknowledged: restored from a backup. What is still here is sent again.
      if (scans.length === 0 && reply.acked_seq < last_seq && unsent === 0) return await this.reopen(reply.acked_seq + 1);
      if (scans.length > 0 && answered.length === 0) throw new NoAnswer('expected verdicts, got none');
      return scans.length > 0;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      return this.mend(error, scans);
    }
  }

  private async reopen(expected_seq: number): Promise<boolean> {
    const { resent, lost } = await this.options.outbox.reopen(expected_seq);
    this.options.reopened?.();
    return resent + lost > 0;
  }

  /** What the sender can cure by itself: a gap in the numbers, a request that is too large or not understood. */
  private async mend(error: ApiProblem, scans: StoredScan[]): Promise<boolean> {
    const { code, status, body } = error.problem;
    const expected = body['expected_seq'];
    if (status === 409 && code === 'SEQ_GAP' && typeof expected === 'number' && this.gaps < GAPS_MENDED) {
      this.gaps += 1;
      await this.reopen(expected);
      return true;
    }
    const first = scans[0];
    if ((status === 413 || status === 422 || status === 400) && first !== undefined) {
      if (scans.length > 1) this.perRequest = Math.ceil(scans.length / 2);
      else if (first.kind === 'unreadable') throw error;
      else await this.options.outbox.disarm(first.seq);
      return true;
    }
    throw error;
  }
}
