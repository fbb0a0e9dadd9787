import { expect, test } from 'vitest';
import type { Feedback } from '../feedback/sounds';
import type { CodeReading, Input, Verdict } from '../flows/flow';
import type { StoredScan } from '../offline/local_store';
import { NotSaved, type Draft } from '../offline/outbox';
import { counting, type CountingState } from '../testing/counting_flow';
import { ManualTimers, settle } from '../testing/manual_timers';
import { Job } from './job';

const reading = (key: string): CodeReading => ({ kind: 'gtin', keys: [key], elements: {}, error: null });
const scan = (key: string): Input => ({ type: 'scan', reading: reading(key), raw: key, source: 'wedge' });
const RIGHT = scan('gtin:1');
const WRONG = scan('gtin:2');

/** A job whose storage answers when the test says so; `log` keeps the order of sounds and saves. */
function bench() {
  const log: string[] = [];
  const waiting: { resolve: () => void; reject: () => void }[] = [];
  let seq = 0;
  let act = 0;
  const feedback: Feedback = { play: (earcon) => log.push(`play ${earcon}`), vibrate: () => undefined };
  const append = (drafts: readonly Draft[], _state: unknown, signal?: AbortSignal): Promise<StoredScan[]> =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new NotSaved('not saved'));
      signal?.addEventListener('abort', fail);
      waiting.push({
        resolve: () => {
          log.push('saved');
          resolve(drafts.map((draft) => ({ ...draft.scan, ...draft, id: 'i', seq: (seq += 1), at: '' }) as StoredScan));
        },
        reject: fail,
      });
    });
  const timers = new ManualTimers();
  const job = new Job({
    flow: counting as never,
    bundle: { flow: 'counting', task: 'counting:1', wanted: 'gtin:1' } as never,
    outbox: { append }, feedback, timers, newAct: () => `act-${(act += 1)}`, session: () => 's', stored: () => undefined,
  });
  const counted = (): number => (job.view.state as CountingState).counted;
  return { job, log, waiting, timers, counted };
}

test('a good tone sounds only after the scan is saved', async () => {
  const { job, log, waiting } = bench();
  job.input(RIGHT);
  await settle();
  expect(log).toEqual([]);

  waiting[0]?.resolve();
  await settle();
  expect(log).toEqual(['saved', 'play piece']);
});

test('an error sounds at once, before anything is saved, and its card stays', async () => {
  const { job, log } = bench();
  job.input(WRONG);

  expect(log).toEqual(['play wrong_thing']);
  expect(job.view.refusal?.code).toBe('WRONG_PRODUCT');
});

test('the card of a wrong scan goes with the next right one, and only then', async () => {
  const { job } = bench();
  job.input(WRONG);
  job.input({ type: 'skip' });
  expect(job.view.refusal).not.toBeNull();

  job.input(RIGHT);
  expect(job.view.refusal).toBeNull();
});

test('judging does not wait for saving: three quick scans count three, saves follow in order', async () => {
  const { job, log, waiting, counted } = bench();
  job.input(RIGHT);
  job.input(RIGHT);
  job.input(RIGHT);
  expect(counted()).toBe(3);
  for (let index = 0; index < 3; index += 1) {
    await settle();
    waiting[index]?.resolve();
  }
  await settle();

  expect(log).toEqual(['saved', 'play piece', 'saved', 'play piece', 'saved', 'play order']);
  expect(job.view.done).toBe(true);
});

test('what takes longer than 250 ms to save is shown as being saved', async () => {
  const { job, timers, waiting } = bench();
  job.input(RIGHT);
  await timers.pass(249);
  expect(job.view.saving).toBe('saved');
  await timers.pass(2);
  expect(job.view.saving).toBe('saving');
  waiting[0]?.resolve();
  await settle();
  expect(job.view.saving).toBe('saved');
});

test('after 1.5 s it is given up: red, alarm, back to the last saved state, and no good tone', async () => {
  const { job, log, timers, waiting, counted } = bench();
  job.input(RIGHT);
  await settle();
  waiting[0]?.resolve();
  await settle();
  job.input(RIGHT);
  job.input(RIGHT);
  await timers.pass(1_600);

  expect(job.view.saving).toBe('not_saved');
  expect(counted()).toBe(1);
  // What was judged on top of the lost scan is not stored either.
  expect(waiting).toHaveLength(2);
  expect(log).toEqual(['saved', 'play piece', 'play not_saved']);
  expect(job.view.done).toBe(false);
});

test('the next scan after a lost one counts again', async () => {
  const { job, waiting, counted } = bench();
  job.input(RIGHT);
  await settle();
  waiting[0]?.reject();
  await settle();
  expect([counted(), job.view.saving]).toEqual([0, 'not_saved']);
  job.input(RIGHT);
  await settle();
  waiting[1]?.resolve();
  await settle();

  expect([counted(), job.view.saving]).toEqual([1, 'saved']);
});

test('a refusal by the server becomes a card with the error tone', () => {
  const { job, log } = bench();
  const refusal = { code: 'ORDER_CANCELLED', expected: {}, got: {}, cure: 'PUT_BACK', values: { order: '7' } };
  const verdict: Verdict = { seq: 1, id: 'i', outcome: 'refused', refusal, note: null };
  job.verdict(verdict);

  expect(job.view.refusal?.code).toBe('ORDER_CANCELLED');
  expect(log).toEqual(['play wrong_thing']);
});

test('a bouncing trigger ticks quietly and counts nothing', () => {
  const { job, log, counted } = bench();
  job.bounce();

  expect([counted(), log]).toEqual([0, ['play bounce']]);
});

test('two equal answers in a row are told apart by their count', () => {
  const { job } = bench();
  job.input(WRONG);
  const first = job.view.last?.count ?? 0;
  job.input(WRONG);

  expect(job.view.last?.count).toBe(first + 1);
});

test('news from the server does not put the red "not saved" away', async () => {
  const { job, waiting } = bench();
  job.input(RIGHT);
  await settle();
  waiting[0]?.reject();
  await settle();
  job.input({ type: 'bundle_changed', bundle: { flow: 'counting', task: 'counting:1', wanted: 'gtin:1' } as never });

  expect(job.view.saving).toBe('not_saved');
});
