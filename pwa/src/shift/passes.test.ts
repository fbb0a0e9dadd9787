import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { ApiProblem, NoAnswer, type Api } from '../api/client';
import { openLocalStore, readMeta, type LocalStore } from '../offline/local_store';
import { NotLetIn, Passes } from './passes';
import { lockedUntil } from './sealed_pass';

const MINUTE = 60_000;
const DAY = 86_400_000;
const JANA = { id: 4, name: 'Jana', language: 'cs', role: 'worker' };
let number = 0;
let now = 0;
let store: LocalStore;
let passes: Passes;

beforeEach(async () => {
  now = Date.parse('2026-11-21T09:00:00Z');
  store = await openLocalStore(`passes-${(number += 1)}`);
  passes = new Passes(store, () => now);
  await passes.keep('BADGE', '194783', 'the pass', JANA);
});

const tried = (pin: string, badge = 'BADGE'): Promise<string> =>
  passes.open(badge, pin).then((session) => session.person.name, (error: unknown) => (error as NotLetIn).code);

test('badge and PIN open a session of twelve hours; the pass lies nowhere in plain', async () => {
  const session = await passes.open('BADGE', '194783');
  expect([session.person, session.expires_at]).toEqual([JANA, '2026-11-21T21:00:00.000Z']);
  const kept = await readMeta(store, 'passes');
  expect(new TextDecoder('latin1').decode(kept?.[0]?.box)).not.toContain('the pass');
  expect(JSON.stringify(kept)).not.toContain('BADGE');
  expect((await readMeta(store, 'pass_key'))?.extractable).toBe(false);
});

test.each([
  ['four slips are forgiven', 4, 0],
  ['the fifth locks for five minutes', 5, 5],
  ['the sixth doubles it', 6, 10],
  ['and again', 8, 40],
])('%s', (_case, wrong, minutes) => {
  expect(lockedUntil(wrong, now)).toBe(minutes === 0 ? 0 : now + minutes * MINUTE);
});

test('a locked badge does not open even with its PIN; the tenth wrong PIN takes the pass away', async () => {
  for (let slip = 0; slip < 5; slip++) expect(await tried('000000')).toBe('BADGE_OR_PIN_WRONG');
  expect(await tried('194783')).toBe('SIGN_IN_LOCKED');
  for (let slip = 5; slip < 10; slip++) {
    now += 4 * 60 * MINUTE;
    expect(await tried('000000')).toBe('BADGE_OR_PIN_WRONG');
  }
  now += DAY;
  expect(await tried('194783')).toBe('OFFLINE_UNKNOWN');
});

test('the right PIN forgives the slips before it', async () => {
  for (let round = 0; round < 2; round++) {
    for (let slip = 0; slip < 4; slip++) await tried('111111');
    expect(await tried('194783')).toBe('Jana');
  }
});

test('only people who were seen here within a week come in', async () => {
  expect(await tried('194783', 'OTHER')).toBe('OFFLINE_UNKNOWN');
  now += 7 * DAY - 1;
  expect(await tried('194783')).toBe('Jana');
  now += 2;
  expect(await tried('194783')).toBe('OFFLINE_UNKNOWN');
});

test('a store that was copied to another browser opens nothing', async () => {
  const stolen = (await readMeta(store, 'passes')) ?? [];
  const elsewhere = await openLocalStore(`passes-${number}-stolen`);
  await elsewhere.put('meta', stolen, 'passes');
  await expect(new Passes(elsewhere, () => now).open('BADGE', '194783')).rejects.toThrow('BADGE_OR_PIN_WRONG');
});

test('the server hears of the session before anything else, once, and how long ago it began', async () => {
  const { uuid } = await passes.open('BADGE', '194783');
  now += 90_000;
  const asked: unknown[] = [];
  const api: Api = async <T>(path: string, call?: { body?: unknown }) => {
    asked.push([path, call?.body]);
    return {} as T;
  };
  const telling = passes.telling(api);
  await telling('/api/scans', { method: 'POST', body: { scans: [] } });
  await telling('/api/work');
  expect(asked).toEqual([
    ['/api/sessions/offline', { session: uuid, offline_pass: 'the pass', started_ago_s: 90 }],
    ['/api/scans', { scans: [], sent_at: '2026-11-21T09:01:30.000Z' }],
    ['/api/work', undefined],
  ]);
});

test('without an answer the scans wait with the session; a no ends the matter', async () => {
  await passes.open('BADGE', '194783');
  const silent: Api = async () => Promise.reject(new NoAnswer('silence'));
  await expect(passes.telling(silent)('/api/scans', { body: {} })).rejects.toThrow(NoAnswer);
  const asked: string[] = [];
  const refusing: Api = async <T>(path: string) => {
    asked.push(path);
    if (path.endsWith('offline')) throw new ApiProblem({ status: 403, code: 'OFFLINE_PASS_OVER', sentence: '', body: {} });
    return {} as T;
  };
  await passes.telling(refusing)('/api/scans', { body: {} });
  await passes.telling(refusing)('/api/scans', { body: {} });
  expect(asked).toEqual(['/api/sessions/offline', '/api/scans', '/api/scans']);
});
