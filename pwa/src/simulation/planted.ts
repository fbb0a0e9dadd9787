/*
 * Bugs that are built in on purpose, one at a time. A proof that does not find them proves nothing.
 */
import type { StoredScan } from '../offline/local_store';
import type { Draft, Outbox, ScansReply, TaskState } from '../offline/outbox';
import type { Connection } from './disk';

export const PLANTED = {
  tone_before_saving: 'the good tone sounds before the transaction has completed',
  state_apart: 'the state of the job is stored after the scan, in a transaction of its own',
  drop_what_was_sent: 'scans are dropped when the answer comes, whether it names them or not',
  drop_on_no_answer: 'a request without an answer is not sent again',
  drop_on_sign_out: 'signing out clears the outbox',
  position_not_rows: 'the sender remembers how far it has read, and moves on before the answer',
  no_strict_write: 'relaxed writes are never followed by a strict one',
  numbers_from_what_is_left: 'the next number follows the last unsent scan',
  gaps_left_open: 'what the server asks for again is not sent again',
  no_witness: 'nothing outside the database remembers its numbers',
  full_disk_ignored: 'a scan that was not stored sounds as if it were',
  server_takes_repeats_again: 'the server applies a number that it has taken before',
  server_judges_repeats_anew: 'the server judges a repeat again instead of answering the stored verdict',
  server_jumps_over_gaps: 'the server takes a later number while an earlier one is missing',
} as const;
export type PlantedBug = keyof typeof PLANTED;

/** Not caught but healed: the device sends again what the server has told as taken and no longer knows. */
export const HEALED = 'server_acknowledges_before_commit';
export type Twist = PlantedBug | typeof HEALED;

type Open = { -readonly [K in 'append' | 'settle' | 'flush' | 'reopen' | 'unsent' | 'mourn']: Outbox[K] };

/** Builds a bug into one page's outbox. Bugs of the server and of the page's surroundings are built in there. */
export function plant(bug: Twist | null, outbox: Outbox, connection: Connection): void {
  const open = outbox as unknown as Open;
  const append = outbox.append.bind(outbox);
  const settle = outbox.settle.bind(outbox);
  const unsent = outbox.unsent.bind(outbox);
  const guess = (drafts: readonly Draft[]): StoredScan[] =>
    drafts.map((draft) => ({ ...draft.scan, ...draft, id: '', seq: 0, at: '' }) as unknown as StoredScan);
  const store = connection.asLocalStore;
  const drop = async (kept: (scan: StoredScan) => boolean): Promise<void> => {
    const transaction = store.transaction('scans', 'readwrite', { durability: 'strict' });
    for (const scan of await transaction.store.getAll()) if (!kept(scan)) await transaction.store.delete(scan.seq);
    await transaction.done;
  };
  switch (bug) {
    case 'tone_before_saving':
      open.append = async (drafts, state, signal) => {
        append(drafts, state, signal).catch(() => undefined);
        return guess(drafts);
      };
      break;
    case 'full_disk_ignored':
      open.append = (drafts, state, signal) => append(drafts, state, signal).catch(() => guess(drafts));
      break;
    case 'state_apart':
      open.append = async (drafts: readonly Draft[], state?: TaskState, signal?: AbortSignal) => {
        const scans = await append(drafts, undefined, signal);
        await append([], state, signal);
        return scans;
      };
      break;
    case 'numbers_from_what_is_left':
      open.append = async (drafts, state, signal) => {
        if (drafts.length > 0) await store.put('meta', (await store.getAll('scans')).at(-1)?.seq ?? 0, 'last_seq');
        return append(drafts, state, signal);
      };
      break;
    case 'drop_what_was_sent':
      open.settle = async (reply: ScansReply) => {
        const answered = await settle(reply);
        await drop(() => false);
        return answered;
      };
      break;
    case 'drop_on_no_answer':
    case 'position_not_rows': {
      let position = 0;
      open.unsent = async (limit) => {
        const scans = (await unsent(limit + 500)).filter((scan) => scan.seq > position).slice(0, limit);
        position = scans.at(-1)?.seq ?? position;
        return scans;
      };
      if (bug === 'drop_on_no_answer') {
        open.unsent = async (limit) => {
          const scans = await unsent(limit);
          await drop((scan) => scan.seq > position);
          position = scans.at(-1)?.seq ?? position;
          return scans.filter((scan) => scan.seq <= position);
        };
      }
      break;
    }
    case 'no_strict_write':
      open.flush = async () => undefined;
      break;
    case 'gaps_left_open':
      open.reopen = async () => ({ resent: 0, lost: 0 });
      break;
    default:
  }
}

export async function dropAll(connection: Connection): Promise<void> {
  const transaction = connection.asLocalStore.transaction('scans', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.clear(), transaction.done]);
}
