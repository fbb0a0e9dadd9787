/*
 * Pack and check at the bench: the tote is on the table, each piece is scanned, the screen counts what is checked.
 *
 * The story: checking -> (stopped while a foreign piece lies there) -> carton -> weight -> the parcel is closed; with
 * the last piece in a closed parcel the order is packed, the label comes out, and scanning it on the parcel proves that
 * it sits on the right one. The server decides the same by backend/outbound/packing.py; contracts/flows/pack.json holds
 * both to the same answers.
 *
 * Inputs besides scans, undo and verdicts: quantity (grams, while weighing); confirm put_aside, close_parcel, back,
 * carton {carton: key | null}, weight {weight_g}, missing {line, quantity}.
 */
import type { Effect, Flow, Input, Refusal, Step, Tone } from './flow';
import { keyKind } from './key_kinds';
import * as told from './pack_refusals';
import { isKnown, serialOf, serialTold } from './pack_serial';
import { RANK, left, lineFor, piecesLeft, progress, replaced, settled, withPieces } from './pack_state';
import { ownKeys, takenApart, undoRefusal, voidLabel, withoutLast } from './pack_undo';
import type { PackBundle, PackCore, PackLine, PackParcel, PackState } from './pack_state';

const WEIGHT_G_MAX = 1_000_000;

function start(bundle: PackBundle): PackState {
  const checked: Record<string, number> = {};
  for (const line of bundle.lines) checked[line.id] = line.checked;
  const parcels = bundle.parcels.filter((parcel) => parcel.state !== 'open' || Object.keys(parcel.contents).length > 0);
  const open = parcels.find((parcel) => parcel.state === 'open')?.uid ?? null;
  return settled({ bundle, checked, missing: {}, parcels, open, acts: bundle.acts ?? [], stale: false, void: bundle.void ?? {} });
}

// What a scan does

interface Scanned {
  keys: readonly string[];
  raw: string;
}

function record(
  state: PackState, kind: string, act: string | null, body: Record<string, unknown>, scanned?: Scanned, local = 'ok',
): Effect {
  const { keys, raw } = scanned ?? { keys: [], raw: '' };
  return { type: 'record', scan: { kind, step: state.path, act, keys, raw, local, body } };
}

function refused(
  state: PackState, refusal: Refusal, tone: Tone, kind = '', scanned?: Scanned, body: Record<string, unknown> = {},
): Step<PackState> {
  const effects: Effect[] = [{ type: 'feedback', tone }, { type: 'refuse', refusal }];
  if (kind !== '') effects.unshift(record(state, kind, null, body, scanned, refusal.code));
  return { state, effects };
}

function checkPiece(state: PackState, scanned: Scanned, newAct: () => string): Step<PackState> {
  const found = lineFor(state, scanned.keys);
  if (found === null) return foreignPiece(state, scanned);
  if ('code' in found) return refused(state, found, 'already', 'product', scanned);
  return found.line.tracking === 'serial'
    ? checkSerial(state, found.line, found.quantity, scanned, newAct)
    : checkInto(state, found.line, found.quantity, scanned, '', newAct);
}

/** One piece at a time; its number comes with its code, or is asked for. */
function checkSerial(
  state: PackState, line: PackLine, quantity: number, scanned: Scanned, newAct: () => string,
): Step<PackState> {
  if (quantity !== 1) return refused(state, told.serialNeeded(line.sku, line.name), 'wrong_thing', 'product', scanned);
  const serial = serialOf(scanned.keys);
  if (serial === '') {
    const { keys, raw } = scanned;
    const asked: PackState = { ...(state as PackCore), path: 'pack.serial', line: line.id, keys, raw };
    return { state: asked, effects: [{ type: 'feedback', tone: 'piece' }] };
  }
  if (isKnown(state, line, serial)) {
    const known = told.serialKnown(serial, state.bundle.order.number);
    return refused(settled(state), known, 'already', 'product', scanned);
  }
  return checkInto(state, line, 1, scanned, serial, newAct);
}

/** The number of the piece whose code was scanned before it. */
function takeSerial(state: SerialAsked, serial: string, scanned: Scanned, newAct: () => string): Step<PackState> {
  const line = state.bundle.lines.find((each) => each.id === state.line);
  if (line === undefined) return { state: settled(state), effects: [] };
  if (serial === '') return refused(state, told.serialNeeded(line.sku, line.name), 'wrong_thing', 'product', scanned);
  const keys = [...state.keys.filter((key) => !key.startsWith('serial:')), `serial:${serial}`];
  return checkSerial(state, line, 1, { keys, raw: state.raw }, newAct);
}

type SerialAsked = PackState & { path: 'pack.serial' };

function checkInto(
  state: PackState, line: PackLine, quantity: number, scanned: Scanned, serial: string, newAct: () => string,
): Step<PackState> {
  const act = newAct();
  const uid = state.open ?? newAct();
  let parcels = state.parcels;
  if (state.open === null) {
    const position = state.parcels.length + 1;
    parcels = [
      ...parcels,
      { uid, number: null, position, state: 'open', carton: null, weight_g: null, contents: {}, label_key: null },
    ];
  }
  const inside = parcels.find((parcel) => parcel.uid === uid)?.contents ?? {};
  const next = settled({
    ...state,
    checked: { ...state.checked, [line.id]: (state.checked[line.id] ?? 0) + quantity },
    parcels: replaced(parcels, uid, { contents: withPieces(inside, line.id, quantity) }),
    open: uid,
    acts: [...state.acts, { act, kind: 'check', parcel: uid, line: line.id, quantity, ...(serial && { serial }) }],
  });
  const body = { line: line.id, quantity, parcel: uid, station: state.bundle.station, ...(serial && { serial }) };
  const effects: Effect[] = [record(state, 'product', act, body, scanned)];
  if (next.path === 'pack.carton' && closesAtOnce(next)) return followed(effects, close(next, null, null, newAct));
  const tone: Tone = next.path === 'pack.carton' ? 'order' : left(next, line) === 0 ? 'line' : 'piece';
  effects.push({ type: 'feedback', tone });
  return { state: next, effects };
}

function foreignPiece(state: PackState, scanned: Scanned): Step<PackState> {
  const gone = voidLabel(state, scanned.keys);
  if (gone !== null) return refused(state, gone, 'wrong_thing', 'product', scanned);
  const kind = keyKind(scanned.keys);
  const known = scanned.keys.map((key) => state.bundle.places[key]).find((place) => place !== undefined);
  if (known === undefined && kind !== 'product') {
    const wrong = kind === 'text'
      ? told.codeUnknown('product', scanned.raw)
      : told.wrongKind('product', kind, scanned.raw);
    return refused(state, wrong, 'wrong_thing', 'product', scanned);
  }
  const { sku, name, belongs } = known ?? { sku: '', name: scanned.raw, belongs: '' };
  const refusal = told.notInThisOrder(state.bundle.order.number, sku, name, belongs);
  const { effects } = refused(state, refusal, 'wrong_thing', 'product', scanned);
  return { state: { ...(state as PackCore), path: 'pack.stopped', refusal }, effects };
}

function closesAtOnce(state: PackState): boolean {
  return state.bundle.cartons.length === 0 && !state.bundle.weigh;
}

function followed(effects: Effect[], step: Step<PackState>): Step<PackState> {
  return { state: step.state, effects: [...effects, ...step.effects] };
}

function chooseCarton(state: PackState, key: string | null, newAct: () => string): Step<PackState> {
  if (key !== null && !state.bundle.cartons.some((carton) => carton.key === key)) {
    return refused(state, told.cartonUnknown(key), 'wrong_thing');
  }
  if (state.open === null) return refused(state, told.parcelEmpty(), 'wrong_thing');
  if (!state.bundle.weigh) return close(state, key, null, newAct);
  const next: PackState = { ...(state as PackCore), path: 'pack.weight', carton: key };
  return { state: next, effects: [{ type: 'feedback', tone: 'piece' }] };
}

function close(state: PackState, carton: string | null, weightG: number | null, newAct: () => string): Step<PackState> {
  const uid = state.open;
  if (uid === null) return refused(state, told.parcelEmpty(), 'wrong_thing');
  const act = newAct();
  const last = piecesLeft(state) === 0;
  const next = settled({
    ...state,
    parcels: replaced(state.parcels, uid, { state: 'closed', carton, weight_g: weightG }),
    open: null,
    acts: [...state.acts, { act, kind: 'close', parcel: uid, line: null, quantity: 0 }],
  });
  const body = { parcel: uid, carton, weight_g: weightG, last, station: state.bundle.station };
  const effects: Effect[] = [record(state, 'close', act, body), { type: 'feedback', tone: last ? 'order' : 'line' }];
  return { state: next, effects };
}

function weigh(state: PackState, carton: string | null, weightG: unknown, newAct: () => string): Step<PackState> {
  if (typeof weightG === 'number' && Number.isInteger(weightG) && weightG > 0 && weightG <= WEIGHT_G_MAX) {
    return close(state, carton, weightG, newAct);
  }
  return refused(state, told.weightMissing(weightG), 'wrong_thing');
}

type Labelling = PackState & { path: 'pack.label' };

function checkLabel(state: Labelling, scanned: Scanned, newAct: () => string): Step<PackState> {
  const parcel = state.parcels.find((each) => each.uid === state.parcel);
  if (parcel === undefined) return { state, effects: [] };
  const body = { parcel: parcel.uid };
  const kind = keyKind(scanned.keys);
  if (!ownLabel(parcel, scanned.keys)) {
    const gone = voidLabel(state, scanned.keys);
    if (gone !== null) return refused(state, gone, 'wrong_thing', 'label', scanned, body);
    const other = kind === 'parcel' || state.parcels.some((each) => ownLabel(each, scanned.keys));
    const refusal = other
      ? told.labelOfOtherParcel(parcel.number, scanned.raw)
      : kind === 'text'
        ? told.codeUnknown('parcel', scanned.raw)
        : told.wrongKind('parcel', kind, scanned.raw);
    return refused(state, refusal, 'wrong_thing', 'label', scanned, body);
  }
  const act = newAct();
  const next = settled({
    ...state,
    parcels: replaced(state.parcels, parcel.uid, { state: 'verified' }),
    acts: [...state.acts, { act, kind: 'label', parcel: parcel.uid, line: null, quantity: 0 }],
  });
  const effects: Effect[] = [record(state, 'label', act, body, scanned)];
  effects.push({ type: 'feedback', tone: next.path === 'pack.done' ? 'order' : 'line' });
  if (next.path === 'pack.done') effects.push({ type: 'done' });
  return { state: next, effects };
}

const ownLabel = (parcel: PackParcel, keys: readonly string[]): boolean => ownKeys(parcel).some((key) => keys.includes(key));

function scan(state: PackState, scanned: Scanned, newAct: () => string): Step<PackState> {
  if (scanned.keys.includes('command:undo')) return undo(state, newAct);
  if (scanned.keys.includes('command:done')) return done(state, newAct);
  switch (state.path) {
    case 'pack.checking':
    case 'pack.carton':
    case 'pack.weight': {
      const carton = scanned.keys.find((key) => key.startsWith('carton:'));
      return carton === undefined ? checkPiece(state, scanned, newAct) : chooseCarton(state, carton, newAct);
    }
    case 'pack.serial': {
      const line = state.bundle.lines.find((each) => each.id === state.line);
      const serial = line === undefined ? '' : serialTold(state.bundle, line, scanned.keys, scanned.raw);
      return takeSerial(state, serial, scanned, newAct);
    }
    case 'pack.stopped':
      return refused(state, told.lineStopped(state.refusal), 'wrong_thing', 'product', scanned);
    case 'pack.await_label': {
      const parcel = state.parcels.find((each) => each.state === 'closed');
      const gone = voidLabel(state, scanned.keys);
      const refusal = gone ?? told.aboutParcel('LABEL_NOT_READY', 'WAIT', parcel?.number ?? null);
      return refused(state, refusal, gone === null ? 'later' : 'wrong_thing', 'label', scanned, { parcel: parcel?.uid ?? null });
    }
    case 'pack.label':
      return checkLabel(state, scanned, newAct);
    case 'pack.on_hold':
      return refused(state, state.refusal, 'wrong_thing');
    case 'pack.done':
      return { state, effects: [] };
  }
}

/** The one button, or its printed command: what "done" means here. */
function done(state: PackState, newAct: () => string): Step<PackState> {
  if (state.path === 'pack.stopped') return { state: settled(state), effects: [{ type: 'feedback', tone: 'piece' }] };
  if (state.path === 'pack.checking') return closeParcel(state, newAct);
  if (state.path === 'pack.carton') return chooseCarton(state, null, newAct);
  return { state, effects: [] };
}

/** A parcel is full before the last piece: the next piece opens another one. */
function closeParcel(state: PackState, newAct: () => string): Step<PackState> {
  if (state.open === null) return refused(state, told.parcelEmpty(), 'wrong_thing');
  if (closesAtOnce(state)) return close(state, null, null, newAct);
  const core: PackCore = state;
  if (state.bundle.cartons.length > 0) return { state: { ...core, path: 'pack.carton' }, effects: [] };
  return { state: { ...core, path: 'pack.weight', carton: null }, effects: [] };
}

function missing(state: PackState, body: Record<string, unknown>, newAct: () => string): Step<PackState> {
  const line = state.bundle.lines.find((each) => each.id === body['line']);
  const quantity = body['quantity'];
  if (line === undefined || typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1) {
    return { state, effects: [] };
  }
  if (quantity > left(state, line)) {
    return refused(state, told.tooMany(left(state, line), quantity, line.sku, line.name), 'already');
  }
  const act = newAct();
  const core: PackCore = {
    ...state,
    missing: { ...state.missing, [line.id]: (state.missing[line.id] ?? 0) + quantity },
    acts: [...state.acts, { act, kind: 'missing', parcel: null, line: line.id, quantity }],
  };
  const effects: Effect[] = [
    record(state, 'missing', act, { line: line.id, quantity, station: state.bundle.station }),
    { type: 'feedback', tone: 'warning' },
  ];
  const next = settled(core);
  if (state.bundle.partial && progress(next).wanted > 0) return { state: next, effects };
  const refusal = told.orderOnHold(state.bundle.order.number, 'STOCK_SHORT');
  return { state: { ...core, path: 'pack.on_hold', refusal }, effects: [...effects, { type: 'refuse', refusal }] };
}

function undo(state: PackState, newAct: () => string): Step<PackState> {
  if (state.path === 'pack.stopped') return refused(state, told.lineStopped(state.refusal), 'wrong_thing');
  if (state.path === 'pack.on_hold') return refused(state, state.refusal, 'wrong_thing');
  if (state.path === 'pack.serial') return { state: settled(state), effects: [{ type: 'feedback', tone: 'piece' }] };
  const no = undoRefusal(state);
  const last = state.acts.at(-1);
  if (no !== null || last === undefined) return refused(state, no ?? told.nothingToUndo(), 'already');
  const effects = [record(state, 'undo', newAct(), { of: last.act }), { type: 'feedback', tone: 'piece' } as const];
  return { state: settled(withoutLast(state, last)), effects };
}

function confirm(state: PackState, what: string, body: Record<string, unknown>, newAct: () => string): Step<PackState> {
  const closing = state.path === 'pack.carton' || state.path === 'pack.weight';
  if (what === 'put_aside' && state.path === 'pack.stopped') return done(state, newAct);
  if (what === 'close_parcel' && state.path === 'pack.checking') return closeParcel(state, newAct);
  if (state.path === 'pack.serial' && what === 'serial') {
    const serial = String(body['serial'] ?? '').trim().slice(0, 40);
    return takeSerial(state, serial, { keys: [], raw: '' }, newAct);
  }
  if (what === 'back' && (closing || state.path === 'pack.serial')) return { state: settled(state), effects: [] };
  if (what === 'missing' && state.path === 'pack.checking') return missing(state, body, newAct);
  if (what === 'carton' && (closing || state.path === 'pack.checking')) {
    const key = body['carton'];
    return chooseCarton(state, typeof key === 'string' ? key : null, newAct);
  }
  if (what === 'weight' && state.path === 'pack.weight') return weigh(state, state.carton, body['weight_g'], newAct);
  return { state, effects: [] };
}

/** News from the server: labels and numbers are taken over, counts made here stay unless the server refused some. */
function bundleChanged(state: PackState, bundle: PackBundle): PackState {
  if (state.stale || takenApart(state, bundle.parcels)) return start({ ...bundle, station: bundle.station || state.bundle.station });
  const parcels = state.parcels.map((parcel) => {
    const news = bundle.parcels.find((each) => each.uid === parcel.uid);
    if (news === undefined || parcel.state === 'open') return parcel;
    const { number, label_key, position } = news;
    const newer = RANK[news.state] > RANK[parcel.state];
    return { ...parcel, number, label_key, position, state: newer ? news.state : parcel.state };
  });
  const { stopped, hold, places } = bundle;
  const voids = { ...state.void, ...bundle.void };
  const core: PackCore = { ...state, bundle: { ...state.bundle, stopped, hold, places }, parcels, void: voids };
  const waits = state.path === 'pack.await_label' || state.path === 'pack.label' || state.path === 'pack.on_hold';
  return waits || bundle.stopped !== null ? settled(core) : { ...state, ...core };
}

function step(state: PackState, input: Input<PackBundle>, newAct: () => string): Step<PackState> {
  switch (input.type) {
    case 'scan':
      return scan(state, { keys: input.reading.keys, raw: input.raw }, newAct);
    case 'quantity':
      return state.path === 'pack.weight' ? weigh(state, state.carton, input.value, newAct) : { state, effects: [] };
    case 'undo':
      return undo(state, newAct);
    case 'confirm':
      return confirm(state, input.what, input.body ?? {}, newAct);
    case 'verdict':
      if (input.verdict.outcome === 'ok' || input.verdict.refusal === null) return { state, effects: [] };
      return refused({ ...state, stale: true }, input.verdict.refusal, 'wrong_thing');
    case 'bundle_changed':
      return { state: bundleChanged(state, input.bundle), effects: [] };
    case 'skip':
      return { state, effects: [] };
  }
}

export const pack: Flow<PackState, PackBundle> = { name: 'pack', start, step };
