/*
 * Live without reloading: pokes of the server, at most two refreshes a second, and a look every ten seconds when no
 * stream stands. A hidden tab rests and catches up when it is looked at.
 */
export type LiveState = 'live' | 'polling' | 'late' | 'offline';

export interface LiveOptions {
  /** Opens the stream; calls back on a poke and when the stream begins or ends. Returns how to stop. */
  listen(poke: () => void, streaming: (on: boolean) => void): () => void;
  told(state: LiveState): void;
  /** True when the error means that no answer came at all. */
  unanswered(error: unknown): boolean;
  hidden(): boolean;
  now_ms?(): number;
}

const BETWEEN_MS = 500;
const POLL_MS = 10_000;
const STREAM_POLL_MS = 60_000;
const LATE_MS = 5_000;
const TICK_MS = 1_000;

type Refresh = () => Promise<void>;

export class Live {
  private readonly refreshes = new Set<Refresh>();
  private streaming = false;
  private offline = false;
  private running = false;
  private wanted_ms: number | null = null;
  /** Since when the refresh under way has been wanted; news that come meanwhile count for the next one. */
  private asked_ms: number | null = null;
  private ran_ms = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private stopListening: (() => void) | null = null;
  private said: LiveState | null = null;

  constructor(private readonly options: LiveOptions) {}

  start(): void {
    this.ran_ms = this.now();
    this.stopListening ??= this.options.listen(
      () => this.news(),
      (on) => {
        this.streaming = on;
        this.tell();
      },
    );
    this.ticker ??= setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    this.stopListening?.();
    this.stopListening = null;
    clearTimeout(this.timer);
    clearInterval(this.ticker);
    this.timer = this.ticker = undefined;
    this.wanted_ms = null;
    this.streaming = false;
  }

  /** What is on the screen now; called again at each news until the returned function is called. */
  subscribe(refresh: Refresh): () => void {
    this.refreshes.add(refresh);
    return () => void this.refreshes.delete(refresh);
  }

  /** Something happened: refresh soon. Any number of calls within half a second make one refresh. */
  news(): void {
    this.wanted_ms ??= this.now();
    if (this.running || this.timer !== undefined || this.options.hidden()) return;
    this.timer = setTimeout(() => void this.run(), Math.max(0, this.ran_ms + BETWEEN_MS - this.now()));
  }

  private async run(): Promise<void> {
    this.timer = undefined;
    this.running = true;
    this.asked_ms = this.wanted_ms ?? this.now();
    this.wanted_ms = null;
    const results = await Promise.allSettled([...this.refreshes].map((refresh) => refresh()));
    this.running = false;
    this.ran_ms = this.now();
    this.offline = results.some((each) => each.status === 'rejected' && this.options.unanswered(each.reason));
    this.asked_ms = null;
    this.tell();
    if (this.wanted_ms !== null) this.news();
  }

  private tick(): void {
    const wait_ms = this.streaming && !this.offline ? STREAM_POLL_MS : POLL_MS;
    if (this.wanted_ms !== null || this.now() - this.ran_ms >= wait_ms) this.news();
    this.tell();
  }

  private tell(): void {
    const since_ms = this.asked_ms ?? this.wanted_ms;
    const late = since_ms !== null && !this.options.hidden() && this.now() - since_ms > LATE_MS;
    const state: LiveState = this.offline ? 'offline' : late ? 'late' : this.streaming ? 'live' : 'polling';
    if (state === this.said) return;
    this.said = state;
    this.options.told(state);
  }

  private now(): number {
    return this.options.now_ms?.() ?? Date.now();
  }
}
