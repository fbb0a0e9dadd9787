import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { apiClient } from '../api/client';
import { ManualTimers } from '../testing/manual_timers';
import { ModelServer, answer } from '../testing/model_server';
import { openLocalStore, type LocalStore } from './local_store';
import { Outbox, type Draft } from './outbox';
import { Sender, pauseAfter, type SenderNews } from './sender';

let number = 0;
let store: LocalStore;
let outbox: Outbox;
let server: ModelServer;
let timers: ManualTimers;
let news: SenderNews[];

const draft = (raw: string): Draft => ({
  flow: 'pick', task: 'pick:1', source: 'wedge', session: null,
  scan: { kind: 'product', step: 'pick.at_location', act: null, keys: [], raw, local: 'ok', body: {} },
});

function makeSender(random: () => number = () => 0.5, settled: () => void = () => undefined): Sender {
  return new Sender({
    outbox, device: 'd', app: '1', timers, random,
    api: apiClient(() => ({ device: 't', session: null }), '', server.fetch as typeof fetch),
    cursor: async () => 0,
    alone: async (work) => (await work(), true),
    changed: (each) => news.push(each),
    settled,
  });
}

/** A small generator of chances, so that a failing run can be repeated by its seed. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

beforeEach(async () => {
  store = await openLocalStore(`sender-${(number += 1)}`);
  outbox = new Outbox(store);
  server = new ModelServer();
  timers = new ManualTimers();
  news = [];
});

test('sends after a short silence, and keeps no scan that was answered', async () => {
  const sender = makeSender();
  sender.start();
  await timers.pass(10);
  await outbox.append([draft('a')]);
  sender.kick(1);
  await timers.pass(149);
  expect(server.taken).toHaveLength(0);

  await timers.pass(10);
  expect(server.taken.map((scan) => scan.raw)).toEqual(['a']);
  expect(await outbox.unsent(10)).toEqual([]);
});

test('sends at once when twenty scans have gathered', async () => {
  const sender = makeSender();
  sender.start();
  await timers.pass(10);
  await outbox.append(Array.from({ length: 20 }, (_, index) => draft(String(index))));
  sender.kick(20);
  await timers.pass(1);

  expect(server.taken).toHaveLength(20);
});

test('a scan that is stored while an empty request is under way does not wait for the next heartbeat', async () => {
  const inner = server.fetch;
  let answerNow: () => void = () => undefined;
  const held = async (address: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const reply = await inner(address, init);
    if (server.requests === 1) await new Promise<void>((resolve) => (answerNow = resolve));
    return reply;
  };
  server = Object.assign(server, { fetch: held });
  const sender = makeSender();
  sender.start();
  await timers.pass(10);
  await outbox.append([draft('a')]);
  sender.kick(1);
  answerNow();
  await timers.pass(1_000);

  expect(server.taken.map((scan) => scan.raw)).toEqual(['a']);
});

test('a pull that is asked for while an answer is being settled is not put off to the next heartbeat', async () => {
  let pulled = false;
  const sender = makeSender(undefined, () => {
    if (!pulled) sender.pull();
    pulled = true;
  });
  sender.start();
  await timers.pass(10);
  await outbox.append([draft('a')]);
  sender.kick(1);
  await timers.pass(1_000);

  expect(server.taken.map((scan) => scan.raw)).toEqual(['a']);
});

test('a long spell without network goes out in requests of at most 500', async () => {
  await outbox.append(Array.from({ length: 1_201 }, (_, index) => draft(String(index))));
  await makeSender().drain();

  expect(server.sizes.filter((size) => size > 0)).toEqual([500, 500, 201]);
});

test('waits longer and longer while nobody answers, then catches up', async () => {
  server.fault = (request) => (request <= 12 ? 'lost' : 'none');
  await outbox.append([draft('a')]);
  makeSender().start();
  await timers.pass(1_000);
  expect(news.at(-1)?.link).toBe('offline');
  expect(server.requests).toBeLessThan(6);

  await timers.pass(300_000);
  expect(server.taken).toHaveLength(1);
  expect(news.at(-1)).toEqual({ link: 'ok', refused: null });
});

describe('pauses', () => {
  test.each([
    [1, 0, 50],
    [1, 1, 100],
    [4, 1, 800],
    [30, 0, 15_000],
    [30, 1, 30_000],
  ])('after %i failures with chance %f: %i ms', (failures, random, expected) => {
    expect(pauseAfter(failures, random)).toBe(expected);
  });
});

test('an answer that was lost after it took effect does no harm', async () => {
  server.fault = (request) => (request === 1 ? 'unanswered' : 'none');
  await outbox.append([draft('a'), draft('b')]);
  makeSender().start();
  await timers.pass(60_000);

  expect(server.taken.map((scan) => scan.raw)).toEqual(['a', 'b']);
  expect(await outbox.unsent(10)).toEqual([]);
});

test('a server that lost its last scans is given them again', async () => {
  await outbox.append([draft('a'), draft('b')]);
  const sender = makeSender();
  sender.start();
  await timers.pass(10);
  server.acked_seq = 1;
  server.taken.length = 1;
  await outbox.append([draft('c')]);
  sender.kick(1);
  await timers.pass(60_000);

  expect(server.taken.map((scan) => scan.raw)).toEqual(['a', 'b', 'c']);
});

test('one scan that the server cannot read in any shape does not stop the others', async () => {
  const inner = server.fetch;
  const poison = async (address: string | URL | Request, init?: RequestInit): Promise<Response> =>
    String(init?.body).includes('POISON') && String(init?.body).includes('"kind":"product"') &&
    (JSON.parse(String(init?.body)) as { scans: { raw: string; kind: string }[] }).scans.some(
      (scan) => scan.raw.startsWith('POISON') && scan.kind === 'product',
    )
      ? answer({ code: 'MALFORMED' }, 422)
      : inner(address, init);
  server = Object.assign(server, { fetch: poison });
  await outbox.append(['a', 'b', 'POISON', 'c'].map(draft));
  await makeSender().drain();

  expect(server.taken.map((scan) => [scan.raw, scan.kind])).toEqual([
    ['a', 'product'], ['b', 'product'], ['POISON', 'unreadable'], ['c', 'product'],
  ]);
});

test('a revoked device keeps its scans and says why', async () => {
  server = Object.assign(server, { fetch: async () => answer({ code: 'DEVICE_REVOKED' }, 401) });
  await outbox.append([draft('a')]);
  makeSender().start();
  await timers.pass(30_000);

  expect(news.at(-1)).toEqual({ link: 'refused', refused: 'DEVICE_REVOKED' });
  expect(await outbox.unsent(10)).toHaveLength(1);
});

test('a second tab that sends is left alone, and asked again later', async () => {
  let free = false;
  const sender = new Sender({
    outbox, device: 'd', app: '1', timers, random: () => 0.5,
    api: apiClient(() => ({ device: 't', session: null }), '', server.fetch as typeof fetch),
    cursor: async () => 0,
    alone: async (work) => (free ? (await work(), true) : false),
    changed: () => undefined,
    settled: () => undefined,
  });
  await outbox.append([draft('a')]);
  sender.start();
  await timers.pass(1_000);
  expect(server.requests).toBe(0);

  free = true;
  await timers.pass(3_000);
  expect(server.taken).toHaveLength(1);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'seed %i: 200 scans under faults, reloads and copies of the sender arrive once each and in order',
  async (seed) => {
    const chance = chances(seed);
    server.fault = () => (['none', 'none', 'lost', 'unanswered', 'broken'] as const)[Math.floor(chance() * 5)] ?? 'none';
    let sender = makeSender(chance);
    sender.start();
    for (let scan = 0; scan < 200; ) {
      const count = 1 + Math.floor(chance() * 4);
      await outbox.append(Array.from({ length: count }, (_, index) => draft(String(scan + index))));
      scan += count;
      sender.kick((await outbox.counts()).unsent);
      await timers.pass(Math.floor(chance() * 400));
      if (chance() < 0.05) {
        sender.stop();
        sender = makeSender(chance);
        sender.start();
      }
    }
    server.fault = () => 'none';
    await timers.pass(120_000);

    const raws = server.taken.map((scan) => Number(scan.raw));
    expect(raws).toEqual(Array.from({ length: raws.length }, (_, index) => index));
    expect(raws.length).toBeGreaterThanOrEqual(200);
    expect(await outbox.counts()).toEqual({ last_seq: raws.length, acked_seq: raws.length, unsent: 0 });
  },
);
