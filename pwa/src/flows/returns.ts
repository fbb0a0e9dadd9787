/*
 * Returns: what of an order came back, in which condition. Never more than was sent. The twin of
 * backend/inbound/returning.py.
 *
 * returns.goods      scan pieces or packs of the order               -> returns.condition
 * returns.condition  more of the same, or how many; then a condition -> returns.goods
 * returns.done       the parcel is looked through
 */
import type { Bundle, Effect, Flow, Input, Refusal, Step, Tone } from './flow';
import { keyKind } from './key_kinds';
import { piecesTold } from './measured';

export interface ReturnLine {
  id: number;
  product: { id: number; sku: string; name: string; unit: string; picture: string | null };
  codes: readonly { key: string; quantity: number; level: string }[];
  sent: number;
  /** pieces that may still come back */
  open: number;
  /** numbers that left with the order; empty for goods without, and where none was told */
  serials?: readonly string[];
}

export interface ReturnsBundle extends Bundle {
  flow: 'returns';
  number: string;
  order: { number: string; buyer: string };
  /** pieces that came back before this bundle was made */
  pieces: number;
  conditions: readonly { condition: string; place: string }[];
  reasons: readonly string[];
  lines: readonly ReturnLine[];
}

interface Act {
  act: string;
  line: number;
  quantity: number;
  condition: string;
  serials?: readonly string[];
}

interface Core {
  bundle: ReturnsBundle;
  line: number | null;
  hand: { act: string; quantity: number; lot: string; serials?: readonly string[] } | null;
  log: readonly Act[];
  finished: boolean;
  stale: boolean;
}

export type ReturnsState = Core & { path: 'returns.goods' | 'returns.condition' | 'returns.done' };

type NewAct = () => string;
type ReturnsStep = Step<ReturnsState>;

// -- selectors for the screen --------------------------------------------------------------------------------------

export function open(state: ReturnsState, line: ReturnLine): number {
  return line.open - state.log.reduce((sum, each) => (each.line === line.id ? sum + each.quantity : sum), 0);
}

export function lineInWork(state: ReturnsState): ReturnLine | null {
  return state.bundle.lines.find((each) => each.id === state.line) ?? null;
}

export function pieces(state: ReturnsState): number {
  return state.bundle.pieces + state.log.reduce((sum, each) => sum + each.quantity, 0);
}

export function canUndo(state: ReturnsState): boolean {
  return !state.finished && (state.hand !== null || state.log.length > 0);
}

// -- the machine ---------------------------------------------------------------------------------------------------

function settled({ bundle, line, hand, log, finished, stale }: Core): ReturnsState {
  const core = { bundle, line: hand === null ? null : line, hand, log, finished, stale };
  if (finished) return { ...core, path: 'returns.done' };
  return { ...core, path: hand === null ? 'returns.goods' : 'returns.condition' };
}

function start(bundle: ReturnsBundle): ReturnsState {
  return settled({ bundle, line: null, hand: null, log: [], finished: false, stale: false });
}

const refusal = (code: string, cure: string, values: Record<string, unknown>): Refusal => ({
  code, expected: {}, got: values, cure, values,
});

function refuse(state: ReturnsState, told: Refusal, tone: Tone): ReturnsStep {
  return { state, effects: [{ type: 'feedback', tone }, { type: 'refuse', refusal: told }] };
}

function refuseScan(
  state: ReturnsState, keys: readonly string[], raw: string, told: Refusal, tone: Tone,
): ReturnsStep {
  const scan = { kind: 'product', step: state.path, act: null, keys, raw, local: told.code, body: {} };
  return { state, effects: [{ type: 'record', scan }, { type: 'feedback', tone }, { type: 'refuse', refusal: told }] };
}

interface Said {
  kind: string;
  act: string;
  body: Record<string, unknown>;
  keys?: readonly string[];
  raw?: string;
}

function accept(before: ReturnsState, next: ReturnsState, tone: Tone, said: Said): ReturnsStep {
  const { kind, act, body, keys = [], raw = '' } = said;
  const record: Effect = { type: 'record', scan: { kind, step: before.path, act, keys, raw, local: 'ok', body } };
  return { state: next, effects: [record, { type: 'feedback', tone }] };
}

/** Numbers of the line that are neither back nor in the hand. */
function openSerials(state: ReturnsState, line: ReturnLine): string[] {
  const back = state.log.flatMap((each) => (each.line === line.id ? (each.serials ?? []) : []));
  const held = state.line === line.id ? (state.hand?.serials ?? []) : [];
  return (line.serials ?? []).filter((each) => !back.includes(each) && !held.includes(each));
}

const isSerial = (serial: string, keys: readonly string[]): boolean =>
  keys.some((key) => /^(serial|text):/.test(key) && bodyOf(key).toUpperCase() === serial.toUpperCase());
const bodyOf = (key: string): string => key.slice(key.indexOf(':') + 1);

function meant(line: ReturnLine, keys: readonly string[]): number {
  const code = line.codes.find((each) => keys.includes(each.key));
  return code === undefined ? 0 : piecesTold(code.quantity, line.product.unit, keys);
}
const closed = (state: ReturnsState): Refusal => refusal('RETURN_CLOSED', 'GET_WORK', { number: state.bundle.number });

function scan(state: ReturnsState, keys: readonly string[], raw: string, newAct: NewAct): ReturnsStep {
  if (keys.includes('command:undo')) return undo(state, newAct);
  if (state.finished) return refuse(state, closed(state), 'already');
  const same = state.bundle.lines.filter(
    (each) => meant(each, keys) > 0 || (each.serials ?? []).some((serial) => isSerial(serial, keys)),
  );
  const line = same.find((each) => each.id === state.line) ?? same.find((each) => open(state, each) > 0) ?? same[0];
  if (line === undefined) {
    const kind = keyKind(keys);
    const told = kind === 'product' || kind === 'text'
      ? refusal('NOT_SENT', 'PUT_ASIDE', { got: raw, order: state.bundle.order.number })
      : refusal('WRONG_KIND', 'SCAN_KIND', { kind: 'product', got: kind });
    return refuseScan(state, keys, raw, told, 'wrong_thing');
  }
  if (state.hand !== null && line.id !== state.line) {
    const told = refusal('CONDITION_FIRST', 'CHOOSE_CONDITION', { quantity: state.hand.quantity });
    return refuseScan(state, keys, raw, told, 'wrong_thing');
  }
  if ((line.serials ?? []).length > 0) return holdSerial(state, line, keys, raw, newAct);
  const lot = keys.find((key) => key.startsWith('lot:'))?.slice('lot:'.length) ?? state.hand?.lot ?? '';
  return hold(state, line, (state.hand?.quantity ?? 0) + meant(line, keys), lot, newAct, { kind: 'product', keys, raw });
}

/** One piece and its number: told by its code, by the number alone, or the only one that can be meant. */
function holdSerial(
  state: ReturnsState, line: ReturnLine, keys: readonly string[], raw: string, newAct: NewAct,
): ReturnsStep {
  const there = openSerials(state, line);
  const named = there.find((serial) => isSerial(serial, keys));
  const serial = named ?? (there.length === 1 && !keys.some((key) => key.startsWith('serial:')) ? there[0] : undefined);
  const held = state.hand?.serials ?? [];
  if (serial === undefined && there.length > 0) {
    const told = refusal('SERIAL_NEEDED', 'SCAN_SERIAL', { sku: line.product.sku, name: line.product.name });
    return refuseScan(state, keys, raw, told, 'wrong_thing');
  }
  const serials = serial === undefined ? held : [...held, serial];
  return hold(state, line, (state.hand?.quantity ?? 0) + 1, '', newAct, { kind: 'product', keys, raw }, serials);
}

function hold(
  state: ReturnsState, line: ReturnLine, quantity: number, lot: string, newAct: NewAct,
  said: { kind: string; keys?: readonly string[]; raw?: string }, serials: readonly string[] = [],
): ReturnsStep {
  const most = open(state, line);
  if (quantity > most) {
    const { sku, name } = line.product;
    const told = refusal('MORE_THAN_SENT', 'PUT_ASIDE', { sku, name, quantity: most, sent: line.sent, got: quantity });
    return said.kind === 'product'
      ? refuseScan(state, said.keys ?? [], said.raw ?? '', told, 'already')
      : refuse(state, told, 'already');
  }
  const act = state.hand?.act ?? newAct();
  const next = settled({ ...state, line: line.id, hand: { act, quantity, lot, ...(serials.length > 0 ? { serials } : {}) } });
  return accept(state, next, 'piece', { ...said, act, body: { line: line.id, quantity } });
}

function quantity(state: ReturnsState, value: number, newAct: NewAct): ReturnsStep {
  const line = lineInWork(state);
  if (state.hand === null || line === null) {
    return refuse(state, refusal('PRODUCT_FIRST', 'SCAN_PRODUCT', { wanted_sku: '', wanted_name: '' }), 'wrong_thing');
  }
  if (!Number.isInteger(value) || value < 1) {
    const told = refusal('WRONG_QUANTITY', 'ENTER_QUANTITY', { quantity: open(state, line), got: value });
    return refuse(state, told, 'wrong_thing');
  }
  const { serials = [] } = state.hand;
  if (value > serials.length && openSerials(state, line).length > 0) {
    const { sku, name } = line.product;
    return refuse(state, refusal('SERIAL_NEEDED', 'SCAN_SERIAL', { sku, name }), 'wrong_thing');
  }
  return hold(state, line, value, state.hand.lot, newAct, { kind: 'quantity' }, serials.slice(0, value));
}

function condition(state: ReturnsState, chosen: string, reason: string): ReturnsStep {
  const line = lineInWork(state);
  if (state.hand === null || line === null) {
    return refuse(state, refusal('PRODUCT_FIRST', 'SCAN_PRODUCT', { wanted_sku: '', wanted_name: '' }), 'wrong_thing');
  }
  const { act, quantity: held, lot, serials = [] } = state.hand;
  const numbers = serials.length > 0 ? { serials } : {};
  const log = [...state.log, { act, line: line.id, quantity: held, condition: chosen, ...numbers }];
  const body = { line: line.id, quantity: held, condition: chosen, reason, ...(lot === '' ? {} : { lot }), ...numbers };
  return accept(state, settled({ ...state, hand: null, log }), 'line', { kind: 'condition', act, body });
}

function undo(state: ReturnsState, newAct: NewAct): ReturnsStep {
  if (state.finished) return refuse(state, closed(state), 'already');
  const of = state.hand?.act ?? state.log.at(-1)?.act;
  if (of === undefined) return refuse(state, refusal('NOTHING_TO_UNDO', 'GO_ON', {}), 'already');
  const log = state.hand === null ? state.log.slice(0, -1) : state.log;
  const next = settled({ ...state, hand: null, log });
  return accept(state, next, 'warning', { kind: 'undo', act: newAct(), body: { of } });
}

function finish(state: ReturnsState, newAct: NewAct): ReturnsStep {
  if (state.finished) return refuse(state, closed(state), 'already');
  if (state.hand !== null) {
    const told = refusal('CONDITION_FIRST', 'CHOOSE_CONDITION', { quantity: state.hand.quantity });
    return refuse(state, told, 'wrong_thing');
  }
  const next = settled({ ...state, finished: true });
  return accept(state, next, 'order', { kind: 'finish', act: newAct(), body: {} });
}

function step(state: ReturnsState, input: Input<ReturnsBundle>, newAct: NewAct): ReturnsStep {
  switch (input.type) {
    case 'scan':
      return scan(state, input.reading.keys, input.raw, newAct);
    case 'quantity':
      return quantity(state, input.value, newAct);
    case 'undo':
      return undo(state, newAct);
    case 'confirm': {
      const { what, body = {} } = input;
      if (what === 'finish') return finish(state, newAct);
      if (what === 'condition') return condition(state, String(body['condition']), String(body['reason'] ?? ''));
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
    case 'bundle_changed':
      return { state: settled({ ...state, bundle: input.bundle, log: [], stale: false }), effects: [] };
    default:
      return { state, effects: [] };
  }
}

export const returns: Flow<ReturnsState, ReturnsBundle> = { name: 'returns', start, step };
