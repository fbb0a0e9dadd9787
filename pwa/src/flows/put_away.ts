/*
 * Put-away: scan goods, carry them to the proposed place, scan it. Another place by scanning it twice; fewer pieces than
 * all split the stop; the rest is proposed again. Where several lots wait and the code tells none, the lot is asked; a
 * piece with a serial is also known by its serial alone.
 *
 * The server decides the same by backend/inbound/putting.py; contracts/flows/put_away.json holds both together.
 */
import type { Bundle, Effect, Flow, Input, Refusal, ScanRecord, Step, Tone } from './flow';
import * as told from './inbound_refusals';

export interface PutLine {
  id: number;
  product: number;
  sku: string;
  name: string;
  picture: string | null;
  unit: string;
  lot: string;
  best_before: string | null;
  quantity: number;
  put: number;
  place: { key: string; code: string; zone: string } | null;
  why: string;
  tracked: boolean;
  serials: readonly string[];
  forbidden: Readonly<Record<string, string>>;
  codes: readonly { key: string; quantity: number }[];
}

export interface PutAwayBundle extends Bundle {
  flow: 'put_away';
  number: string;
  source: { key: string; code: string };
  lines: readonly PutLine[];
}

interface PutAct {
  act: string;
  line: number;
  quantity: number;
  serials: readonly string[];
}

interface PutAwayCore {
  bundle: PutAwayBundle;
  /** pieces put here that the bundle does not know yet, by line */
  added: Readonly<Record<string, number>>;
  acts: readonly PutAct[];
  /** what is in the hand */
  hand: { line: number; quantity: number; act: string; serials: readonly string[] } | null;
  /** another place, scanned once */
  other: string | null;
  /** stops of several lots, one of which the scanned goods are */
  which: readonly number[] | null;
  finished: boolean;
  stale: boolean;
}

export type PutAwayState = PutAwayCore & { path: 'put_away.goods' | 'put_away.lot' | 'put_away.place' | 'put_away.done' };

const PLACE = /^(loc|cart|tote):/;

export function left(state: PutAwayCore, line: PutLine): number {
  return line.quantity - line.put - (state.added[line.id] ?? 0);
}

export function lineInHand(state: PutAwayCore): PutLine | undefined {
  return state.bundle.lines.find((line) => line.id === state.hand?.line);
}

/** The nearest stop that is not done; lines come in walking order. */
export function nextLine(state: PutAwayCore): PutLine | undefined {
  return state.bundle.lines.find((line) => left(state, line) > 0);
}

export function progress(state: PutAwayCore): { put: number; all: number } {
  const open = state.bundle.lines.filter((line) => left(state, line) > 0).length;
  return { put: state.bundle.lines.length - open, all: state.bundle.lines.length };
}

/** Between which lots the hand chooses. */
export function lotsToChoose(state: PutAwayCore): readonly PutLine[] {
  return state.bundle.lines.filter((line) => state.which?.includes(line.id) === true);
}

export function canUndo(state: PutAwayState): boolean {
  return state.hand !== null || state.which !== null || state.acts.length > 0;
}

function settled(core: PutAwayCore): PutAwayState {
  const done = core.finished || nextLine(core) === undefined;
  if (core.which !== null) return { ...core, path: 'put_away.lot' };
  return { ...core, path: core.hand !== null ? 'put_away.place' : done ? 'put_away.done' : 'put_away.goods' };
}

function start(bundle: PutAwayBundle): PutAwayState {
  return settled({
    bundle, added: {}, acts: [], hand: null, other: null, which: null, finished: false, stale: false,
  });
}

const record = (
  state: PutAwayState, kind: string, act: string | null, body: Record<string, unknown>, keys: readonly string[] = [],
  raw = '', local = 'ok',
): Effect => {
  const scan: ScanRecord = { kind, step: state.path, act, keys, raw, local, body };
  return { type: 'record', scan };
};

function refused(
  state: PutAwayState, refusal: Refusal, tone: Tone, kind: string, keys: readonly string[] = [], raw = '',
): Step<PutAwayState> {
  const effects: Effect[] = [{ type: 'feedback', tone }, { type: 'refuse', refusal }];
  if (keys.length > 0) effects.unshift(record(state, kind, null, {}, keys, raw, refusal.code));
  return { state, effects };
}

function scan(state: PutAwayState, keys: readonly string[], raw: string, newAct: () => string): Step<PutAwayState> {
  if (keys.includes('command:done')) return finish(state, newAct);
  const place = keys.find((key) => PLACE.test(key));
  if (place !== undefined) {
    const [line] = lotsToChoose(state);
    if (line !== undefined) return refused(state, told.whichLot(line.sku, line.name), 'warning', 'place', keys, raw);
    if (state.hand === null) return refused(state, told.productFirst(), 'wrong_thing', 'place', keys, raw);
    return putDown(state, place, raw);
  }
  return takeUp(state, keys, raw, newAct);
}

/** The stop that a code of goods means; the told lot decides, then the nearest stop. */
function takeUp(state: PutAwayState, keys: readonly string[], raw: string, newAct: () => string): Step<PutAwayState> {
  const open = state.bundle.lines.filter((line) => left(state, line) > 0);
  const coded = open.filter((line) => line.codes.some((code) => keys.includes(code.key)));
  const chosen = lotsToChoose(state).filter((line) => ofLot(line, keys));
  if (coded.length === 0 && chosen.length === 1) return inHand(state, chosen[0], { kind: 'told', keys, raw }, newAct);
  const found = coded.length > 0 ? coded : open.filter((line) => serialOf(line, keys) !== undefined);
  const body = (prefix: string): string | undefined =>
    keys.find((key) => key.startsWith(`${prefix}:`))?.slice(prefix.length + 1);
  const lot = body('lot');
  const serial = body('serial') ?? (coded.length > 0 ? undefined : found.map((line) => serialOf(line, keys))[0]);
  const date = body('best_before') ?? body('expiry');
  const fitting = found.filter((line) => (lot === undefined || line.lot === lot)
    && (date === undefined || line.best_before === null || line.best_before === date));
  const [line] = fitting;
  if (line === undefined) {
    const kind = told.kindOf(keys);
    const wrong = kind === 'product' || kind === 'text' ? told.notToPutAway(raw) : told.wrongKind('product', kind, raw);
    return refused(state, wrong, 'wrong_thing', 'product', keys, raw);
  }
  if (fitting.some((each) => each.lot !== line.lot)) {
    const next = settled({ ...state, hand: null, other: null, which: fitting.map((each) => each.id) });
    const ask: Effect = { type: 'ask', question: 'put_away.which_lot', values: { name: line.name } };
    return { state: next, effects: [record(state, 'product', null, {}, keys, raw), { type: 'feedback', tone: 'warning' }, ask] };
  }
  const gone = serial !== undefined && line.tracked && state.acts.some((each) => each.line === line.id && each.serials.includes(serial));
  if (gone) return refused(state, told.notToPutAway(raw), 'already', 'product', keys, raw);
  const one = line.tracked && serial !== undefined && line.serials.includes(serial);
  const hand = state.hand;
  if (one && hand?.line === line.id && hand.serials.length > 0 && !hand.serials.includes(serial)) {
    const serials = [...hand.serials, serial];
    const next = settled({ ...state, hand: { ...hand, serials, quantity: serials.length }, other: null });
    return { state: next, effects: [record(state, 'product', hand.act, {}, keys, raw), { type: 'feedback', tone: 'piece' }] };
  }
  return inHand(state, line, { kind: 'product', keys, raw }, newAct, one ? [serial] : []);
}

/** All that is left of a stop, or the named pieces. */
function inHand(
  state: PutAwayState, line: PutLine | undefined, by: { kind: string; keys: readonly string[]; raw: string } | null,
  newAct: () => string, serials: readonly string[] = [],
): Step<PutAwayState> {
  if (line === undefined) return { state, effects: [] };
  const act = newAct();
  const quantity = serials.length > 0 ? serials.length : left(state, line);
  const next = settled({ ...state, hand: { line: line.id, quantity, act, serials }, other: null, which: null });
  const effects: Effect[] = by === null ? [] : [record(state, by.kind, act, {}, by.keys, by.raw)];
  return { state: next, effects: [...effects, { type: 'feedback', tone: 'piece' }] };
}

/** The piece of the stop that a serial alone names: as an element, or as the plain text on its label. */
const serialOf = (line: PutLine, keys: readonly string[]): string | undefined =>
  line.serials.find((serial) => keys.includes(`serial:${serial}`) || keys.includes(`text:${serial.toUpperCase()}`));

/** Whether a code without goods names the lot of the stop, or the date that stands for it. */
const ofLot = (line: PutLine, keys: readonly string[]): boolean =>
  keys.includes(`lot:${line.lot}`) || keys.includes(`text:${line.lot.toUpperCase()}`) ||
  (line.best_before !== null && (keys.includes(`best_before:${line.best_before}`) || keys.includes(`expiry:${line.best_before}`)));

/** The lot tapped or typed. */
function chooseLot(state: PutAwayState, lot: string, newAct: () => string): Step<PutAwayState> {
  const meant = lot.trim().toUpperCase();
  const line = lotsToChoose(state).find((each) => each.lot.toUpperCase() === meant);
  if (line === undefined) return refused(state, told.notToPutAway(lot.trim()), 'wrong_thing', 'product');
  return inHand(state, line, null, newAct);
}

function putDown(state: PutAwayState, place: string, raw: string): Step<PutAwayState> {
  const line = lineInHand(state);
  const { hand } = state;
  if (hand === null || line === undefined) return { state, effects: [] };
  const code = place.slice(place.indexOf(':') + 1);
  const why = place === state.bundle.source.key ? 'kind' : line.forbidden[place];
  if (why !== undefined) return refused(state, told.placeUnfit(why, code, line.name), 'wrong_place', 'place', [place], raw);
  const proposed = line.place?.key === place;
  if (!proposed && line.place !== null && state.other !== place && !place.startsWith('cart:')) {
    const values = { got: code, wanted: line.place.code, name: line.name };
    return {
      state: { ...state, other: place },
      effects: [
        record(state, 'place', null, {}, [place], raw), { type: 'feedback', tone: 'warning' },
        { type: 'ask', question: 'put_away.other', values },
      ],
    };
  }
  const { act, quantity } = hand;
  const core: PutAwayCore = {
    ...state,
    added: { ...state.added, [line.id]: (state.added[line.id] ?? 0) + quantity },
    acts: [...state.acts, { act, line: line.id, quantity, serials: hand.serials }],
    hand: null,
    other: null,
  };
  const next = settled(core);
  const body = hand.serials.length > 0
    ? { line: line.id, quantity, serials: hand.serials }
    : { line: line.id, quantity };
  const tone: Tone = next.path === 'put_away.done' ? 'order' : left(next, line) === 0 ? 'line' : 'piece';
  return { state: next, effects: [record(state, 'put', act, body, [place], raw), { type: 'feedback', tone }] };
}

function setQuantity(state: PutAwayState, value: number): Step<PutAwayState> {
  const line = lineInHand(state);
  if (state.hand === null || line === undefined) return refused(state, told.productFirst(), 'wrong_thing', 'product');
  const most = left(state, line);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    return refused(state, told.tooManyToPut(most, value), 'wrong_thing', 'product');
  }
  if (line.tracked && value !== most) return refused(state, told.serialNeeded(line.sku, line.name), 'warning', 'product');
  // All of them go: there is no need to name each.
  const serials = line.tracked ? [] : state.hand.serials;
  const next = settled({ ...state, hand: { ...state.hand, quantity: value, serials } });
  return { state: next, effects: [{ type: 'feedback', tone: 'piece' }] };
}

function undo(state: PutAwayState, newAct: () => string): Step<PutAwayState> {
  if (state.hand !== null || state.which !== null) {
    return { state: settled({ ...state, hand: null, other: null, which: null }), effects: [{ type: 'feedback', tone: 'piece' }] };
  }
  const last = state.acts.at(-1);
  if (last === undefined) return refused(state, told.nothingToUndo(), 'already', 'undo');
  const next = settled({
    ...state,
    finished: false,
    added: { ...state.added, [last.line]: (state.added[last.line] ?? 0) - last.quantity },
    acts: state.acts.slice(0, -1),
  });
  return { state: next, effects: [record(state, 'undo', newAct(), { of: last.act }), { type: 'feedback', tone: 'piece' }] };
}

function finish(state: PutAwayState, newAct: () => string): Step<PutAwayState> {
  if (state.path === 'put_away.done') return { state, effects: [] };
  const next = settled({ ...state, hand: null, other: null, which: null, finished: true });
  return { state: next, effects: [record(state, 'finish', newAct(), {}), { type: 'feedback', tone: 'order' }] };
}

function step(state: PutAwayState, input: Input<PutAwayBundle>, newAct: () => string): Step<PutAwayState> {
  switch (input.type) {
    case 'scan':
      return scan(state, input.reading.keys, input.raw, newAct);
    case 'quantity':
      return setQuantity(state, input.value);
    case 'undo':
      return undo(state, newAct);
    case 'confirm': {
      if (input.what === 'finish') return finish(state, newAct);
      if (input.what === 'lot') return chooseLot(state, String(input.body?.['lot'] ?? ''), newAct);
      if (input.what === 'other' && state.other !== null) {
        return putDown(state, state.other, state.other.slice(state.other.indexOf(':') + 1));
      }
      return { state, effects: [] };
    }
    case 'verdict': {
      const { refusal } = input.verdict;
      if (input.verdict.outcome === 'ok' || refusal === null) return { state, effects: [] };
      const effects: Effect[] = [{ type: 'feedback', tone: 'wrong_place' }, { type: 'refuse', refusal }];
      return { state: { ...state, stale: true }, effects };
    }
    case 'bundle_changed': {
      if (state.stale) return { state: start(input.bundle), effects: [] };
      return { state: settled({ ...state, bundle: input.bundle, added: {}, which: null }), effects: [] };
    }
    default:
      return { state, effects: [] };
  }
}

export const put_away: Flow<PutAwayState, PutAwayBundle> = { name: 'put_away', shape: 2, start, step };
