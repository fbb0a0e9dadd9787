import { beforeEach, expect, test, vi } from 'vitest';
import { sayOf } from '../office/texts/say_of';
import { CourierState } from './courier_state.svelte';
import type { CourierView } from './shapes';
import type { cs } from './texts/cs';
import { en } from './texts/en';

const kept = new Map<string, string>();
vi.stubGlobal('navigator', {});
vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
const say = sayOf<typeof cs>(en, 'en');
const view = (more: Partial<CourierView> = {}): CourierView => ({
  number: 'H1', carrier_name: 'Van', state: 'open', expected: 2, loaded: 0, missing: 2, parcels: [], extras: [], content_hash: 'aa', has_document: false, ...more,
});

type Answer = [status: number, body: unknown];
function courier(answers: Record<string, Answer | Error>): { state: CourierState; asked: string[] } {
  const asked: string[] = [];
  const fetcher: typeof fetch = async (address, init) => {
    const name = `${init?.method ?? 'GET'} ${String(address)}`;
    asked.push(name);
    const answer = answers[name];
    if (answer === undefined) throw new TypeError(`nobody expected ${name}`);
    if (answer instanceof Error) throw answer;
    return new Response(JSON.stringify(answer[1]), { status: answer[0] });
  };
  return { state: new CourierState('tok', say, fetcher), asked };
}

beforeEach(() => kept.clear());

test('looking does not open: only the button spends the link', async () => {
  const { state, asked } = courier({
    'GET /api/courier/tok': [200, { opened: false, handover: view() }],
    'POST /api/courier/tok/open': [200, { session: 'ses', expires_at: '', handover: view() }],
  });
  await state.look();
  expect(state.step).toBe('look');
  expect(asked).toEqual(['GET /api/courier/tok']);
  await state.open();
  expect([state.step, state.session, kept.get('rampa.courier.tok')]).toEqual(['scan', 'ses', 'ses']);
});

test('a reload goes on in the same session', async () => {
  kept.set('rampa.courier.tok', 'ses');
  const { state } = courier({ 'GET /api/courier/ses': [200, { opened: true, handover: view({ loaded: 1 }) }] });
  await state.look();
  expect([state.step, state.view?.loaded]).toEqual(['scan', 1]);
});

test('a scan without a connection waits and is judged with the next answer', async () => {
  kept.set('rampa.courier.tok', 'ses');
  const answers: Record<string, Answer | Error> = { 'GET /api/courier/ses': [200, { opened: true, handover: view() }] };
  const { state, asked } = courier(answers);
  await state.look();
  state.told = { good: false, text: 'the parcel before' };
  await state.scan('P1');
  expect([state.told, state.waiting, state.problem, state.offline]).toEqual([null, ['P1'], '', true]);
  answers['POST /api/courier/ses/scans'] = [200, { outcome: 'ok', refusal: null, parcel: 'P1', handover: view({ loaded: 1, missing: 1 }) }];
  await state.look();
  expect([state.told?.good, state.waiting, state.view?.loaded, state.offline]).toEqual([true, [], 1, false]);
  expect(asked.filter((name) => name.startsWith('POST'))).toHaveLength(2);
});

test('a foreign parcel is refused with the carrier it belongs to', async () => {
  kept.set('rampa.courier.tok', 'ses');
  const refusal = { code: 'WRONG_CARRIER', expected: {}, got: {}, cure: 'PUT_ASIDE', values: { parcel: 'P9', carrier: 'Other' } };
  const { state } = courier({
    'GET /api/courier/ses': [200, { opened: true, handover: view() }],
    'POST /api/courier/ses/scans': [200, { outcome: 'refused', refusal, parcel: null, handover: view({ extras: [] }) }],
  });
  await state.look();
  await state.scan('P9');
  expect(state.told).toEqual({ good: false, text: 'Parcel P9 goes with another carrier: Other.' });
});

test.each([
  ['P2', 'Label P1 is void. The parcel must bear P2.'],
  ['…', 'Label P1 is void and there is no new one yet. Leave the parcel here.'],
])('a label made void by an undo, whose parcel now bears %s', async (valid, text) => {
  kept.set('rampa.courier.tok', 'ses');
  const refusal = { code: 'LABEL_VOID', expected: {}, got: {}, cure: 'TEAR_OFF', values: { parcel: 'P1', valid } };
  const { state } = courier({
    'GET /api/courier/ses': [200, { opened: true, handover: view() }],
    'POST /api/courier/ses/scans': [200, { outcome: 'refused', refusal, parcel: null, handover: view({ extras: [] }) }],
  });
  await state.look();
  await state.scan('P1');
  expect(state.told).toEqual({ good: false, text });
});

test('an old link says so and stays said; a lost network does not', async () => {
  const gone = courier({ 'GET /api/courier/tok': [404, { code: 'LINK_UNKNOWN', detail: 'x' }] }).state;
  await gone.look();
  expect([gone.step, gone.problem]).toEqual(['gone', 'The link is no longer valid. Scan a new code at the dock.']);
  const lost = courier({ 'GET /api/courier/tok': new TypeError('net') }).state;
  await lost.look();
  expect([lost.step, lost.offline]).toEqual(['look', true]);
});

test('a list that changed meanwhile is shown anew and not signed', async () => {
  kept.set('rampa.courier.tok', 'ses');
  const { state } = courier({
    'GET /api/courier/ses': [200, { opened: true, handover: view({ content_hash: 'bb' }) }],
    'POST /api/courier/ses/sign': [409, { code: 'LIST_CHANGED', detail: 'x' }],
  });
  await state.look();
  state.step = 'sign';
  const signed = await state.sign({ name: 'A', plate: '', remark: '', signature: 'x', content_hash: 'aa', confirm_missing: false });
  expect([signed, state.step, state.view?.content_hash]).toEqual([false, 'sign', 'bb']);
  expect(state.problem).toBe('The list has changed meanwhile. Check it and sign again.');
});

test('what one side signs, the other side sees', async () => {
  kept.set('rampa.courier.tok', 'ses');
  const { state } = courier({ 'GET /api/courier/ses': [200, { opened: true, handover: view({ state: 'signed' }) }] });
  await state.look();
  expect(state.step).toBe('signed');
});
