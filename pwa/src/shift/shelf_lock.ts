/*
 * A device that lies on the shelf locks itself: the job stays, the hand that takes it up again says who it is. Told by
 * the time of the last touch, which is stored now and then, so that closing the app is no way around it.
 */
import { readMeta, writeMeta, type LocalStore } from '../offline/local_store';

export const IDLE_MS = 15 * 60_000;
const STORE_EVERY_MS = 30_000;

export class ShelfLock {
  private touched_ms = 0;
  private stored_ms = 0;

  /** `clock_off_ms`: the server's clock minus this one; what is stored is told by the server's. */
  constructor(
    private readonly store: LocalStore,
    private readonly now_ms: () => number,
    private readonly clock_off_ms: () => number,
  ) {}

  /** Whether the device has lain untouched for too long; asked once, when the app opens. */
  async open(): Promise<boolean> {
    const stored_ms = await readMeta(this.store, 'touched_ms');
    this.touched_ms = stored_ms === undefined ? this.now_ms() : stored_ms - this.clock_off_ms();
    return this.idle();
  }

  touch(): void {
    this.touched_ms = this.now_ms();
    if (Math.abs(this.touched_ms - this.stored_ms) < STORE_EVERY_MS) return;
    this.stored_ms = this.touched_ms;
    void writeMeta(this.store, 'touched_ms', this.touched_ms + this.clock_off_ms()).catch(() => undefined);
  }

  /** A clock that jumped by more than the limit counts as idle, in either direction. */
  idle(): boolean {
    return Math.abs(this.now_ms() - this.touched_ms) >= IDLE_MS;
  }
}
