import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { openLocalStore, writeMeta, type LocalStore } from '../offline/local_store';
import type { Bundle, Flow } from '../flows/flow';
import { counting, type CountingState } from '../testing/counting_flow';
import { ManualTimers } from '../testing/manual_timers';
import { ModelServer, answer } from '../testing/model_server';
import { needsSignIn } from './problems';
import { Shift } from './shift';
import { ApiProblem } from '../api/client';
import { localWitness } from '../offline/witness';

const BUNDLE = { flow: 'counting', task: 'counting:1', wanted: 'gtin:1' };
const SESSION = {
  session: 's-1', person_id: 4, name: 'Jana', language: 'sk', role: 'worker', expires_at: '2026-11-22T07:00:00Z',
};
let number = 0;
let name: string;
let server: ModelServer;
let timers: ManualTimers;
let heard: string[];

/** localStorage that a test can look into. */
const kept = new Map<string, string>();
const witness = localWitness({
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
});

async function makeShift(app = '1'): Promise<{ shift: Shift; store: LocalStore }> {
  const store = await openLocalStore(name);
  const shift = new Shift({
    store, app, timers, now_ms: () => timers.now_ms,
    feedback: { play: (earcon) => heard.push(earcon), vibrate: () => undefined },
    readCode: (text) => ({ kind: 'gtin', keys: [`gtin:${text}`], elements: {}, error: null }),
    loadFlow: async (flow) => (flow === 'counting' ? (counting as unknown as Flow) : null),
    fetcher: ((address: string, init: RequestInit) => server.fetch(address, init)) as typeof fetch,
    alone: async (work) => (await work(), true),
    witness,
  });
  return { shift, store };
}

const wedge = (characters: string) => ({ characters, physical: null, end: 'enter' }) as const;

function pull(shift: Shift, text: string): void {
  const code = shift.read(wedge(text));
  if (code !== null) shift.scan(code);
}

beforeEach(() => {
  name = `shift-${(number += 1)}`;
  timers = new ManualTimers();
  server = new ModelServer();
  heard = [];
  kept.clear();
  server.routes['POST /api/devices'] = () => ({ device: 'd-1', token: 'secret', name: 'Handheld 1' });
  server.routes['POST /api/sessions'] = () => SESSION;
  server.routes['DELETE /api/sessions/current'] = () => new Response(null, { status: 204 });
  server.routes['POST /api/work'] = () => ({ bundle: BUNDLE });
  server.routes['GET /api/work/counting%3A1'] = () => ({ bundle: BUNDLE });
  server.routes['GET /api/work'] = () => ({ bundles: [], corrections: [] });
});

async function working(): Promise<{ shift: Shift; store: LocalStore }> {
  const made = await makeShift();
  await made.shift.open();
  await made.shift.enrol('token', 'Handheld 1');
  await made.shift.signIn('BADGE', '1234');
  expect(await made.shift.getWork({ flow: 'counting' })).toBe(true);
  return made;
}

test('from enrolment to the saved scan: "scanned 2, saved 2"', async () => {
  const { shift } = await working();
  pull(shift, '1');
  await timers.pass(400);
  pull(shift, '1');
  await timers.pass(1_000);

  expect([shift.view.scanned, shift.view.saved, shift.view.unsent]).toEqual([2, 2, 0]);
  expect(server.taken.map((scan) => [scan.flow, scan.task, scan.kind, scan.session, scan.source])).toEqual([
    ['counting', 'counting:1', 'product', 's-1', 'wedge'],
    ['counting', 'counting:1', 'product', 's-1', 'wedge'],
  ]);
  expect(heard).toEqual(['piece', 'piece']);
  expect(shift.view.language).toBe('sk');
});

test('work goes on without network, and everything is saved when it is back', async () => {
  const { shift } = await working();
  server.fault = () => 'lost';
  pull(shift, '1');
  await timers.pass(5_000);
  pull(shift, '1');
  await timers.pass(5_000);
  expect([shift.view.scanned, shift.view.saved, shift.view.link]).toEqual([2, 0, 'offline']);
  await timers.pass(120_000);
  expect(heard.filter((earcon) => earcon === 'later'), 'told once, not at each try').toEqual(['later']);

  server.fault = () => 'none';
  await timers.pass(60_000);
  expect([shift.view.scanned, shift.view.saved, shift.view.link]).toEqual([2, 2, 'ok']);
});

test('an app that was killed while offline goes on where it left off', async () => {
  const first = await working();
  server.fault = () => 'lost';
  pull(first.shift, '1');
  await timers.pass(2_000);
  first.shift.stop();
  first.store.close();
  const { shift } = await makeShift();
  await shift.open();
  const tasks = await shift.openTasks();
  await shift.openJob(tasks[0] as Bundle);

  expect((shift.job?.view.state as CountingState).counted).toBe(1);
  expect(shift.view.session?.person.name).toBe('Jana');
});

test('the trigger that bounces within 300 ms counts once', async () => {
  const { shift } = await working();
  pull(shift, '1');
  await timers.pass(100);
  pull(shift, '1');
  await timers.pass(400);

  expect((shift.job?.view.state as CountingState).counted).toBe(1);
  expect(heard).toEqual(['piece', 'bounce']);
});

test('a server refusal of an accepted scan shows a card, and the books are read again', async () => {
  const { shift } = await working();
  let asked = 0;
  server.routes['GET /api/work/counting%3A1'] = () => ((asked += 1), { bundle: { ...BUNDLE, wanted: 'gtin:9' } });
  server.judge = () => ({ code: 'ORDER_CANCELLED', expected: {}, got: {}, cure: 'PUT_BACK', values: {} });
  pull(shift, '1');
  await timers.pass(1_000);

  expect(shift.job?.view.refusal?.code).toBe('ORDER_CANCELLED');
  expect(asked).toBe(1);
  expect((shift.job?.view.bundle as unknown as typeof BUNDLE).wanted).toBe('gtin:9');
});

test('the books are not asked while scans of the device are still under way', async () => {
  const { shift } = await working();
  server.fault = () => 'lost';
  pull(shift, '1');
  await timers.pass(1_000);
  let asked = 0;
  server.routes['GET /api/work/counting%3A1'] = () => ((asked += 1), { bundle: BUNDLE });
  await shift.refreshJob();

  expect(asked).toBe(0);
});

test('a correction is shown, sounds once, and is told to the server when done, even if that fails at first', async () => {
  const { shift } = await working();
  const correction = { id: 'c-1', code: 'PUT_BACK', values: { quantity: 1 }, task: 'counting:1' };
  server.corrections = [correction];
  let told = 0;
  server.routes['POST /api/corrections/c-1/done'] = () => ((told += 1), told === 1 ? answer({}, 500) : { closed: true });
  shift.poke();
  await timers.pass(100);
  shift.poke();
  await timers.pass(100);
  expect(shift.view.corrections.map((each) => each.id)).toEqual(['c-1']);
  expect(heard).toEqual(['warning']);

  await shift.finishCorrection('c-1');
  expect(shift.view.corrections).toEqual([]);
  await timers.pass(35_000);
  expect(told).toBe(2);
  expect(shift.view.corrections).toEqual([]);
});

test('signing out with unsent scans strands nothing: they go under the device, with their author', async () => {
  const { shift } = await working();
  server.fault = () => 'lost';
  pull(shift, '1');
  await timers.pass(1_000);
  await shift.signOut();
  server.fault = () => 'none';
  await timers.pass(60_000);

  expect(shift.view.session).toBeNull();
  expect(server.taken.map((scan) => scan.session)).toEqual(['s-1']);
});

test('a session that has ended is not taken up again', async () => {
  const { shift, store } = await makeShift();
  const person = { id: 1, name: 'Jana', language: 'cs', role: 'worker' };
  await writeMeta(store, 'session', { uuid: 's', person, expires_at: '2026-11-21T18:59:00Z' });
  await shift.open();

  expect(shift.view.session).toBeNull();
});

test('no work is told as such, and a printed "undo" is an undo', async () => {
  const { shift } = await working();
  pull(shift, '1');
  await timers.pass(400);
  shift.scan({ reading: { kind: 'command', keys: ['command:undo'], elements: {}, error: null }, raw: 'U', source: 'wedge' });
  await timers.pass(400);
  expect((shift.job?.view.state as CountingState).counted).toBe(0);

  server.routes['POST /api/work'] = () => ({ bundle: null });
  expect(await shift.getWork({ flow: 'counting' })).toBe(false);
});

test('a session that ends while people work asks for a new sign-in and keeps the job', async () => {
  const { shift } = await working();
  pull(shift, '1');
  timers.now_ms = Date.parse('2026-11-22T07:00:01Z');
  server.server_time = '2026-11-22T07:00:01Z';
  shift.poke();
  await timers.pass(100);

  expect(shift.view.session).toBeNull();
  expect((shift.job?.view.state as CountingState).counted).toBe(1);
});

test.each([
  [401, 'SIGN_IN_NEEDED', {}, true],
  [403, 'ROLE_TOO_LOW', { got: '' }, true],
  [403, 'ROLE_TOO_LOW', { got: 'worker' }, false],
  [409, 'TOTE_EMPTY', {}, false],
])('status %i %s %j: sign in again is %s', (status, code, body, expected) => {
  expect(needsSignIn(new ApiProblem({ status, code, sentence: '', body }))).toBe(expected);
});

const wave = (task: string) => ({ flow: 'counting', task, wanted: 'gtin:1' });

/** Three pieces finish a job of the counting flow. */
async function finish(shift: Shift): Promise<void> {
  for (let piece = 0; piece < 3; piece += 1) {
    pull(shift, '1');
    await timers.pass(400);
  }
  expect(shift.view.job?.done).toBe(true);
  await shift.closeJob();
}

test('work fetched ahead is worked off without network, one job after the other, and told apart from what is done', async () => {
  const { shift } = await working();
  const asked: unknown[] = [];
  const more = [wave('counting:2'), wave('counting:3')];
  server.routes['POST /api/work'] = (body) => (asked.push(body), { bundle: more.shift() ?? null });
  expect(await shift.fetchAhead({ flow: 'counting' }, 4)).toBe(2);
  expect(asked.at(-1)).toEqual({ flow: 'counting', beside: ['counting:1', 'counting:2', 'counting:3'] });

  server.fault = () => 'lost';
  server.routes = {};
  server.fetchOther = 'lost';
  await finish(shift);
  expect((await shift.openTasks()).map((each) => each.task)).toEqual(['counting:2', 'counting:3']);
  for (const task of ['counting:2', 'counting:3']) {
    expect(await shift.getWork({ flow: 'counting' })).toBe(true);
    expect(shift.view.job?.bundle.task).toBe(task);
    await finish(shift);
  }
  expect(shift.view.unsent).toBe(9);

  server.fault = () => 'none';
  await timers.pass(60_000);
  expect(server.taken.map((scan) => scan.task)).toEqual(
    ['counting:1', 'counting:2', 'counting:3'].flatMap((task) => [task, task, task]),
  );
  expect(await shift.outbox.tasks()).toEqual([]);
});

test('a job finished here is not begun anew from a bundle that does not know it yet', async () => {
  const { shift } = await working();
  server.fault = () => 'lost';
  await finish(shift);
  let asked: unknown = null;
  server.routes['POST /api/work'] = (body) => ((asked = body), { bundle: null });
  await shift.getWork({ flow: 'counting' });

  expect(asked).toEqual({ flow: 'counting', beside: ['counting:1'] });
});

test.each([-13, 13])('a clock that is %i hours off ends no session and changes no order', async (hours) => {
  const first = await working();
  first.shift.stop();
  first.store.close();
  const true_ms = timers.now_ms;
  timers.now_ms += hours * 3_600_000;
  server.server_time = new Date(true_ms).toISOString();
  const { shift, store } = await makeShift();
  await writeMeta(store, 'clock_off_ms', -hours * 3_600_000);
  await shift.open();

  expect(shift.view.session?.person.name).toBe('Jana');
  expect(await shift.getWork({ flow: 'counting' })).toBe(true);
  pull(shift, '1');
  await timers.pass(1_000);
  expect(server.taken.map((scan) => scan.seq)).toEqual([1]);
  expect(shift.view.clock_off_ms).toBeCloseTo(-hours * 3_600_000, -4);
});

test('a database that lost its newest scans: the loss is counted here and by the server, and no number is used twice', async () => {
  const first = await working();
  server.fault = () => 'lost';
  for (let piece = 0; piece < 2; piece += 1) {
    pull(first.shift, '1');
    await timers.pass(400);
  }
  // As after a power cut: the last transaction never reached the disk.
  const { store } = first;
  await store.delete('scans', 2);
  await store.put('meta', 1, 'last_seq');
  first.shift.stop();
  store.close();
  const { shift } = await makeShift();
  await shift.open();
  expect(shift.view.lost).toBe(1);

  server.fault = () => 'none';
  await timers.pass(60_000);
  expect(server.taken.map((scan) => [scan.seq, scan.kind])).toEqual([[1, 'product'], [2, 'lost']]);
});

test('a database deleted under the app: the device says how many unsent scans went with it', async () => {
  const first = await working();
  server.fault = () => 'lost';
  pull(first.shift, '1');
  await timers.pass(400);
  first.shift.stop();
  first.store.close();
  name = `shift-${(number += 1)}`;
  const { shift } = await makeShift();
  await shift.open();

  expect([shift.view.device, shift.view.lost]).toEqual([null, 1]);
  shift.lossRead();
  expect(shift.view.lost).toBe(0);
});

test('a new version of the app goes on with the job as it was left', async () => {
  const first = await working();
  server.fault = () => 'lost';
  pull(first.shift, '1');
  await timers.pass(2_000);
  first.shift.stop();
  first.store.close();
  const { shift } = await makeShift('2');
  await shift.open();
  await shift.openJob((await shift.openTasks())[0] as Bundle);

  expect((shift.job?.view.state as CountingState).counted).toBe(1);
  expect(await shift.unseenNews()).toBe('2');
});
