/*
 * The simulated world's time: nothing waits, timers run in order when time is moved on, and in between everything that
 * can happen without time passing has happened.
 */
import type { Timers } from '../offline/sender';

const settled = Promise.resolve();

const ready: (() => void)[] = [];

/** One tick of the machine for all that wait: they run in a row, as ticks of their own would. */
function runReady(): void {
  for (const run of ready.splice(0)) run();
}

/** Runs after all promises that can move have moved: ticks asked for by a promise wait for all promises. */
export const afterPromises = (run: () => void): void =>
  void settled.then(() => {
    if (ready.push(run) === 1) process.nextTick(runReady);
  });

export const tick = (): Promise<void> => new Promise((resolve) => afterPromises(resolve));

const TICKS_MAX = 100_000;

interface Waiting {
  at_ms: number;
  order: number;
  run: () => void;
}

export class Clock {
  now_ms = Date.parse('2026-03-02T06:00:00.000Z');
  private order = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** `busy`: something is under way that needs no time, such as a transaction. `ended`: how many of those have ended. */
  constructor(
    private readonly busy: () => boolean,
    private readonly ended: () => number,
  ) {}

  set(run: () => void, delay_ms: number): number {
    this.order += 1;
    this.waiting.set(this.order, { at_ms: this.now_ms + Math.max(0, delay_ms), order: this.order, run });
    return this.order;
  }

  clear(timer: unknown): void {
    this.waiting.delete(timer as number);
  }

  /**
   * Whatever ended within the last tick has been heard by nobody yet: ticks run in a row, promises move after them. So
   * it is at rest only after a tick in which nothing was under way and nothing ended.
   */
  async rest(): Promise<void> {
    for (let ticks = 0; ticks <= TICKS_MAX; ticks += 1) {
      const ended = this.ended();
      await tick();
      if (!this.busy() && this.ended() === ended) return;
    }
    throw new Error('expected the device to come to rest, got work without end');
  }

  async pass(length_ms: number): Promise<void> {
    const end_ms = this.now_ms + length_ms;
    await this.rest();
    for (let next = this.due(end_ms); next !== null; next = this.due(end_ms)) {
      this.waiting.delete(next.order);
      this.now_ms = Math.max(this.now_ms, next.at_ms);
      next.run();
      await this.rest();
    }
    this.now_ms = end_ms;
  }

  private due(end_ms: number): Waiting | null {
    let first: Waiting | null = null;
    for (const each of this.waiting.values()) {
      if (each.at_ms > end_ms) continue;
      if (first === null || each.at_ms < first.at_ms || (each.at_ms === first.at_ms && each.order < first.order)) first = each;
    }
    return first;
  }
}

/** Timers of one page: they die with it. */
export class PageTimers implements Timers {
  private readonly mine = new Set<number>();
  private alive = true;

  constructor(private readonly clock: Clock) {}

  set(run: () => void, delay_ms: number): number {
    if (!this.alive) return -1;
    const timer = this.clock.set(() => {
      this.mine.delete(timer);
      run();
    }, delay_ms);
    this.mine.add(timer);
    return timer;
  }

  clear(timer: unknown): void {
    this.mine.delete(timer as number);
    this.clock.clear(timer);
  }

  die(): void {
    this.alive = false;
    for (const timer of this.mine) this.clock.clear(timer);
  }
}
