/* A clock that tests turn by hand: nothing waits, everything happens in order. */
import type { Timers } from '../offline/sender';

export class ManualTimers implements Timers {
  now_ms = Date.parse('2026-11-21T19:00:00.000Z');
  private next = 1;
  private readonly waiting = new Map<number, { at_ms: number; run: () => void }>();

  set(run: () => void, delay_ms: number): number {
    this.waiting.set(this.next, { at_ms: this.now_ms + delay_ms, run });
    return this.next++;
  }

  clear(timer: unknown): void {
    this.waiting.delete(timer as number);
  }

  /** Milliseconds until the next timer, or null when none waits. */
  get nearest_ms(): number | null {
    const times = [...this.waiting.values()].map((each) => each.at_ms);
    return times.length === 0 ? null : Math.min(...times) - this.now_ms;
  }

  /** Run everything due within the time, letting promises settle in between. */
  async pass(length_ms: number): Promise<void> {
    const end_ms = this.now_ms + length_ms;
    for (;;) {
      await settle();
      const due = [...this.waiting].filter(([, each]) => each.at_ms <= end_ms).sort((a, b) => a[1].at_ms - b[1].at_ms)[0];
      if (due === undefined) break;
      this.waiting.delete(due[0]);
      this.now_ms = Math.max(this.now_ms, due[1].at_ms);
      due[1].run();
    }
    this.now_ms = end_ms;
    await settle();
  }
}

/** Let IndexedDB and promises come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
