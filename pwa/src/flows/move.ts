/*
 * Carrying goods from place to place: thing, count, target. The twin of backend/stock/carrying.py.
 *
 * move.to_source  a replenishment names the place: scan it                              -> move.at_source
 * move.at_source  scan pieces or packs, or type how many after the first                -> move.carrying
 * move.carrying   scan more of the same, or the target: the act is done                 -> move.at_source, or next line
 *
 * A free move begins at a source (the bundle is what lies there) and goes to any place; it ends by "done".
 */
import type { Bundle, Effect, Flow, Input, Refusal, Step, Tone } from './flow';
import { keyKind } from './key_kinds';
import { piecesTold } from './measured';

export interface End {
  key: string;
  code: string;
  zone: string;
}

export interface CarryLine {
  id: string;
  product: { id: number; sku: string; name: string; unit: string; picture: string | null };
  lot: string;
  codes: readonly { key: string; quantity: number; level: string }[];
  source: End;
  target: End | null;
  /** pieces that may be carried; with a target: that shall be */
  wanted: number;
}

export interface CarryBundle extends Bundle {
  flow: 'move' | 'replenish';
  number: string;
  source: End | null;
  lines: readonly CarryLine[];
}

interface Act {
  act: string;
  line: string;
  quantity: number;
  target: string;
}

interface Core {
  bundle: CarryBundle;
  /** key of the place whose code was scanned last */
  at: string | null;
  line: string | null;
  hand: { act: string; quantity: number } | null;
  log: readonly Act[];
  finished: boolean;
  stale: boolean;
}

export type CarryState = Core & { path: 'move.to_source' | 'move.at_source' | 'move.carrying' | 'move.done' };

type NewAct = () => string;
type CarryStep = Step<CarryState>;

// -- selectors for the screen --------------------------------------------------------------------------------------

export function remaining(state: CarryState, line: CarryLine): number {
  return line.wanted - state.log.reduce((sum, each) => (each.line === line.id ? sum + each.quantity : sum), 0);
}

export function openLines(state: CarryState): CarryLine[] {
  return state.bundle.lines.filter((each) => remaining(state, each) > 0);
}

export function lineInWork(state: CarryState): CarryLine | null {
  return state.bundle.lines.find((each) => each.id === state.line) ?? null;
}

export function progress(state: CarryState): { lines: number; done: number } {
  return { lines: state.bundle.lines.length, done: state.bundle.lines.length - openLines(state).length };
}

export function canUndo(state: CarryState): boolean {
  return state.hand !== null || state.log.length > 0;
}

// -- the machine ---------------------------------------------------------------------------------------------------

function settled({ bundle, at, line, hand, log, finished, stale }: Core): CarryState {
  const core: Core = { bundle, at, line, hand, log, finished, stale };
  const probe = { ...core, path: 'move.at_source' } as CarryState;
  if (hand !== null) return { ...core, path: 'move.carrying' };
  const open = openLines(probe);
  if (finished || open.length === 0) return { ...core, line: null, path: 'move.done' };
  if (bundle.source !== null) return { ...core, line: null, path: 'move.at_source' };
  const next = open.find((each) => each.id === line) ?? open[0];
  const there = next !== undefined && at === next.source.key;
  return { ...core, line: next?.id ?? null, path: there ? 'move.at_source' : 'move.to_source' };
}

function start(bundle: CarryBundle): CarryState {
  return settled({
    bundle, at: bundle.source?.key ?? null, line: null, hand: null, log: [], finished: false, stale: false,
  });
}

const refusal = (code: string, cure: string, values: Record<string, unknown>): Refusal => ({
  code, expected: {}, got: values, cure, values,
});

function refuse(state: CarryState, told: Refusal, tone: Tone): CarryStep {
  return { state, effects: [{ type: 'feedback', tone }, { type: 'refuse', refusal: told }] };
}

function refuseScan(
  state: CarryState, kind: string, keys: readonly string[], raw: string, told: Refusal, tone: Tone,
): CarryStep {
  const scan = { kind, step: state.path, act: null, keys, raw, local: told.code, body: {} };
  return { state, effects: [{ type: 'record', scan }, { type: 'feedback', tone }, { type: 'refuse', refusal: told }] };
}

interface Said {
  kind: string;
  act: string;
  body: Record<string, unknown>;
  keys?: readonly string[];
  raw?: string;
}

function accept(before: CarryState, next: CarryState, tone: Tone, said: Said): CarryStep {
  const { kind, act, body, keys = [], raw = '' } = said;
  const record: Effect = { type: 'record', scan: { kind, step: before.path, act, keys, raw, local: 'ok', body } };
  return { state: next, effects: [record, { type: 'feedback', tone }] };
}

const bodyOf = (key: string | undefined): string => key?.slice(key.indexOf(':') + 1) ?? '';
function pieces(line: CarryLine, keys: readonly string[]): number {
  const code = line.codes.find((each) => keys.includes(each.key));
  return code === undefined ? 0 : piecesTold(code.quantity, line.product.unit, keys);
}

function isPlace(state: CarryState, keys: readonly string[]): boolean {
  if (['location', 'tote', 'cart'].includes(keyKind(keys))) return true;
  const ends = state.bundle.lines.flatMap((line) => [line.source, line.target]);
  return ends.some((end) => end !== null && keys.includes(`text:${end.code}`));
}

function scan(state: CarryState, keys: readonly string[], raw: string, newAct: NewAct): CarryStep {
  if (keys.includes('command:undo')) return undo(state, newAct);
  if (state.path === 'move.done') {
    return refuse(state, refusal('TASK_UNKNOWN', 'GET_WORK', { task: state.bundle.task }), 'already');
  }
  if (isPlace(state, keys)) {
    return state.hand === null ? toSource(state, keys, raw, newAct) : put(state, keys, raw, newAct);
  }
  if (state.path === 'move.to_source') {
    const wanted = lineInWork(state)?.source.code ?? '';
    return refuseScan(state, 'location', keys, raw, refusal('LOCATION_FIRST', 'SCAN_LOCATION', { wanted }), 'wrong_place');
  }
  return grip(state, keys, raw, newAct);
}

function toSource(state: CarryState, keys: readonly string[], raw: string, newAct: NewAct): CarryStep {
  const line = openLines(state).find((each) => isEnd(each.source, keys));
  const wanted = lineInWork(state)?.source.code ?? state.bundle.source?.code ?? '';
  if (line === undefined) {
    const told = refusal('WRONG_LOCATION', 'SCAN_LOCATION', { wanted, got: bodyOf(keys[0]) });
    return refuseScan(state, 'location', keys, raw, told, 'wrong_place');
  }
  const next = settled({ ...state, at: line.source.key, line: line.id });
  return accept(state, next, 'piece', { kind: 'location', act: newAct(), body: { line: line.id }, keys, raw });
}

const isEnd = (end: End | null, keys: readonly string[]): boolean =>
  end !== null && (keys.includes(end.key) || keys.includes(`text:${end.code}`));

function grip(state: CarryState, keys: readonly string[], raw: string, newAct: NewAct): CarryStep {
  const here = state.bundle.lines.filter((each) => each.source.key === state.at);
  const lot = bodyOf(keys.find((key) => key.startsWith('lot:')));
  const same = here.filter((each) => pieces(each, keys) > 0 && (lot === '' || each.lot === lot));
  const line = same.find((each) => each.id === state.line) ?? same.find((each) => remaining(state, each) > 0) ?? same[0];
  const kind = keyKind(keys);
  if (line === undefined && kind !== 'product' && kind !== 'text') {
    const told = refusal('WRONG_KIND', 'SCAN_KIND', { kind: 'product', got: kind });
    return refuseScan(state, 'product', keys, raw, told, 'wrong_thing');
  }
  if (line === undefined) {
    return refuseScan(state, 'product', keys, raw, refusal('NOT_HERE', 'SCAN_OTHER_CODE', { got: raw }), 'wrong_thing');
  }
  if (state.hand !== null && line.id !== state.line) {
    const values = { quantity: state.hand.quantity, wanted: '', slot: '' };
    return refuseScan(state, 'product', keys, raw, refusal('HAND_FULL', 'SCAN_TARGET', values), 'wrong_thing');
  }
  const meant = pieces(line, keys);
  return hold(state, line, (state.hand?.quantity ?? 0) + meant, newAct, { kind: 'product', keys, raw });
}

function hold(
  state: CarryState, line: CarryLine, quantity: number, newAct: NewAct,
  said: { kind: string; keys?: readonly string[]; raw?: string },
): CarryStep {
  const most = remaining(state, line);
  if (quantity > most) {
    const values = { sku: line.product.sku, name: line.product.name, quantity: most, got: quantity };
    const told = refusal('TOO_MANY', 'SCAN_PIECES', values);
    return said.kind === 'product'
      ? refuseScan(state, 'product', said.keys ?? [], said.raw ?? '', told, 'already')
      : refuse(state, told, 'already');
  }
  const act = state.hand?.act ?? newAct();
  const next = settled({ ...state, line: line.id, hand: { act, quantity } });
  return accept(state, next, 'piece', { ...said, act, body: { line: line.id, quantity } });
}

function quantity(state: CarryState, value: number, newAct: NewAct): CarryStep {
  const line = lineInWork(state);
  if (state.hand === null || line === null) {
    const { sku = '', name = '' } = line?.product ?? {};
    const told = refusal('PRODUCT_FIRST', 'SCAN_PRODUCT', { wanted_sku: sku, wanted_name: name });
    return refuse(state, told, 'wrong_thing');
  }
  if (!Number.isInteger(value) || value < 1) {
    const values = { quantity: remaining(state, line), got: value };
    return refuse(state, refusal('WRONG_QUANTITY', 'ENTER_QUANTITY', values), 'wrong_thing');
  }
  return hold(state, line, value, newAct, { kind: 'quantity' });
}

function put(state: CarryState, keys: readonly string[], raw: string, newAct: NewAct): CarryStep {
  const line = lineInWork(state);
  if (state.hand === null || line === null) return toSource(state, keys, raw, newAct);
  if (line.target !== null && !isEnd(line.target, keys)) {
    const told = refusal('WRONG_LOCATION', 'SCAN_LOCATION', { wanted: line.target.code, got: bodyOf(keys[0]) });
    return refuseScan(state, 'put', keys, raw, told, 'wrong_place');
  }
  if (isEnd(line.source, keys)) {
    const told = refusal('SAME_PLACE', 'SCAN_LOCATION', { location: line.source.code });
    return refuseScan(state, 'put', keys, raw, told, 'wrong_place');
  }
  const { act, quantity: carried } = state.hand;
  const entry = { act, line: line.id, quantity: carried, target: bodyOf(keys[0]) };
  const next = settled({ ...state, hand: null, log: [...state.log, entry] });
  const tone = next.path === 'move.done' ? 'order' : 'line';
  // A typed place is told by the key that the server knows.
  const meant = line.target === null ? keys : [line.target.key];
  return accept(state, next, tone, { kind: 'put', act, body: { line: line.id, quantity: carried }, keys: meant, raw });
}

function undo(state: CarryState, newAct: NewAct): CarryStep {
  const last = state.log.at(-1);
  const of = state.hand?.act ?? last?.act;
  if (of === undefined) return refuse(state, refusal('NOTHING_TO_UNDO', 'GO_ON', {}), 'already');
  const log = state.hand === null ? state.log.slice(0, -1) : state.log;
  const next = settled({ ...state, hand: null, log, finished: false });
  return accept(state, next, 'warning', { kind: 'undo', act: newAct(), body: { of } });
}

function finish(state: CarryState, newAct: NewAct): CarryStep {
  if (state.hand !== null) {
    const values = { quantity: state.hand.quantity, wanted: '', slot: '' };
    return refuse(state, refusal('HAND_FULL', 'SCAN_TARGET', values), 'wrong_thing');
  }
  const next = settled({ ...state, finished: true });
  return accept(state, next, 'order', { kind: 'finish', act: newAct(), body: {} });
}

function step(state: CarryState, input: Input<CarryBundle>, newAct: NewAct): CarryStep {
  switch (input.type) {
    case 'scan':
      return scan(state, input.reading.keys, input.raw, newAct);
    case 'quantity':
      return quantity(state, input.value, newAct);
    case 'undo':
      return undo(state, newAct);
    case 'confirm':
      return input.what === 'finish' ? finish(state, newAct) : { state, effects: [] };
    case 'verdict': {
      const told = input.verdict.refusal;
      if (input.verdict.outcome === 'ok' || told === null) return { state, effects: [] };
      return {
        state: { ...state, stale: true },
        effects: [{ type: 'feedback', tone: 'wrong_thing' }, { type: 'refuse', refusal: told }],
      };
    }
    case 'bundle_changed': {
      // The books know what was carried: the new bundle counts from what lies there now. Undo reaches back no further.
      const { hand, line } = state;
      const known = input.bundle.lines.some((each) => each.id === line);
      return { state: settled({ ...state, bundle: input.bundle, log: [], hand: known ? hand : null, stale: false }), effects: [] };
    }
    default:
      return { state, effects: [] };
  }
}

export const move: Flow<CarryState, CarryBundle> = { name: 'move', start, step };
