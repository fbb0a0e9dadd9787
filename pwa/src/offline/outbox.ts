/*
 * The outbox: every scan is stored here before it is shown, and stays until the server's verdict is stored.
 *
 * "A good beep means saved": `append` resolves when the transaction has completed, and only then the good tone sounds.
 * A full outbox takes nothing more and says so; it never drops.
 */
import type { Correction, FlowState, Bundle, ScanRecord, Source, Verdict } from '../flows/flow';
import { uuid7 } from './ids';
import type { LocalStore, StoredScan, StoredTask, StoredVerdict } from './local_store';

export interface Draft {
  flow: string;
  task: string;
  source: Source;
  session: string | null;
  scan: ScanRecord;
}

export interface TaskState {
  task: string;
  flow: string;
  bundle: Bundle;
  state: FlowState;
  /** Shape of the flow's state; 1 where the flow names none. */
  shape?: number;
}

export interface ScansReply {
  verdicts: Verdict[];
  acked_seq: number;
  cursor: number;
  corrections: Correction[];
  server_time: string;
  work_changed: boolean;
}

export interface Counts {
  last_seq: number;
  acked_seq: number;
  unsent: number;
}

export interface OutboxOptions {
  now_ms?: () => number;
  random?: (bytes: Uint8Array<ArrayBuffer>) => void;
  app?: string;
}

const VERDICTS_KEPT_MS = 48 * 3_600_000;
/** The newest stay however old the device's clock makes them: a clock that jumps must not forget what a restored server
 * may ask for again. */
const VERDICTS_KEPT = 1_000;
const REQUEST_CHARACTERS = 1_000_000;
/** So few fit whatever they hold: a code has at most some thousand characters. */
const FIT_UNMEASURED = 20;
const LONG_CODE = 8_000;
/** So many unsent scans are held; the next one is not taken. */
export const HELD_MAX = 10_000;
/** From here on no new job is opened, so that the open ones can be finished. */
export const HELD_FOR_WORK = 9_000;
/** A clock before this or after that is broken: the server could not read its times. */
const YEAR_FIRST_MS = Date.UTC(2024, 0, 1);
const YEAR_LAST_MS = Date.UTC(2099, 0, 1);

/** The scan could not be stored: the person must scan it again. */
export class NotSaved extends Error {
  override name = 'NotSaved';
  /** The outbox holds all it can: scanning again helps only after something was sent. */
  full = false;
}

class Full extends NotSaved {
  override full = true;
  constructor() {
    super(`expected room on the device, got ${HELD_MAX} unsent scans; find a connection before you scan on`);
  }
}

/** Each write is awaited through its transaction's `done`; alone, a rejected one must not surface as unhandled. */
const write = (request: Promise<unknown>): void => void request.catch(() => undefined);

export class Outbox {
  private readonly now_ms: () => number;
  private readonly random: (bytes: Uint8Array<ArrayBuffer>) => void;
  private readonly app: string;
  /** Relaxed writes so far, and how many of them a strict write has taken along. A new page trusts none before it. */
  private writes = 1;
  private flushed = 0;

  constructor(
    private readonly store: LocalStore,
    options: OutboxOptions = {},
  ) {
    this.now_ms = options.now_ms ?? Date.now;
    this.random = options.random ?? ((bytes) => void crypto.getRandomValues(bytes));
    this.app = options.app ?? '';
  }

  /**
   * Store scans and the state they led to in one transaction, with the next numbers of the device.
   *
   * Rejects with NotSaved when the outbox is full, the transaction fails, or `signal` gives up before it completed; then
   * nothing is stored.
   */
  async append(drafts: readonly Draft[], state?: TaskState, signal?: AbortSignal): Promise<StoredScan[]> {
    const transaction = this.openForAppend();
    const giveUp = (): void => {
      try {
        transaction.abort();
      } catch {
        // It has completed in the meantime: the scans are saved after all.
      }
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const meta = transaction.objectStore('meta');
      const [last, acked] = (await Promise.all([meta.get('last_seq'), meta.get('acked_seq')])) as (number | undefined)[];
      let seq = last ?? 0;
      // Numbers have no gaps, so the difference is what is held.
      if (drafts.length > 0 && seq + drafts.length - (acked ?? 0) > HELD_MAX) throw new Full();
      const scans = drafts.map((draft) => this.stored(draft, (seq += 1)));
      for (const scan of scans) write(transaction.objectStore('scans').add(scan));
      if (scans.length > 0) write(meta.put(seq, 'last_seq'));
      if (state !== undefined) write(transaction.objectStore('tasks').put(this.task(state)));
      await transaction.done;
      this.writes += 1;
      return scans;
    } catch (error) {
      transaction.done.catch(() => undefined);
      giveUp();
      if (error instanceof Full) throw error;
      throw new NotSaved('expected the scan to be stored on the device, got an error; scan it again', { cause: error });
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** One small strict write, if there is need: on the way to the disk it takes the relaxed ones before it along. */
  async flush(): Promise<void> {
    const taken = this.writes;
    if (taken === this.flushed) return;
    const transaction = this.store.transaction('meta', 'readwrite', { durability: 'strict' });
    await Promise.all([transaction.store.put(this.now_ms(), 'flushed_at'), transaction.done]);
    this.flushed = taken;
  }

  async counts(): Promise<Counts> {
    const transaction = this.store.transaction(['scans', 'meta']);
    const meta = transaction.objectStore('meta');
    const [last, acked, unsent] = await Promise.all([
      meta.get('last_seq'),
      meta.get('acked_seq'),
      transaction.objectStore('scans').count(),
    ]);
    return { last_seq: (last as number | undefined) ?? 0, acked_seq: (acked as number | undefined) ?? 0, unsent };
  }

  /** The oldest unsent scans in order, at most `limit` and about 1 MB. */
  async unsent(limit: number): Promise<StoredScan[]> {
    const scans = await this.store.getAll('scans', null, limit);
    if (scans.length <= FIT_UNMEASURED && scans.every((scan) => scan.raw.length < LONG_CODE)) return scans;
    let characters = 0;
    const fitting = scans.findIndex((scan) => (characters += JSON.stringify(scan).length) > REQUEST_CHARACTERS);
    return fitting > 0 ? scans.slice(0, fitting) : fitting === 0 ? scans.slice(0, 1) : scans;
  }

  /** Store verdicts, cursor and corrections, and drop the scans they answer, all in one transaction. */
  async settle(reply: ScansReply): Promise<{ scan: StoredScan; verdict: Verdict }[]> {
    const transaction = this.store.transaction(['scans', 'verdicts', 'meta', 'corrections'], 'readwrite', {
      durability: 'strict',
    });
    const scans = transaction.objectStore('scans');
    const verdicts = transaction.objectStore('verdicts');
    const meta = transaction.objectStore('meta');
    const answered: { scan: StoredScan; verdict: Verdict }[] = [];
    const at = new Date(this.now_ms()).toISOString();
    // One round of reads, one of writes: a phone that comes back with hundreds of scans does not wait for each.
    const held = await Promise.all(reply.verdicts.map((verdict) => scans.get(verdict.seq)));
    const last = ((await meta.get('last_seq')) as number | undefined) ?? 0;
    const seen = new Set<number>();
    for (const [place, verdict] of reply.verdicts.entries()) {
      const scan = held[place];
      if (scan === undefined || seen.has(verdict.seq)) continue;
      seen.add(verdict.seq);
      write(scans.delete(verdict.seq));
      write(verdicts.put({ seq: verdict.seq, at, scan, verdict }));
      answered.push({ scan, verdict });
    }
    // Numbers that stand for lost scans are not sent when the server has the scans themselves.
    for (let cursor = await scans.openCursor(); cursor !== null && cursor.value.seq <= reply.acked_seq; ) {
      if (cursor.value.kind === 'lost') await cursor.delete();
      cursor = await cursor.continue();
    }
    // A server that knows more than the device (restored profile): never use its numbers a second time.
    if (reply.acked_seq > last) write(meta.put(reply.acked_seq, 'last_seq'));
    write(meta.put(reply.acked_seq, 'acked_seq'));
    write(meta.put(reply.cursor, 'cursor'));
    // Each reply lists all that is open for this device and person: what is not in it is done.
    const corrections = transaction.objectStore('corrections');
    write(corrections.clear());
    for (const correction of reply.corrections) write(corrections.put(correction));
    await this.forgetOld(verdicts, Math.max(last, reply.acked_seq) - VERDICTS_KEPT);
    await transaction.done;
    return answered;
  }

  /**
   * The server expects `expected_seq`, which the device has sent before: put those scans back into the queue.
   *
   * Scans whose record is gone are replaced by "lost" ones, so the loss is known and counted and the queue goes on.
   */
  async reopen(expected_seq: number): Promise<{ resent: number; lost: number }> {
    const transaction = this.store.transaction(['scans', 'verdicts', 'meta'], 'readwrite', { durability: 'strict' });
    const scans = transaction.objectStore('scans');
    const last = ((await transaction.objectStore('meta').get('last_seq')) as number | undefined) ?? 0;
    let resent = 0;
    let lost = 0;
    for (let seq = expected_seq; seq <= last; seq += 1) {
      if ((await scans.get(seq)) !== undefined) continue;
      const kept = await transaction.objectStore('verdicts').get(seq);
      if (kept === undefined) {
        lost += 1;
        await scans.put(this.lost(seq));
      } else {
        resent += 1;
        await scans.put(kept.scan);
      }
    }
    if (expected_seq > last + 1) await transaction.objectStore('meta').put(expected_seq - 1, 'last_seq');
    await transaction.done;
    return { resent, lost };
  }

  /**
   * The device once stored scans up to `last_seq` and its database does not know them any more (power cut, restored or
   * deleted profile): "lost" scans take their places, so that the loss is counted and no number is used twice.
   */
  async mourn(last_seq: number): Promise<number> {
    const transaction = this.store.transaction(['scans', 'meta'], 'readwrite', { durability: 'strict' });
    const meta = transaction.objectStore('meta');
    const last = ((await meta.get('last_seq')) as number | undefined) ?? 0;
    for (let seq = last + 1; seq <= last_seq; seq += 1) await transaction.objectStore('scans').put(this.lost(seq));
    if (last_seq > last) await meta.put(last_seq, 'last_seq');
    await transaction.done;
    return Math.max(0, last_seq - last);
  }

  /** Replace a scan that the server cannot take in any shape by an empty one under the same number. */
  async disarm(seq: number): Promise<void> {
    const transaction = this.store.transaction('scans', 'readwrite', { durability: 'strict' });
    const scan = await transaction.store.get(seq);
    if (scan !== undefined) {
      const act = null;
      await transaction.store.put({ ...scan, kind: 'unreadable', act, keys: [], raw: scan.raw.slice(0, 200), body: {} });
    }
    await transaction.done;
  }

  /** A newly enrolled device starts at one; verdicts of its former life are of no use to it. */
  async startNumbering(): Promise<void> {
    const transaction = this.store.transaction(['meta', 'verdicts'], 'readwrite', { durability: 'strict' });
    const meta = transaction.objectStore('meta');
    await Promise.all([
      meta.put(0, 'last_seq'),
      meta.put(0, 'acked_seq'),
      meta.put(0, 'cursor'),
      transaction.objectStore('verdicts').clear(),
      transaction.done,
    ]);
  }

  /** Enrolled again with unsent scans: they keep their ids and their order, and get the new device's numbers. */
  async renumber(): Promise<void> {
    const transaction = this.store.transaction(['scans', 'meta', 'verdicts'], 'readwrite', { durability: 'strict' });
    const scans = transaction.objectStore('scans');
    const meta = transaction.objectStore('meta');
    const waiting = await scans.getAll();
    await scans.clear();
    for (const [index, scan] of waiting.entries()) await scans.put({ ...scan, seq: index + 1 });
    await meta.put(waiting.length, 'last_seq');
    await meta.put(0, 'acked_seq');
    await meta.put(0, 'cursor');
    await transaction.objectStore('verdicts').clear();
    await transaction.done;
  }

  async recent(limit: number): Promise<StoredVerdict[]> {
    const found: StoredVerdict[] = [];
    let cursor = await this.store.transaction('verdicts').store.openCursor(null, 'prev');
    for (; cursor !== null && found.length < limit; cursor = await cursor.continue()) found.push(cursor.value);
    return found;
  }

  corrections(): Promise<Correction[]> {
    return this.store.getAll('corrections');
  }

  removeCorrection(id: string): Promise<void> {
    return this.store.delete('corrections', id);
  }

  openTask(task: string): Promise<StoredTask | undefined> {
    return this.store.get('tasks', task);
  }

  /** How many scans of the task the server has not answered. */
  unsentOf(task: string): Promise<number> {
    return this.store.countFromIndex('scans', 'task', task);
  }

  tasks(): Promise<StoredTask[]> {
    return this.store.getAll('tasks');
  }

  removeTask(task: string): Promise<void> {
    return this.store.delete('tasks', task);
  }

  private openForAppend() {
    try {
      return this.store.transaction(['scans', 'meta', 'tasks'], 'readwrite', { durability: 'relaxed' });
    } catch (error) {
      throw new NotSaved('expected an open database on the device, got a closed one; reload the app', { cause: error });
    }
  }

  private stored(draft: Draft, seq: number): StoredScan {
    const { scan, flow, task, source, session } = draft;
    const { kind, step, act, raw, local, body } = scan;
    const now = this.now_ms();
    const at = new Date(Math.min(Math.max(now, YEAR_FIRST_MS), YEAR_LAST_MS)).toISOString();
    const id = uuid7(now, this.random);
    // Field by field: spread into one another, they cost as much as the write itself.
    return { kind, step, act, keys: [...scan.keys], raw, local, body, flow, task, source, session, id, seq, at };
  }

  private task(state: TaskState): StoredTask {
    const { task, flow, bundle, shape } = state;
    const kept = { task, flow, bundle, state: state.state, app: this.app, saved_at: new Date(this.now_ms()).toISOString() };
    return shape === undefined ? kept : { ...kept, shape };
  }

  private lost(seq: number): StoredScan {
    const record: ScanRecord = { kind: 'lost', step: '', act: null, keys: [], raw: '', local: 'LOST', body: {} };
    return this.stored({ flow: '', task: '', source: 'button', session: null, scan: record }, seq);
  }

  private async forgetOld(
    verdicts: {
      openCursor(): Promise<{ value: StoredVerdict; delete?(): Promise<void>; continue(): Promise<unknown> } | null>;
    },
    up_to_seq: number,
  ): Promise<void> {
    const oldest = new Date(this.now_ms() - VERDICTS_KEPT_MS).toISOString();
    for (let cursor = await verdicts.openCursor(); cursor !== null && cursor.value.at < oldest; ) {
      if (cursor.value.seq > up_to_seq) return;
      await cursor.delete?.();
      cursor = (await cursor.continue()) as typeof cursor;
    }
  }
}
