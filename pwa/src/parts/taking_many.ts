/*
 * Many codes of one picture go into a delivery one after the other, each with the number that was confirmed by hand.
 *
 * A code is scanned once; the rest of its number follows as a quantity. Whatever the delivery asks in between (a lot, a
 * date, more than expected) is answered first: the next code waits until the dock waits for a scan again.
 */
import { counted, lineOf, progress, type ReceiveState } from '../flows/receive_state';
import type { ManyCount } from '../inputs/many_codes';

export type NextInput = { type: 'scan'; text: string } | { type: 'quantity'; value: number };

export class TakingMany {
  private queue: ManyCount[] = [];
  private begun: { count: number; received: number } | null = null;

  get left(): number {
    return this.queue.length;
  }

  begin(rows: readonly ManyCount[]): void {
    this.queue = rows.filter((row) => row.count > 0).map((row) => ({ ...row }));
    this.begun = null;
  }

  stop(): void {
    this.begin([]);
  }

  /** What to feed now; null: nothing, or the dock waits for an answer first. */
  next(state: ReceiveState): NextInput | null {
    if (state.path !== 'receive.scan') return null;
    const rest = this.rest(state);
    if (rest !== null) return rest;
    const row = this.queue.shift();
    if (row === undefined) return null;
    this.begun = { count: row.count, received: progress(state).received };
    return { type: 'scan', text: row.text };
  }

  /** One was scanned and taken: so many times as much. Serials are asked one by one by the delivery itself. */
  private rest(state: ReceiveState): NextInput | null {
    const { begun } = this;
    this.begun = null;
    const line = lineOf(state, state.current?.line);
    if (begun === null || line === undefined || line.tracking === 'serial' || begun.count < 2) return null;
    const one = progress(state).received - begun.received;
    return one > 0 ? { type: 'quantity', value: counted(state) + one * (begun.count - 1) } : null;
  }
}
