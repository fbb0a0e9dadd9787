/*
 * The device's database as a model: the part of IndexedDB that the app uses, with its transactions, and with faults.
 *
 * A transaction lives while it has requests, writes are seen by others when it has committed, and writing transactions
 * run one after the other. A relaxed commit may be taken back by a power cut until the next strict one. Full disks,
 * aborted transactions, slow commits and closed connections come when the seed says so.
 */
import type { LocalStore } from '../offline/local_store';
import { afterPromises, type Clock } from './clock';

type Key = number | string;
type Rows = Map<Key, unknown>;
interface Undo {
  at_ms: number;
  rows: [string, Key, unknown][];
}

const KEY_PATHS: Readonly<Record<string, string | null>> = {
  scans: 'seq', verdicts: 'seq', tasks: 'task', corrections: 'id', meta: null,
};

export class Disk {
  readonly stores = new Map<string, Rows>(Object.keys(KEY_PATHS).map((name) => [name, new Map()]));
  /** Every write fails. */
  full = false;
  /** So many of the next commits abort. */
  aborts = 0;
  aborted_ms = 0;
  /** A commit takes so long. */
  slow_ms = 0;
  /** Relaxed commits since the last strict one, oldest first. */
  private tail: Undo[] = [];
  private readonly queue: Transaction[] = [];
  private writing: Transaction | null = null;
  /** Transactions that go on without time passing. */
  open = 0;
  /** Transactions that have completed or were aborted. */
  ended = 0;

  constructor(readonly clock: Clock) {}

  rows(name: string): Rows {
    const rows = this.stores.get(name);
    if (rows === undefined) throw new Error(`expected a store of the app, got ${name}`);
    return rows;
  }

  begin(transaction: Transaction): void {
    if (!transaction.writes) transaction.start();
    else if (this.writing === null) (this.writing = transaction).start();
    else this.queue.push(transaction);
  }

  end(transaction: Transaction): void {
    this.ended += 1;
    if (this.writing === transaction) {
      this.writing = this.queue.shift() ?? null;
      this.writing?.start();
    } else {
      const place = this.queue.indexOf(transaction);
      if (place >= 0) this.queue.splice(place, 1);
    }
  }

  commit(changed: Map<string, Rows>, strict: boolean): void {
    const before: Undo = { at_ms: this.clock.now_ms, rows: [] };
    for (const [name, rows] of changed) {
      const kept = this.rows(name);
      for (const [key, value] of rows) {
        before.rows.push([name, key, kept.get(key)]);
        if (value === undefined) kept.delete(key);
        else kept.set(key, value);
      }
    }
    if (strict) this.tail = [];
    else this.tail.push(before);
  }

  /** Takes back the newest relaxed commits, from none to all. Returns what was written in them. */
  powerCut(share: number): { at_ms: number; name: string; value: unknown }[] {
    const lost: { at_ms: number; name: string; value: unknown }[] = [];
    const kept = Math.floor(this.tail.length * (1 - share));
    for (const undo of this.tail.splice(kept).reverse()) {
      for (const [name, key, value] of undo.rows.reverse()) {
        const rows = this.rows(name);
        lost.push({ at_ms: undo.at_ms, name, value: rows.get(key) });
        if (value === undefined) rows.delete(key);
        else rows.set(key, value);
      }
    }
    this.tail = [];
    return lost;
  }

  wipe(): void {
    for (const rows of this.stores.values()) rows.clear();
    this.tail = [];
  }
}

interface Request {
  run: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

const failure = (name: string): Error => Object.assign(new Error(name), { name });

export class Transaction {
  readonly done: Promise<void>;
  readonly writes: boolean;
  readonly changed = new Map<string, Rows>();
  private readonly strict: boolean;
  private requests: Request[] = [];
  private running = false;
  private state: 'waiting' | 'active' | 'committing' | 'over' = 'waiting';
  private finish: () => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;
  private committing: unknown = null;

  constructor(
    private readonly connection: Connection,
    names: string | readonly string[],
    mode: string,
    durability: string,
  ) {
    this.writes = mode === 'readwrite';
    this.strict = durability === 'strict';
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    // Whoever does not listen is not to be told.
    this.done.catch(() => undefined);
    this.only = typeof names === 'string' ? names : null;
    connection.mine.add(this);
    connection.disk.begin(this);
  }

  private readonly only: string | null;

  get store(): Store {
    return new Store(this, this.only ?? '');
  }

  objectStore(name: string): Store {
    return new Store(this, name);
  }

  start(): void {
    this.state = 'active';
    this.connection.disk.open += 1;
    this.turn();
  }

  abort(reason = 'AbortError'): void {
    if (this.state === 'over') throw failure('InvalidStateError');
    this.close();
    const error = failure(reason);
    for (const request of this.requests.splice(0)) request.reject(error);
    this.fail(error);
  }

  /** The page is gone: nobody hears the end any more. */
  vanish(): void {
    if (this.state !== 'over') this.close();
    this.requests = [];
  }

  read(name: string, key: Key): unknown {
    const changed = this.changed.get(name);
    return changed?.has(key) === true ? changed.get(key) : this.connection.disk.rows(name).get(key);
  }

  write(name: string, key: Key, value: unknown): void {
    if (this.connection.disk.full && value !== undefined) throw failure('QuotaExceededError');
    let rows = this.changed.get(name);
    if (rows === undefined) this.changed.set(name, (rows = new Map()));
    rows.set(key, value);
  }

  keys(name: string): Key[] {
    const changed = this.changed.get(name);
    const kept = this.connection.disk.rows(name);
    const keys: Key[] = [];
    for (const key of kept.keys()) if (changed?.has(key) !== true) keys.push(key);
    for (const [key, value] of changed ?? []) if (value !== undefined) keys.push(key);
    // Most often they are in order already.
    const sorted = keys.every((key, place) => place === 0 || (keys[place - 1] as Key) < key);
    return sorted ? keys : keys.sort((one, other) => (one < other ? -1 : 1));
  }

  request<T>(run: () => T): Promise<T> {
    if (this.state === 'over' || this.state === 'committing') return Promise.reject(failure('TransactionInactiveError'));
    return new Promise<T>((resolve, reject) => {
      this.requests.push({ run, resolve: resolve as (value: unknown) => void, reject });
      if (this.state === 'active') this.turn();
    });
  }

  private turn(): void {
    if (this.running) return;
    this.running = true;
    afterPromises(() => {
      this.running = false;
      if (this.state !== 'active') return;
      const requests = this.requests.splice(0);
      if (requests.length === 0) return this.commit();
      for (const [place, each] of requests.entries()) {
        try {
          each.resolve(each.run());
        } catch (error) {
          for (const rest of requests.slice(place)) rest.reject(error as Error);
          if (this.state === 'active') this.abort((error as Error).name);
          return;
        }
      }
      this.turn();
    });
  }

  private commit(): void {
    const { disk } = this.connection;
    const wrote = this.changed.size > 0;
    if (wrote && disk.aborts > 0) {
      disk.aborts -= 1;
      disk.aborted_ms = disk.clock.now_ms;
      return this.abort('AbortError');
    }
    if (wrote && disk.slow_ms > 0) {
      this.state = 'committing';
      disk.open -= 1;
      this.committing = disk.clock.set(() => this.complete(), disk.slow_ms);
      return;
    }
    this.complete();
  }

  private complete(): void {
    if (this.state === 'active') this.connection.disk.open -= 1;
    this.connection.disk.commit(this.changed, this.strict);
    this.state = 'over';
    this.connection.mine.delete(this);
    this.connection.disk.end(this);
    this.finish();
  }

  private close(): void {
    const { disk } = this.connection;
    if (this.state === 'committing') disk.clock.clear(this.committing);
    if (this.state === 'active') disk.open -= 1;
    this.state = 'over';
    this.connection.mine.delete(this);
    disk.end(this);
  }
}

class Cursor {
  constructor(
    private readonly store: Store,
    private readonly transaction: Transaction,
    private readonly keys: Key[],
    private readonly place: number,
    readonly value: unknown,
  ) {}

  delete(): Promise<void> {
    return this.store.delete(this.keys[this.place] as Key);
  }

  continue(): Promise<Cursor | null> {
    return this.transaction.request(() => Cursor.at(this.store, this.transaction, this.keys, this.place + 1));
  }

  static at(store: Store, transaction: Transaction, keys: Key[], place: number): Cursor | null {
    if (place >= keys.length) return null;
    return new Cursor(store, transaction, keys, place, transaction.read(store.name, keys[place] as Key));
  }
}

export class Store {
  constructor(
    private readonly transaction: Transaction,
    readonly name: string,
  ) {}

  get(key: Key): Promise<unknown> {
    return this.transaction.request(() => this.transaction.read(this.name, key));
  }

  put(value: unknown, key?: Key): Promise<void> {
    return this.transaction.request(() => this.transaction.write(this.name, this.keyOf(value, key), value));
  }

  add(value: unknown): Promise<void> {
    return this.transaction.request(() => {
      const key = this.keyOf(value);
      if (this.transaction.read(this.name, key) !== undefined) throw failure('ConstraintError');
      this.transaction.write(this.name, key, value);
    });
  }

  delete(key: Key): Promise<void> {
    return this.transaction.request(() => this.transaction.write(this.name, key, undefined));
  }

  clear(): Promise<void> {
    return this.transaction.request(() => {
      for (const key of this.transaction.keys(this.name)) this.transaction.write(this.name, key, undefined);
    });
  }

  count(): Promise<number> {
    return this.transaction.request(() => this.transaction.keys(this.name).length);
  }

  getAll(_query?: null, limit = Number.MAX_SAFE_INTEGER): Promise<unknown[]> {
    return this.transaction.request(() =>
      this.transaction.keys(this.name).slice(0, limit).map((key) => this.transaction.read(this.name, key)),
    );
  }

  openCursor(_query?: null, direction = 'next'): Promise<Cursor | null> {
    return this.transaction.request(() => {
      const keys = this.transaction.keys(this.name);
      return Cursor.at(this, this.transaction, direction === 'prev' ? keys.reverse() : keys, 0);
    });
  }

  private keyOf(value: unknown, key?: Key): Key {
    const path = KEY_PATHS[this.name];
    return path === null || path === undefined ? (key as Key) : ((value as Record<string, Key>)[path] as Key);
  }
}

/** One page's connection to the disk. */
export class Connection {
  readonly mine = new Set<Transaction>();
  private closed = false;

  constructor(readonly disk: Disk) {}

  transaction(names: string | readonly string[], mode = 'readonly', options: { durability?: string } = {}): Transaction {
    if (this.closed) throw failure('InvalidStateError');
    return new Transaction(this, names, mode, options.durability ?? 'relaxed');
  }

  close(): void {
    this.closed = true;
  }

  /** The page is gone: what has not committed never happens. */
  vanish(): void {
    this.closed = true;
    for (const each of [...this.mine]) each.vanish();
  }

  async get(name: string, key: Key): Promise<unknown> {
    return this.transaction(name).store.get(key);
  }

  async getAll(name: string, query?: null, limit?: number): Promise<unknown[]> {
    return this.transaction(name).store.getAll(query, limit);
  }

  async countFromIndex(name: string, index: string, key: Key): Promise<number> {
    const rows = await this.getAll(name);
    return rows.filter((row) => (row as Record<string, Key>)[index] === key).length;
  }

  async put(name: string, value: unknown, key?: Key): Promise<void> {
    const transaction = this.transaction(name, 'readwrite');
    await Promise.all([transaction.store.put(value, key), transaction.done]);
  }

  async delete(name: string, key: Key): Promise<void> {
    const transaction = this.transaction(name, 'readwrite');
    await Promise.all([transaction.store.delete(key), transaction.done]);
  }

  /** The app sees it as its own database. */
  get asLocalStore(): LocalStore {
    return this as unknown as LocalStore;
  }
}
