/*
 * Counting: a place, the things in it, how many of each, and "that is all here".
 *
 * count.to_location  scan any place of the list                                 -> count.counting
 * count.counting     scan pieces or packs, or type how many there are in all; scan the place again (or press "all
 *                    counted") when everything was looked at                    -> next place, or count.done
 *
 * Each scan records the new total of its line, so a repeat does no harm. What the book says is known to the server
 * alone (backend/stock/counting.py), which settles a place when it is finished; a blind list does not tell it here.
 */
import type { Bundle, Effect, Flow, Input, Refusal, Step, Tone } from './flow';
import { keyKind } from './key_kinds';
import { piecesTold } from './measured';

export interface CountProduct {
  id: number;
  sku: string;
  name: string;
  unit: string;
  picture: string | null;
}

export interface CountLine {
  /** "<product>/<lot>", or "found:<key>|<lot>" for goods that the book does not have here */
  line: string;
  product: CountProduct | null;
  lot: string;
  codes: readonly { key: string; quantity: number; level: string }[];
  expected: number | null;
  counted: number | null;
}

export interface CountPlace {
  place: number;
  location: { key: string; code: string; zone: string };
  /** only this product is counted here */
  only: number | null;
  round: number;
  done: boolean;
  lines: readonly CountLine[];
}

export interface CountBundle extends Bundle {
  flow: 'count';
  number: string;
  kind: string;
  blind: boolean;
  places: readonly CountPlace[];
}

interface Before {
  place: number;
  line: string;
  counted: number | null;
}

interface Core {
  bundle: CountBundle;
  places: readonly CountPlace[];
  /** the place whose code was scanned last and which is not finished */
  at: number | null;
  /** the line that a typed number belongs to */
  line: string | null;
  log: readonly Before[];
  stale: boolean;
}

export type CountState = Core & { path: 'count.to_location' | 'count.counting' | 'count.done' };

export const COUNTED_MAX = 10_000_000;

type NewAct = () => string;
type CountStep = Step<CountState>;

// -- selectors for the screen --------------------------------------------------------------------------------------

export function placeInWork(state: CountState): CountPlace | null {
  return state.places.find((each) => each.place === state.at) ?? null;
}

/** Where to go next. */
export function nextPlace(state: CountState): CountPlace | null {
  return state.places.find((each) => !each.done && each.place !== state.at) ?? null;
}

export function lineInWork(state: CountState): CountLine | null {
  return placeInWork(state)?.lines.find((each) => each.line === state.line) ?? null;
}

export function uncounted(place: CountPlace): CountLine[] {
  return place.lines.filter((each) => each.counted === null);
}

export function progress(state: CountState): { places: number; done: number } {
  return { places: state.places.length, done: state.places.filter((each) => each.done).length };
}

export function canUndo(state: CountState): boolean {
  return state.log.length > 0;
}

// -- the machine ---------------------------------------------------------------------------------------------------

function settled({ bundle, places, at, line, log, stale }: Core): CountState {
  const open = places.find((each) => each.place === at && !each.done);
  const core = { bundle, places, at: open?.place ?? null, line: open === undefined ? null : line, log, stale };
  if (places.every((each) => each.done)) return { ...core, path: 'count.done' };
  return { ...core, path: open === undefined ? 'count.to_location' : 'count.counting' };
}

function start(bundle: CountBundle): CountState {
  return settled({ bundle, places: bundle.places, at: null, line: null, log: [], stale: false });
}

function refusal(code: string, cure: string, values: Record<string, unknown>): Refusal {
  return { code, expected: {}, got: values, cure, values };
}

function refuse(state: CountState, told: Refusal, tone: Tone): CountStep {
  return { state, effects: [{ type: 'feedback', tone }, { type: 'refuse', refusal: told }] };
}

function refuseScan(
  state: CountState, kind: string, keys: readonly string[], raw: string, told: Refusal, tone: Tone,
): CountStep {
  const body = { place: state.at };
  const record: Effect = {
    type: 'record', scan: { kind, step: state.path, act: null, keys, raw, local: told.code, body },
  };
  return { state, effects: [record, { type: 'feedback', tone }, { type: 'refuse', refusal: told }] };
}

function accept(
  state: CountState, next: CountState, tone: Tone,
  kind: string, act: string, body: Record<string, unknown>, keys: readonly string[] = [], raw = '',
): CountStep {
  const record: Effect = { type: 'record', scan: { kind, step: state.path, act, keys, raw, local: 'ok', body } };
  return { state: next, effects: [record, { type: 'feedback', tone }] };
}

function scan(state: CountState, keys: readonly string[], raw: string, newAct: NewAct): CountStep {
  if (keys.includes('command:undo')) return undo(state, newAct);
  if (state.path === 'count.done') {
    return refuse(state, refusal('TASK_UNKNOWN', 'GET_WORK', { task: state.bundle.task }), 'already');
  }
  const place = placeInWork(state);
  const named = state.places.find((each) => keys.includes(each.location.key) || isTyped(each, keys));
  if (named !== undefined) {
    if (place?.place === named.place) return finish(state, false, newAct);
    return toPlace(state, named, keys, raw, newAct);
  }
  const kind = keyKind(keys);
  if (kind === 'location' || kind === 'tote' || kind === 'cart' || place === null) {
    const wanted = (place ?? nextPlace(state))?.location.code ?? '';
    const values = { wanted, got: kind === 'text' || kind === 'product' ? raw : raw || bodyOf(keys[0]) };
    return refuseScan(state, 'location', keys, raw, refusal('WRONG_LOCATION', 'SCAN_LOCATION', values), 'wrong_place');
  }
  if (kind !== 'product' && kind !== 'text') {
    const values = { kind: 'product', got: kind };
    return refuseScan(state, 'product', keys, raw, refusal('WRONG_KIND', 'SCAN_KIND', values), 'wrong_thing');
  }
  return countPieces(state, place, keys, raw, newAct);
}

const bodyOf = (key: string | undefined): string => key?.slice(key.indexOf(':') + 1) ?? '';
const isTyped = (place: CountPlace, keys: readonly string[]): boolean => keys.includes(`text:${place.location.code}`);

function toPlace(
  state: CountState, named: CountPlace, keys: readonly string[], raw: string, newAct: NewAct,
): CountStep {
  const here = placeInWork(state);
  if (named.done) {
    const told = refusal('PLACE_COUNTED', 'GO_ON', { location: named.location.code });
    return refuseScan(state, 'location', keys, raw, told, 'already');
  }
  if (here !== null && here.lines.some((each) => each.counted !== null)) {
    const told = refusal('PLACE_OPEN', 'FINISH_PLACE', { location: here.location.code, got: named.location.code });
    return refuseScan(state, 'location', keys, raw, told, 'wrong_place');
  }
  const only = named.lines.length === 1 ? (named.lines[0]?.line ?? null) : null;
  const next = settled({ ...state, at: named.place, line: only });
  return accept(state, next, 'piece', 'location', newAct(), { place: named.place }, keys, raw);
}

function meant(line: CountLine, keys: readonly string[]): number {
  const code = line.codes.find((each) => keys.includes(each.key));
  return code === undefined ? 0 : piecesTold(code.quantity, line.product?.unit, keys);
}

function countPieces(
  state: CountState, place: CountPlace, keys: readonly string[], raw: string, newAct: NewAct,
): CountStep {
  const lot = bodyOf(keys.find((key) => key.startsWith('lot:')));
  const same = place.lines.filter((each) => meant(each, keys) > 0);
  const fits = lot === '' ? same : same.filter((each) => each.lot === lot);
  if (lot === '' && fits.length > 1 && !fits.some((each) => each.line === state.line)) {
    const told = refusal('LOTS_HERE', 'CHOOSE_LOT', { name: fits[0]?.product?.name ?? '' });
    return refuseScan(state, 'product', keys, raw, told, 'wrong_thing');
  }
  const known = fits.find((each) => each.line === state.line) ?? fits[0];
  const line = known ?? foundLine(place, same[0], keys, lot);
  if (place.only !== null && line.product?.id !== place.only) {
    const { sku = '', name = raw } = line.product ?? {};
    const told = refusal('NOT_COUNTED_HERE', 'PUT_BACK', { sku, name });
    return refuseScan(state, 'product', keys, raw, told, 'wrong_thing');
  }
  const counted = (line.counted ?? 0) + (meant(line, keys) || 1);
  return total(state, place, { ...line, counted }, 'product', newAct, keys, raw);
}

/** Goods that the book does not have here: a known product in another lot, or a code that only the server can tell. */
function foundLine(place: CountPlace, same: CountLine | undefined, keys: readonly string[], lot: string): CountLine {
  if (same?.product != null) return { ...same, line: `${same.product.id}/${lot}`, lot, expected: null, counted: null };
  const key = keys.find((each) => each.startsWith('gtin:')) ?? keys[0] ?? '';
  const line = lot === '' ? `found:${key}` : `found:${key}|${lot}`;
  const before = place.lines.find((each) => each.line === line);
  return before ?? { line, product: null, lot, codes: [{ key, quantity: 1, level: 'each' }], expected: null, counted: null };
}

function total(
  state: CountState, place: CountPlace, line: CountLine, kind: string, newAct: NewAct,
  keys: readonly string[] = [], raw = '',
): CountStep {
  const before = place.lines.find((each) => each.line === line.line)?.counted ?? null;
  const log = [...state.log, { place: place.place, line: line.line, counted: before }];
  const next = settled({ ...withLine(state, place.place, line), line: line.line, log });
  const body = { place: place.place, line: line.line, counted: line.counted };
  return accept(state, next, 'piece', kind, newAct(), body, keys, raw);
}

function withLine(state: CountState, number: number, line: CountLine): CountState {
  const places = state.places.map((place) => {
    if (place.place !== number) return place;
    const known = place.lines.some((each) => each.line === line.line);
    const lines = known ? place.lines.map((each) => (each.line === line.line ? line : each)) : [...place.lines, line];
    return { ...place, lines };
  });
  return { ...state, places };
}

function quantity(state: CountState, value: number, newAct: NewAct): CountStep {
  const place = placeInWork(state);
  const line = lineInWork(state);
  if (place === null || line === null) {
    return refuse(state, refusal('PRODUCT_FIRST', 'SCAN_PRODUCT', { wanted_sku: '', wanted_name: '' }), 'wrong_thing');
  }
  if (!Number.isInteger(value) || value < 0 || value > COUNTED_MAX) {
    const told = refusal('WRONG_QUANTITY', 'ENTER_QUANTITY', { quantity: COUNTED_MAX, got: value });
    return refuse(state, told, 'wrong_thing');
  }
  return total(state, place, { ...line, counted: value }, 'quantity', newAct);
}

function finish(state: CountState, sure: boolean, newAct: NewAct): CountStep {
  const place = placeInWork(state);
  if (place === null) {
    const wanted = nextPlace(state)?.location.code ?? '';
    return refuse(state, refusal('LOCATION_FIRST', 'SCAN_LOCATION', { wanted }), 'wrong_place');
  }
  const open = uncounted(place);
  if (open.length > 0 && !sure) {
    const values = { n: open.length, location: place.location.code };
    return { state, effects: [{ type: 'ask', question: 'UNCOUNTED', values }] };
  }
  const places = state.places.map((each) => (each.place === place.place ? { ...each, done: true } : each));
  const next = settled({ ...state, places, at: null, line: null, log: [] });
  const body = { place: place.place, empty: open.map((each) => each.line) };
  return accept(state, next, next.path === 'count.done' ? 'order' : 'line', 'finish', newAct(), body);
}

function undo(state: CountState, newAct: NewAct): CountStep {
  const last = state.log.at(-1);
  const place = state.places.find((each) => each.place === last?.place);
  const line = place?.lines.find((each) => each.line === last?.line);
  if (last === undefined || place === undefined || line === undefined) {
    return refuse(state, refusal('NOTHING_TO_UNDO', 'GO_ON', {}), 'already');
  }
  const back = settled({
    ...withLine(state, place.place, { ...line, counted: last.counted }), at: place.place, line: line.line,
    log: state.log.slice(0, -1),
  });
  return accept(state, back, 'warning', 'undo', newAct(), { place: place.place, line: line.line, counted: last.counted });
}

function step(state: CountState, input: Input<CountBundle>, newAct: NewAct): CountStep {
  switch (input.type) {
    case 'scan':
      return scan(state, input.reading.keys, input.raw, newAct);
    case 'quantity':
      return quantity(state, input.value, newAct);
    case 'undo':
      return undo(state, newAct);
    case 'confirm': {
      if (input.what === 'finish') return finish(state, input.body?.['sure'] === true, newAct);
      if (input.what === 'line') return { state: { ...state, line: String(input.body?.['line']) }, effects: [] };
      return { state, effects: [] };
    }
    case 'verdict': {
      const told = input.verdict.refusal;
      if (input.verdict.outcome === 'ok' || told === null) return { state, effects: [] };
      return {
        state: { ...state, stale: true },
        effects: [{ type: 'feedback', tone: 'wrong_thing' }, { type: 'refuse', refusal: told }],
      };
    }
    case 'bundle_changed': {
      const fresh = { ...state, bundle: input.bundle, places: input.bundle.places, stale: false };
      return { state: settled(state.stale ? { ...fresh, log: [] } : fresh), effects: [] };
    }
    default:
      return { state, effects: [] };
  }
}

export const count: Flow<CountState, CountBundle> = { name: 'count', start, step };
