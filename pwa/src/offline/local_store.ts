/*
 * The device's own database: unsent scans, their verdicts, open tasks, corrections and what the device knows of itself.
 *
 * Scans are append-only with a gapless `seq` kept in `meta`, written in the transaction that stores the scan. A scan
 * leaves `scans` only in the transaction that stores its verdict.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Bundle, Correction, FlowState, ScanRecord, Source, Verdict } from '../flows/flow';

export interface StoredScan extends ScanRecord {
  id: string;
  seq: number;
  /** Device clock, ISO UTC with milliseconds; shown, never used for order. */
  at: string;
  flow: string;
  task: string;
  source: Source;
  session: string | null;
}

export interface StoredTask {
  task: string;
  flow: string;
  bundle: Bundle;
  state: FlowState;
  /** App version that wrote the state; told in trouble, never a reason to forget what was done. */
  app: string;
  /** Shape of the flow's state; another shape starts the task anew from its bundle. */
  shape?: number;
  saved_at: string;
}

export interface StoredVerdict {
  seq: number;
  at: string;
  scan: StoredScan;
  verdict: Verdict;
}

export interface Device {
  uid: string;
  token: string;
  name: string;
}

export interface Session {
  uuid: string;
  person: { id: number; name: string; language: string; role: string };
  expires_at: string;
}

export interface SealedPass {
  /** Which badge, as a fingerprint. */
  mark: string;
  person_id: number;
  salt: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  box: ArrayBuffer;
  seen_ms: number;
  /** Wrong PINs in a row. */
  wrong: number;
  last_wrong_ms: number;
}

export interface PendingSession {
  session: string;
  offline_pass: string;
  started_ms: number;
}

export interface Settings {
  suffix: 'unknown' | 'enter' | 'none';
  keyboard: 'unknown' | 'characters' | 'physical';
  /** Of the computer; for text that comes without its keys. */
  layout: 'unknown' | 'us' | 'cs' | 'sk' | 'hu';
  /** What arrives for the separator of GS1: null not learnt yet, '' swallowed by the scanner. */
  separator: string | null;
  volume: number;
  station: string | null;
  left_hand: boolean;
  theme: 'auto' | 'light' | 'dark';
}

export interface Meta {
  device: Device;
  session: Session;
  last_seq: number;
  acked_seq: number;
  cursor: number;
  /** `last_seq` when the shift started: "scanned 12" counts from here. */
  shift_seq: number;
  settings: Settings;
  language: string;
  /** Server's clock minus the device's, as last heard. */
  clock_off_ms: number;
  /** App version whose news this device has shown. */
  news_seen: string;
  /** People who may sign in here without a connection; sealed, see shift/passes.ts. */
  passes: SealedPass[];
  /** Key of this browser for the passes; it cannot be read out. */
  pass_key: CryptoKey;
  /** Sessions opened without a connection that the server has not heard of. */
  pending_sessions: PendingSession[];
  /** When somebody last touched the device, by the server's clock. */
  touched_ms: number;
}

interface RampaSchema extends DBSchema {
  scans: { key: number; value: StoredScan; indexes: { task: string } };
  verdicts: { key: number; value: StoredVerdict };
  tasks: { key: string; value: StoredTask };
  corrections: { key: string; value: Correction };
  meta: { key: string; value: unknown };
}

export type LocalStore = IDBPDatabase<RampaSchema>;

export async function openLocalStore(name = 'rampa', closed: () => void = () => undefined): Promise<LocalStore> {
  const store = await openDB<RampaSchema>(name, 2, {
    upgrade(database, before, _now, transaction) {
      if (before === 1) {
        transaction.objectStore('scans').createIndex('task', 'task');
        return;
      }
      database.createObjectStore('scans', { keyPath: 'seq' }).createIndex('task', 'task');
      database.createObjectStore('verdicts', { keyPath: 'seq' });
      database.createObjectStore('tasks', { keyPath: 'task' });
      database.createObjectStore('corrections', { keyPath: 'id' });
      database.createObjectStore('meta');
    },
    // A dead connection loses writes silently elsewhere: tell, so that the app reopens or reloads.
    terminated: closed,
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      closed();
    },
  });
  return store;
}

export async function readMeta<K extends keyof Meta>(store: LocalStore, key: K): Promise<Meta[K] | undefined> {
  return (await store.get('meta', key)) as Meta[K] | undefined;
}

export async function writeMeta<K extends keyof Meta>(store: LocalStore, key: K, value: Meta[K]): Promise<void> {
  const transaction = store.transaction('meta', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(value, key), transaction.done]);
}

export async function removeMeta(store: LocalStore, key: keyof Meta): Promise<void> {
  await store.delete('meta', key);
}
