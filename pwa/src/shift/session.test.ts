import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import type { Flow } from '../flows/flow';
import { openLocalStore, type LocalStore } from '../offline/local_store';
import { noWitness } from '../offline/witness';
import { counting } from '../testing/counting_flow';
import { ManualTimers } from '../testing/manual_timers';
import { ModelServer } from '../testing/model_server';
import { Shift } from './shift';

const MINUTE = 60_000;
const BUNDLE = { flow: 'counting', task: 'counting:1', wanted: 'gtin:1' };
const people: Record<string, { person_id: number; name: string }> = {
  JANA: { person_id: 4, name: 'Jana' },
  PETR: { person_id: 5, name: 'Petr' },
};
let number = 0;
let server: ModelServer;
let timers: ManualTimers;
let away = false;

beforeEach(() => {
  number += 1;
  away = false;
  timers = new ManualTimers();
  server = new ModelServer();
  let sessions = 0;
  server.routes['POST /api/devices'] = () => ({ device: 'd-1', token: 'secret', name: 'Handheld 1' });
  server.routes['POST /api/sessions'] = (body) => ({
    ...people[(body as { badge: string }).badge], session: `s-${(sessions += 1)}`, language: 'cs', role: 'worker',
    expires_at: new Date(timers.now_ms + 12 * 60 * MINUTE).toISOString(), offline_pass: `pass-${sessions}`,
  });
  server.routes['POST /api/sessions/offline'] = () => ({ done: true });
  server.routes['DELETE /api/sessions/current'] = () => new Response(null, { status: 204 });
  server.routes['POST /api/work'] = () => ({ bundle: BUNDLE });
  server.routes['GET /api/work/counting%3A1'] = () => ({ bundle: BUNDLE });
  server.routes['GET /api/work'] = () => ({ bundles: [], corrections: [] });
});

async function open(): Promise<{ shift: Shift; store: LocalStore }> {
  const store = await openLocalStore(`session-${number}`);
  const shift = new Shift({
    store, app: '1', timers, now_ms: () => timers.now_ms,
    feedback: { play: () => undefined, vibrate: () => undefined },
    readCode: (text) => ({ kind: 'gtin', keys: [`gtin:${text}`], elements: {}, error: null }),
    loadFlow: async (flow) => (flow === 'counting' ? (counting as unknown as Flow) : null),
    fetcher: (async (address: string, init: RequestInit) => {
      if (away) throw new TypeError('no network');
      return server.fetch(address, init);
    }) as typeof fetch,
    alone: async (work) => (await work(), true),
    witness: noWitness,
  });
  await shift.open();
  return { shift, store };
}

async function working(): Promise<Shift> {
  const { shift } = await open();
  await shift.enrol('token', 'Handheld 1');
  await shift.signIn('JANA', '194783');
  await shift.getWork({ flow: 'counting' });
  return shift;
}

const pull = (shift: Shift, text: string): void => {
  const code = shift.read({ characters: text, physical: null, end: 'enter' });
  if (code !== null) shift.scan(code);
};

test('a device on the shelf locks after a quarter of an hour; the job waits for its person', async () => {
  const shift = await working();
  timers.now_ms += 15 * MINUTE - 1;
  shift.touch();
  timers.now_ms += 15 * MINUTE;
  shift.touch();
  expect([shift.view.locked, shift.view.session?.person.name]).toEqual([true, 'Jana']);

  pull(shift, '1');
  expect(shift.view.unsent).toBe(0);
  await shift.signIn('jana ', '194783');
  expect([shift.view.locked, shift.job?.view.bundle.task]).toEqual([false, 'counting:1']);
});

test('another badge ends the session and closes the job', async () => {
  const shift = await working();
  timers.now_ms += 15 * MINUTE;
  shift.lockIfIdle();
  await shift.signIn('PETR', '194783');
  expect([shift.view.session?.person.name, shift.job]).toEqual(['Petr', null]);
});

test('closing the app is no way around the lock', async () => {
  const shift = await working();
  await timers.pass(60_000);
  shift.touch();
  shift.stop();
  timers.now_ms += 20 * MINUTE;
  const again = await open();
  expect([again.shift.view.session?.person.name, again.shift.view.locked]).toEqual(['Jana', true]);
});

test('after twelve hours nobody is signed in, also without a connection', async () => {
  const shift = await working();
  away = true;
  for (let minutes = 0; minutes < 12 * 60; minutes += 10) {
    timers.now_ms += 10 * MINUTE;
    shift.touch();
  }
  await timers.pass(1);
  expect(shift.view.session).toBeNull();
});

test('who was seen here signs in without a connection; the server hears of it before the scans', async () => {
  const shift = await working();
  await shift.signOut();
  away = true;
  await expect(shift.signIn('PETR', '194783')).rejects.toThrow('OFFLINE_UNKNOWN');
  await expect(shift.signIn('JANA', '000000')).rejects.toThrow('BADGE_OR_PIN_WRONG');
  await shift.signIn('JANA', '194783');
  const session = shift.view.session?.uuid;
  await shift.openJob(BUNDLE);
  pull(shift, '1');
  await timers.pass(1_000);
  expect(server.taken).toEqual([]);

  const told: unknown[] = [];
  server.routes['POST /api/sessions/offline'] = (body) => (told.push([(body as { session: string }).session, server.taken.length]), { done: true });
  away = false;
  await timers.pass(60_000);
  expect(told).toEqual([[session, 0]]);
  expect(server.taken.map((scan) => scan.session)).toEqual([session]);
});
