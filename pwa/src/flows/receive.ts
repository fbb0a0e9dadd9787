/*
 * Receiving at the dock: every scan of a piece, pack or pallet counts at once; what the code does not tell is asked.
 *
 * Lot and date come from a GS1 code, from two codes in any order, or typed. Serials are read one by one. Too much, too
 * old and unknown is never a dead end: it is agreed to, set aside, or looked up. The server decides the same by
 * backend/inbound/receiving.py; contracts/flows/receive.json holds both together.
 */
import type { Effect, Flow, Input, Refusal, ScanRecord, Step, Tone } from './flow';
import { piecesTold } from './measured';
import * as told from './inbound_refusals';
import {
  NOTHING_HELD, counted, dateOfLot, lineFor, lineOf, pathOf, progress, questionOf, received, room, toldBy, withLotDate,
  type Condition, type Pending, type ReceiveAct, type ReceiveBundle, type ReceiveCore, type ReceiveLine,
  type ReceiveState,
} from './receive_state';

interface Scanned {
  keys: readonly string[];
  raw: string;
}
const BY_HAND: Scanned = { keys: [], raw: '' };
const CONDITIONS: readonly Condition[] = ['good', 'damaged', 'wrong', 'expired'];
const QUANTITY_MAX = 10_000_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const settled = (core: ReceiveCore): ReceiveState => ({ ...core, path: pathOf(core) });

function start(bundle: ReceiveBundle): ReceiveState {
  return settled({
    bundle, added: {}, acts: [], current: null, pending: null, held: NOTHING_HELD, ask: null, condition: 'good',
    reason: '', over: [], units: [], serials: [], unknown: null, finishing: false, finished: false, stale: false,
  });
}

const record = (
  state: ReceiveState, kind: string, act: string | null, body: Record<string, unknown>, scanned: Scanned = BY_HAND,
  local = 'ok',
): Effect => {
  const scan: ScanRecord = { kind, step: state.path, act, keys: scanned.keys, raw: scanned.raw, local, body };
  return { type: 'record', scan };
};

function refused(state: ReceiveState, refusal: Refusal, tone: Tone, scanned?: Scanned): Step<ReceiveState> {
  const effects: Effect[] = [{ type: 'feedback', tone }, { type: 'refuse', refusal }];
  if (scanned !== undefined) effects.unshift(record(state, 'product', null, {}, scanned, refusal.code));
  return { state, effects };
}

function scan(state: ReceiveState, scanned: Scanned, newAct: () => string): Step<ReceiveState> {
  const { keys } = scanned;
  if (state.finished) return refused(state, told.receiptOver(state.bundle.number), 'wrong_thing', scanned);
  if (keys.includes('command:done')) return finish(state);
  const said = toldBy(keys);
  const found = lineFor(state, keys, said.lot);
  if (found !== null) return takeUp({ ...state, unknown: null, finishing: false }, found, scanned, newAct);
  const sscc = keys.find((key) => key.startsWith('sscc:'))?.slice('sscc:'.length);
  if (sscc !== undefined) return receiveUnit(state, sscc, scanned, newAct);
  const completed = complete(state, scanned, newAct);
  if (completed !== null) return completed;
  const kind = told.kindOf(keys);
  if (kind !== 'product' && kind !== 'text') {
    return refused(state, told.wrongKind('product', kind, scanned.raw), 'wrong_thing', scanned);
  }
  const next = settled({ ...state, unknown: { keys, raw: scanned.raw }, pending: null, ask: null, finishing: false });
  return {
    state: next,
    effects: [
      record(state, 'product', null, {}, scanned, 'NOT_ON_DELIVERY'), { type: 'feedback', tone: 'wrong_thing' },
    ],
  };
}

/** A code that is no goods: the lot, date or serial that is waited for, or told before the goods. Null: neither. */
function complete(state: ReceiveState, scanned: Scanned, newAct: () => string): Step<ReceiveState> | null {
  const said = toldBy(scanned.keys);
  const isText = told.kindOf(scanned.keys) === 'text';
  const named = scanned.keys.some((key) => key.startsWith('gtin:'));
  const { pending } = state;
  if (pending !== null && !named) {
    const text = isText ? scanned.raw.trim().slice(0, 40) : '';
    const next = { ...pending };
    if (state.path === 'receive.serial') next.serial = said.serial || text;
    else {
      next.lot = pending.lot || said.lot || (state.path === 'receive.lot' ? text : '');
      next.best_before = pending.best_before ?? said.best_before;
    }
    const changed = next.serial !== pending.serial || next.lot !== pending.lot || next.best_before !== pending.best_before;
    if (changed) return advance({ ...state, pending: next }, next, scanned, newAct);
  }
  if (named || (said.lot === '' && said.best_before === null && said.serial === '')) return null;
  const { held } = state;
  const next = settled({
    ...state,
    held: {
      lot: said.lot || held.lot, best_before: said.best_before ?? held.best_before, serial: said.serial || held.serial,
    },
  });
  return { state: next, effects: [record(state, 'told', null, {}, scanned), { type: 'feedback', tone: 'piece' }] };
}

function takeUp(
  state: ReceiveState, found: { line: ReceiveLine; quantity: number }, scanned: Scanned, newAct: () => string,
): Step<ReceiveState> {
  const { line } = found;
  const said = toldBy(scanned.keys);
  // The same goods once more while they are asked about: the hand agrees.
  if (state.ask !== null && state.pending?.line === line.id) return agree(state, scanned, newAct);
  const { held, current } = state;
  const same = current !== null && current.line === line.id && said.lot === '' && held.lot === '';
  const lot = line.tracking === 'lot' ? said.lot || held.lot || (same ? current.lot : '') : '';
  const known = lot === '' ? undefined : line.lots[lot] ?? (line.lot === lot ? line.best_before ?? undefined : undefined);
  const measured = piecesTold(0, line.unit, scanned.keys);
  const pending: Pending = {
    line: line.id,
    quantity: measured || found.quantity * Math.max(1, said.count),
    lot,
    best_before: said.best_before ?? held.best_before ?? (same ? current.best_before : null) ?? known ?? null,
    serial: line.tracking === 'serial' ? said.serial || held.serial : '',
    act: newAct(),
    reason: '',
  };
  return advance({ ...state, pending, held: NOTHING_HELD, ask: null }, pending, scanned, newAct);
}

/** Book the pending goods, or ask for what is missing. */
function advance(state: ReceiveState, pending: Pending, scanned: Scanned, newAct: () => string): Step<ReceiveState> {
  const line = lineOf(state, pending.line);
  if (line === undefined) return { state, effects: [] };
  const next = settled({ ...state, pending });
  const kind = line.codes.some((code) => scanned.keys.includes(code.key)) ? 'product' : 'told';
  const evidence = scanned.keys.length > 0 ? [record(state, kind, pending.act, {}, scanned)] : [];
  const known = pending.lot === '' ? null : dateOfLot(state, line, pending.lot);
  if (known !== null && pending.best_before !== null && known !== pending.best_before) {
    const asked = settled({ ...state, pending: { ...pending, best_before: null } });
    return refused(asked, told.lotDateDiffers(pending.lot, known, pending.best_before), 'wrong_thing');
  }
  if (line.tracking === 'serial' && state.serials.includes(`${line.product}:${pending.serial}`)) {
    const again = settled({ ...state, pending: { ...pending, serial: '' } });
    return refused(again, told.serialKnown(pending.serial, state.bundle.dock), 'already', scanned);
  }
  if (next.path !== 'receive.scan' && next.path !== 'receive.ask') {
    return { state: next, effects: [...evidence, { type: 'feedback', tone: 'piece' }] };
  }
  const ask = pending.reason === '' ? questionOf(state, line, pending) : null;
  if (ask !== null) {
    const asking = settled({ ...state, pending, ask });
    const values = { n: pending.quantity, sku: line.sku, name: line.name, best_before: pending.best_before };
    return {
      state: asking,
      effects: [...evidence, { type: 'feedback', tone: 'warning' }, { type: 'ask', question: `receive.${ask}`, values }],
    };
  }
  return book({ ...state, ask: null }, line, pending, scanned, newAct);
}

function agree(state: ReceiveState, scanned: Scanned, newAct: () => string): Step<ReceiveState> {
  const { pending, ask } = state;
  if (pending === null || ask === null) return { state, effects: [] };
  const over = ask === 'more' ? [...state.over, pending.line] : state.over;
  return advance({ ...state, over, ask: null }, { ...pending, reason: ask }, scanned, newAct);
}

function book(
  state: ReceiveState, line: ReceiveLine, pending: Pending, scanned: Scanned, newAct: () => string,
): Step<ReceiveState> {
  const { act, lot, best_before, serial } = pending;
  const quantity = line.tracking === 'serial' ? 1 : pending.quantity;
  const expired = pending.reason === 'expired';
  const condition: Condition = state.condition === 'good' && expired ? 'expired' : state.condition;
  const reason = state.reason || pending.reason;
  const bad = condition === 'good' ? 0 : quantity;
  const same = state.current?.line === line.id && state.current.lot === lot && state.current.best_before === best_before;
  const before = state.added[line.id] ?? { pieces: 0, bad: 0 };
  const wanted = line.tracking === 'serial' ? pending.quantity - 1 : 0;
  const core: ReceiveCore = {
    ...state,
    added: { ...state.added, [line.id]: { pieces: before.pieces + quantity, bad: before.bad + bad } },
    acts: [...state.acts, { act, parts: [{ line: line.id, quantity, bad }], serial, sscc: '' }],
    current: { line: line.id, lot, best_before, acts: same ? [...(state.current?.acts ?? []), act] : [act] },
    serials: serial === '' ? state.serials : [...state.serials, `${line.product}:${serial}`],
    dates: withLotDate(state, line, lot, best_before) ?? {},
    pending: null, ask: null, held: NOTHING_HELD,
  };
  // The next serial of the same goods, until a case is through or the line is full.
  const more = line.tracking === 'serial' && (wanted > 0 || room(core, line) > 0);
  const next = settled(
    more ? { ...core, pending: { ...pending, quantity: Math.max(1, wanted), serial: '', reason: '', act: newAct() } } : core,
  );
  const body = { line: line.id, quantity, lot, best_before, serial, condition, reason };
  return { state: next, effects: [record(state, 'receive', act, body, scanned), { type: 'feedback', tone: toneOf(next, line) }] };
}

function toneOf(state: ReceiveState, line: ReceiveLine): Tone {
  if (line.expected > 0 && progress(state).missing === 0) return 'order';
  return line.expected > 0 && received(state, line) === line.expected ? 'line' : 'piece';
}

// A pallet at once

function receiveUnit(state: ReceiveState, sscc: string, scanned: Scanned, newAct: () => string): Step<ReceiveState> {
  const unit = state.bundle.units.find((each) => each.sscc === sscc);
  if (unit === undefined) return refused(state, told.unitUnknown(sscc), 'wrong_thing', scanned);
  if (unit.received || state.units.includes(sscc)) return refused(state, told.unitReceived(sscc), 'already', scanned);
  const added = { ...state.added };
  let dates = state.dates ?? {};
  for (const part of unit.parts) {
    const line = lineOf(state, part.line);
    const known = line === undefined || part.lot === '' ? null : dateOfLot({ ...state, dates }, line, part.lot);
    const differs = known !== null && part.best_before !== null && known !== part.best_before;
    const untold = line === undefined || line.tracking === 'serial' || (line.tracking === 'lot' && part.lot === '')
      || (line.dated && part.best_before === null);
    if (untold || differs) return refused(state, told.unitUntold(sscc, line?.sku ?? '', line?.name ?? ''), 'wrong_thing', scanned);
    const before = added[part.line] ?? { pieces: 0, bad: 0 };
    added[part.line] = { pieces: before.pieces + part.quantity, bad: before.bad };
    dates = withLotDate({ ...state, dates }, line, part.lot, part.best_before) ?? {};
  }
  const act = newAct();
  const parts = unit.parts.map((part) => ({ line: part.line, quantity: part.quantity, bad: 0 }));
  const next = settled({
    ...state, added, acts: [...state.acts, { act, parts, serial: '', sscc }], units: [...state.units, sscc],
    current: null, pending: null, unknown: null, ask: null, dates,
  });
  const tone: Tone = progress(next).missing === 0 ? 'order' : 'line';
  return { state: next, effects: [record(state, 'unit', act, { sscc }, scanned), { type: 'feedback', tone }] };
}

// By hand

/** So many in all of the goods in hand. Fewer takes the last scans back. */
function setQuantity(state: ReceiveState, value: number, newAct: () => string): Step<ReceiveState> {
  const line = lineOf(state, state.current?.line);
  if (state.current === null || line === undefined) return refused(state, told.productFirst(), 'wrong_thing');
  if (line.tracking === 'serial' || !Number.isInteger(value) || value < 0 || value > QUANTITY_MAX) {
    return refused(state, told.wrongQuantity(value), 'wrong_thing');
  }
  let now = state;
  const effects: Effect[] = [];
  const { lot, best_before } = state.current;
  while (counted(now) > value) {
    const step = takeBack(now, newAct);
    now = step.state;
    effects.push(...step.effects.filter((effect) => effect.type === 'record'));
  }
  const missing = value - counted(now);
  if (missing === 0) return { state: now, effects: [...effects, { type: 'feedback', tone: 'piece' }] };
  const pending: Pending = { line: line.id, quantity: missing, lot, best_before, serial: '', act: newAct(), reason: '' };
  const kept = now.current ?? { line: line.id, lot, best_before, acts: [] };
  const step = advance({ ...now, current: kept, pending }, pending, BY_HAND, newAct);
  return { state: step.state, effects: [...effects, ...step.effects] };
}

/** Take the last act back. */
function takeBack(state: ReceiveState, newAct: () => string): Step<ReceiveState> {
  const last = state.acts.at(-1) as ReceiveAct;
  const added = { ...state.added };
  for (const part of last.parts) {
    const before = added[part.line] ?? { pieces: 0, bad: 0 };
    added[part.line] = { pieces: before.pieces - part.quantity, bad: before.bad - part.bad };
  }
  const left = state.current?.acts.filter((act) => act !== last.act) ?? [];
  const first = lineOf(state, last.parts[0]?.line);
  const next = settled({
    ...state, added, acts: state.acts.slice(0, -1), pending: null, ask: null,
    current: state.current === null || left.length === 0 ? null : { ...state.current, acts: left },
    units: state.units.filter((sscc) => sscc !== last.sscc),
    serials: state.serials.filter((each) => each !== `${first?.product}:${last.serial}`),
  });
  const scan = record(state, 'undo', newAct(), { of: last.act });
  return { state: next, effects: [scan, { type: 'feedback', tone: 'piece' }] };
}

function undo(state: ReceiveState, newAct: () => string): Step<ReceiveState> {
  if (state.path === 'receive.done') return refused(state, told.receiptOver(state.bundle.number), 'already');
  const waiting = state.pending !== null && state.path !== 'receive.serial';
  if (waiting || state.unknown !== null || state.finishing) return cancel(state);
  if (state.acts.length === 0) {
    return state.pending === null ? refused(state, told.nothingToUndo(), 'already') : cancel(state);
  }
  return takeBack(state, newAct);
}

function cancel(state: ReceiveState): Step<ReceiveState> {
  const next = settled({ ...state, pending: null, ask: null, unknown: null, finishing: false, held: NOTHING_HELD });
  return { state: next, effects: [{ type: 'feedback', tone: 'piece' }] };
}

function finish(state: ReceiveState): Step<ReceiveState> {
  const next = settled({ ...state, finishing: true, pending: null, ask: null, unknown: null });
  return { state: next, effects: [{ type: 'feedback', tone: 'piece' }] };
}

function setAside(state: ReceiveState, body: Record<string, unknown>, newAct: () => string): Step<ReceiveState> {
  const { unknown } = state;
  const quantity = Number(body['quantity']);
  if (unknown === null) return { state, effects: [] };
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > QUANTITY_MAX) {
    return refused(state, told.wrongQuantity(quantity), 'wrong_thing');
  }
  const note = String(body['note'] ?? '').slice(0, 200);
  const next = settled({ ...state, unknown: null });
  const scan = record(state, 'set_aside', newAct(), { quantity, note }, { keys: unknown.keys, raw: unknown.raw });
  return { state: next, effects: [scan, { type: 'feedback', tone: 'line' }] };
}

function confirm(
  state: ReceiveState, what: string, body: Record<string, unknown>, newAct: () => string,
): Step<ReceiveState> {
  const { pending } = state;
  const text = (name: string): string => String(body[name] ?? '').trim();
  switch (what) {
    case 'lot':
      if (pending === null || text('lot') === '') return { state, effects: [] };
      return withLot(state, pending, text('lot').slice(0, 40), newAct);
    case 'date':
      if (pending === null || !DAY.test(text('date'))) return { state, effects: [] };
      return advance(state, { ...pending, best_before: text('date') }, BY_HAND, newAct);
    case 'serial':
      if (pending === null || text('serial') === '') return { state, effects: [] };
      return advance(state, { ...pending, serial: text('serial').slice(0, 40) }, BY_HAND, newAct);
    case 'agree':
      return agree(state, BY_HAND, newAct);
    case 'cancel':
      return cancel(state);
    case 'new_lot':
      return { state: settled({ ...state, current: null }), effects: [] };
    case 'condition': {
      const condition = CONDITIONS.find((each) => each === text('condition')) ?? 'good';
      return { state: settled({ ...state, condition, reason: condition === 'good' ? '' : text('reason') }), effects: [] };
    }
    case 'set_aside':
      return setAside(state, body, newAct);
    case 'finish':
      return finish(state);
    case 'rest': {
      if (!state.finishing) return { state, effects: [] };
      const rest = text('rest') === 'drop' ? 'drop' : 'back_order';
      const scan = record(state, 'finish', newAct(), { rest });
      return { state: settled({ ...state, finished: true }), effects: [scan, { type: 'feedback', tone: 'order' }] };
    }
    default:
      return { state, effects: [] };
  }
}

function withLot(state: ReceiveState, pending: Pending, lot: string, newAct: () => string): Step<ReceiveState> {
  const line = lineOf(state, pending.line);
  const known = line?.lots[lot] ?? (line?.lot === lot ? line.best_before : null) ?? null;
  return advance(state, { ...pending, lot, best_before: pending.best_before ?? known }, BY_HAND, newAct);
}

/** The books have everything of ours: their counts replace ours. Goods that got a line meanwhile are taken up. */
function bundleChanged(state: ReceiveState, bundle: ReceiveBundle, newAct: () => string): Step<ReceiveState> {
  if (state.stale) return { state: { ...start(bundle), over: state.over }, effects: [] };
  const next = settled({ ...state, bundle, added: {}, units: [] });
  const { unknown } = state;
  const found = unknown === null ? null : lineFor(next, unknown.keys, toldBy(unknown.keys).lot);
  if (unknown === null || found === null) return { state: next, effects: [] };
  return takeUp({ ...next, unknown: null }, found, unknown, newAct);
}

function step(state: ReceiveState, input: Input<ReceiveBundle>, newAct: () => string): Step<ReceiveState> {
  switch (input.type) {
    case 'scan':
      return scan(state, { keys: input.reading.keys, raw: input.raw }, newAct);
    case 'quantity':
      return setQuantity(state, input.value, newAct);
    case 'undo':
      return undo(state, newAct);
    case 'confirm':
      return confirm(state, input.what, input.body ?? {}, newAct);
    case 'verdict': {
      const { refusal } = input.verdict;
      if (input.verdict.outcome === 'ok' || refusal === null) return { state, effects: [] };
      const effects: Effect[] = [{ type: 'feedback', tone: 'wrong_thing' }, { type: 'refuse', refusal }];
      return { state: { ...state, stale: true }, effects };
    }
    case 'bundle_changed':
      return bundleChanged(state, input.bundle, newAct);
    default:
      return { state, effects: [] };
  }
}

export const receive: Flow<ReceiveState, ReceiveBundle> = { name: 'receive', start, step };
