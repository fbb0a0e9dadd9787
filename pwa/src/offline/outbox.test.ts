import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Verdict } from '../flows/flow';
import { openLocalStore, type LocalStore } from './local_store';
import { HELD_MAX, NotSaved, Outbox, type Draft, type ScansReply } from './outbox';

let store: LocalStore;
let outbox: Outbox;
let now_ms = 0;
let number = 0;

const draft = (raw: string): Draft => ({
  flow: 'pick', task: 'pick:1', source: 'wedge', session: null,
  scan: { kind: 'product', step: 'pick.at_location', act: null, keys: [`text:${raw}`], raw, local: 'ok', body: {} },
});
const verdict = (seq: number): Verdict => ({ seq, id: 'x', outcome: 'ok', refusal: null, note: null });
const reply = (seqs: number[], more: Partial<ScansReply> = {}): ScansReply => ({
  verdicts: seqs.map(verdict), acked_seq: seqs.at(-1) ?? 0, cursor: 7, corrections: [],
  server_time: '2026-11-21T19:00:00Z', work_changed: false, ...more,
});

beforeEach(async () => {
  store = await openLocalStore(`outbox-${(number += 1)}`);
  now_ms = Date.parse('2026-11-21T19:00:00Z');
  outbox = new Outbox(store, { now_ms: () => now_ms });
});

describe('append', () => {
  test('numbers scans without a gap, also when two calls run at the same time', async () => {
    await Promise.all([outbox.append([draft('a'), draft('b')]), outbox.append([draft('c')])]);
    await outbox.append([draft('d')]);

    const seqs = (await outbox.unsent(10)).map((scan) => scan.seq);
    expect(seqs).toEqual([1, 2, 3, 4]);
  });

  test('stores the state of the task in the same transaction as the scan', async () => {
    const bundle = { flow: 'pick', task: 'pick:1' };
    await outbox.append([draft('a')], { task: 'pick:1', flow: 'pick', bundle, state: { path: 'pick.into_tote' } });

    expect((await outbox.openTask('pick:1'))?.state.path).toBe('pick.into_tote');
  });

  test('stores nothing at all when it is given up before the transaction completed', async () => {
    const giveUp = new AbortController();
    const bundle = { flow: 'pick', task: 'pick:1' };
    const saving = outbox.append([draft('a')], { task: 'pick:1', flow: 'pick', bundle, state: { path: 'x' } }, giveUp.signal);
    giveUp.abort();

    await expect(saving).rejects.toBeInstanceOf(NotSaved);
    expect(await outbox.unsent(10)).toEqual([]);
    expect(await outbox.openTask('pick:1')).toBeUndefined();
    const [next] = await outbox.append([draft('b')]);
    expect(next?.seq).toBe(1);
  });

  test('rejects when the state cannot be stored, and does not spend the number', async () => {
    const bundle = { flow: 'pick', task: 'pick:1' };
    const unstorable = { path: 'x', act: () => 1 } as unknown as { path: string };

    const saving = outbox.append([draft('a')], { task: 'pick:1', flow: 'pick', bundle, state: unstorable });

    await expect(saving).rejects.toBeInstanceOf(NotSaved);
    expect((await outbox.counts()).last_seq).toBe(0);
  });

  test('rejects on a closed connection', async () => {
    store.close();

    await expect(outbox.append([draft('a')])).rejects.toBeInstanceOf(NotSaved);
  });
});

describe('settle', () => {
  test('drops exactly the answered scans and keeps their verdicts', async () => {
    await outbox.append([draft('a'), draft('b'), draft('c')]);

    const answered = await outbox.settle(reply([1, 2]));

    expect(answered.map((each) => each.scan.raw)).toEqual(['a', 'b']);
    expect((await outbox.unsent(10)).map((scan) => scan.raw)).toEqual(['c']);
    expect((await outbox.recent(10)).map((each) => each.seq)).toEqual([2, 1]);
    expect(await outbox.counts()).toEqual({ last_seq: 3, acked_seq: 2, unsent: 1 });
  });

  test('forgets verdicts after 48 hours, but never the newest thousand: the clock may be wrong', async () => {
    await outbox.append(Array.from({ length: 1_002 }, (_, index) => draft(String(index))));
    await outbox.settle(reply([1, 2, 3]));
    now_ms += 49 * 3_600_000;
    await outbox.settle(reply([4]));

    expect((await outbox.recent(10)).map((each) => each.seq)).toEqual([4, 3]);
  });

  test('never uses a number a second time that the server has seen', async () => {
    await outbox.settle(reply([], { acked_seq: 40 }));
    const [scan] = await outbox.append([draft('a')]);

    expect(scan?.seq).toBe(41);
  });

  test('keeps the corrections of the newest reply only', async () => {
    const correction = { id: 'c1', code: 'PUT_BACK', values: {}, task: 'pick:1' };
    await outbox.settle(reply([], { corrections: [correction] }));
    expect((await outbox.corrections()).map((each) => each.id)).toEqual(['c1']);
    await outbox.settle(reply([]));
    expect(await outbox.corrections()).toEqual([]);
  });
});

describe('reopen', () => {
  test('sends again what the server has lost, from the kept verdicts', async () => {
    await outbox.append([draft('a'), draft('b'), draft('c')]);
    await outbox.settle(reply([1, 2]));

    expect(await outbox.reopen(2)).toEqual({ resent: 1, lost: 0 });
    expect((await outbox.unsent(10)).map((scan) => scan.raw)).toEqual(['b', 'c']);
  });

  test('fills what nobody has any more with "lost" scans, so that the loss is counted', async () => {
    await outbox.append([draft('a'), draft('b'), draft('c')]);
    await outbox.settle(reply([1, 2]));
    await store.clear('verdicts');

    expect(await outbox.reopen(1)).toEqual({ resent: 0, lost: 2 });
    expect((await outbox.unsent(10)).map((scan) => scan.kind)).toEqual(['lost', 'lost', 'product']);
  });
});

test('a device that is enrolled again gives its unsent scans new numbers in the old order', async () => {
  await outbox.append([draft('a'), draft('b'), draft('c')]);
  await outbox.settle(reply([1]));
  await outbox.renumber();

  expect((await outbox.unsent(10)).map((scan) => [scan.seq, scan.raw])).toEqual([[1, 'b'], [2, 'c']]);
  expect(await outbox.counts()).toEqual({ last_seq: 2, acked_seq: 0, unsent: 2 });
});

test('a request holds at most about a megabyte, but always one scan', async () => {
  await outbox.append([draft('a'.repeat(700_000)), draft('b'.repeat(700_000)), draft('c')]);

  expect(await outbox.unsent(500)).toHaveLength(1);
});

describe('limits of the device', () => {
  const held = async (count: number): Promise<void> => {
    const [scan] = await new Outbox(await openLocalStore(`outbox-${(number += 1)}`)).append([draft('x')]);
    const transaction = store.transaction(['scans', 'meta'], 'readwrite');
    for (let seq = 1; seq <= count; seq += 1) void transaction.objectStore('scans').put({ ...scan, seq } as never);
    void transaction.objectStore('meta').put(count, 'last_seq');
    await transaction.done;
  };

  test('10,000 unsent scans are held; the next is refused as "full", nothing is dropped, and one sent makes room', async () => {
    await held(HELD_MAX - 1);
    await outbox.append([draft('the last')]);
    const refused = outbox.append([draft('one too many')]);
    await expect(refused).rejects.toMatchObject({ name: 'NotSaved', full: true });
    expect(await outbox.counts()).toEqual({ last_seq: HELD_MAX, acked_seq: 0, unsent: HELD_MAX });

    await outbox.settle(reply([1]));
    expect((await outbox.append([draft('again')]))[0]?.seq).toBe(HELD_MAX + 1);
  });

  test('a state without scans is stored even then: open jobs are not lost', async () => {
    await held(HELD_MAX);
    await outbox.append([], { task: 'pick:1', flow: 'pick', bundle: { flow: 'pick', task: 'pick:1' }, state: { path: 'x' } });

    expect((await outbox.openTask('pick:1'))?.state.path).toBe('x');
  });

  test.each([[0, '2024-01-01T00:00:00.000Z'], [Date.UTC(2150, 5, 1), '2099-01-01T00:00:00.000Z']])(
    'a clock at %i writes a time that the server can read', async (broken_ms, expected) => {
      now_ms = broken_ms;
      expect((await outbox.append([draft('a')]))[0]?.at).toBe(expected);
    },
  );
});

describe('mourn', () => {
  test('numbers that the database has forgotten are filled with "lost" scans and never used again', async () => {
    await outbox.append([draft('a')]);

    expect(await outbox.mourn(3)).toBe(2);
    expect((await outbox.unsent(10)).map((scan) => [scan.seq, scan.kind])).toEqual([[1, 'product'], [2, 'lost'], [3, 'lost']]);
    expect((await outbox.append([draft('b')]))[0]?.seq).toBe(4);
  });

  test('a "lost" scan gives way when the server has the scan itself', async () => {
    await outbox.mourn(3);
    await outbox.settle(reply([], { acked_seq: 2 }));

    expect((await outbox.unsent(10)).map((scan) => scan.seq)).toEqual([3]);
  });
});
