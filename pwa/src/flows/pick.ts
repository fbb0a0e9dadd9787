/*
 * Picking: place, thing, count, tote. The twin of backend/outbound/picking.py, decided on the device from the bundle.
 *
 * pick.to_location  walk there, scan the location                         -> pick.at_location
 * pick.at_location  scan pieces or packs, or type how many after the first -> pick.into_tote when all are in the hand;
 *                   the tote may be scanned earlier, then the rest of the line follows
 * pick.into_tote    scan the tote of the order: the act is done           -> next line, or pick.done
 *
 * A location counts as scanned while the next line is at the same place. Another line of the same place may be begun
 * by scanning its product with an empty hand. Scan the command code for undo, skip or short instead of tapping.
 *
 * After a pick that should have emptied its place the picker is asked whether it is empty: scan the place again (yes),
 * scan what still lies there (no), or tap. Whoever goes on with the next line leaves the question unanswered.
 */

import type { CodeReading, Effect, Flow, FlowState, Input, Refusal, ScanRecord, Step, Tone, Verdict } from './flow.ts';
import { lineMeant, pieces, tooMany, toteKey, wanted, wrongCode, wrongGoods, wrongTote } from './pick_codes.ts';
import {
  deriveSheet,
  isSlotFinished,
  lastAct,
  openLines,
  pruneLog,
  remaining,
  slotOf,
  type LogEntry,
  type PickBundle,
  type PickLine,
  type PickSheet,
} from './pick_list.ts';
import * as told from './pick_refusals.ts';

export type { PickAct, PickBundle, PickLine, PickLocation, PickProduct, PickSlot } from './pick_list.ts';

export type PickPath = 'pick.to_location' | 'pick.at_location' | 'pick.into_tote' | 'pick.done';

export interface PickState extends FlowState, PickSheet {
  path: PickPath;
  bundle: PickBundle;
  log: LogEntry[];
  /** Key of the location whose code was scanned last. */
  at: string | null;
  /** The line in work; null when everything is picked. */
  line: number | null;
  hand: { act: string; quantity: number } | null;
  /** The line whose pick should have emptied its place, while the question whether it did is open. */
  zero: number | null;
}

type NewAct = () => string;
type PickStep = Step<PickState>;

const TONES: Readonly<Record<string, Tone>> = {
  WRONG_LOCATION: 'wrong_place',
  WRONG_TOTE: 'wrong_place',
  TOTE_IN_USE: 'wrong_place',
  LOCATION_FIRST: 'wrong_place',
  TOO_MANY: 'already',
  LINE_DONE: 'already',
  WAVE_OVER: 'already',
  WRONG_PRODUCT: 'wrong_thing',
  CODE_OF_OTHER_MERCHANT: 'wrong_thing',
  WRONG_LOT: 'wrong_thing',
  WRONG_KIND: 'wrong_thing',
  CODE_UNKNOWN: 'wrong_thing',
};

// -- selectors for the screen --------------------------------------------------------------------------------------

/** What the screen says now; null when everything is picked. `wanted` is what the line still needs, hand included. */
export function current(state: PickState) {
  const line = lineInWork(state);
  if (line === undefined) return null;
  const slot = slotOf(state, line);
  const after = openLines(state.lines).find((each) => each.id !== line.id);
  return {
    path: state.path,
    line,
    location: line.location,
    product: line.product,
    wanted: remaining(line),
    inHand: state.hand?.quantity ?? 0,
    slot: slot.slot,
    order: slot.order,
    tote: slot.tote,
    next: after === undefined ? null : { location: after.location, product: after.product, wanted: remaining(after) },
  };
}

export function progress(state: PickState) {
  const lines = state.lines.filter((line) => !line.cancelled);
  const sum = (values: number[]): number => values.reduce((total, each) => total + each, 0);
  return {
    lines: lines.length,
    linesDone: lines.filter((line) => remaining(line) <= 0).length,
    pieces: sum(lines.map((line) => line.quantity - line.short)),
    piecesDone: sum(lines.map((line) => line.picked)),
    orders: state.slots.filter((slot) => !slot.cancelled).length,
    ordersDone: state.slots.filter((slot) => !slot.cancelled && isSlotFinished(state, slot)).length,
  };
}

/** Whether the undo button has something to undo. */
export function canUndo(state: PickState): boolean {
  return state.hand !== null || lastAct(state.bundle, state.log, state) !== undefined;
}

// -- the machine ---------------------------------------------------------------------------------------------------

function lineInWork(state: PickState): PickLine | undefined {
  return state.lines.find((line) => line.id === state.line);
}

/** Derive lines, line in work and path again after bundle, log, hand or place have changed. */
function settle(state: PickState): PickState {
  const sheet = deriveSheet(state.bundle, state.log);
  const open = openLines(sheet.lines);
  const line = open.find((each) => each.id === state.line && (state.hand !== null || isBegun(each))) ?? open[0];
  if (line === undefined) return { ...state, ...sheet, line: null, hand: null, path: 'pick.done' };
  let path: PickPath = state.at === line.location.key ? 'pick.at_location' : 'pick.to_location';
  if (state.hand !== null) path = state.hand.quantity >= remaining(line) ? 'pick.into_tote' : 'pick.at_location';
  return { ...state, ...sheet, line: line.id, path };
}

function isBegun(line: PickLine): boolean {
  return line.picked > 0;
}

function start(bundle: PickBundle): PickState {
  const sheet = deriveSheet(bundle, []);
  return settle({ path: 'pick.done', bundle, log: [], at: null, line: null, hand: null, zero: null, ...sheet });
}

function step(state: PickState, input: Input<PickBundle>, newAct: NewAct): PickStep {
  switch (input.type) {
    case 'scan':
      return scan(state, input.reading, input.raw, newAct);
    case 'quantity':
      return quantity(state, input.value);
    case 'undo':
      return undo(state, newAct);
    case 'skip':
      return skip(state, newAct);
    case 'confirm':
      if (input.what === 'empty' || input.what === 'not_empty') return zeroCheck(state, input.what === 'empty', newAct);
      return input.what === 'short' ? short(state, newAct) : { state, effects: [] };
    case 'verdict':
      return verdict(state, input.verdict);
    case 'bundle_changed':
      return bundleChanged(state, input.bundle, newAct);
  }
}

function scan(before: PickState, reading: CodeReading, raw: string, newAct: NewAct): PickStep {
  const { keys } = reading;
  const checked = zeroLine(before);
  if (checked !== undefined) {
    if (keys.includes(checked.location.key)) return zeroCheck(before, true, newAct, keys, raw);
    if (pieces(checked, keys) > 0) return zeroCheck(before, false, newAct, keys, raw);
  }
  const state = before.zero == null ? before : { ...before, zero: null };
  if (keys.includes('command:undo')) return undo(state, newAct);
  const line = lineInWork(state);
  if (line === undefined) return refuse(state, told.waveOver(state.bundle.number));
  if (keys.includes('command:skip')) return skip(state, newAct);
  if (keys.includes('command:short')) return askShort(state, line);
  const isPlace =
    keys.some((key) => key.startsWith('loc:')) ||
    (pieces(line, keys) === 0 && keys.includes(`text:${line.location.code}`));
  if (state.path === 'pick.to_location' || isPlace) return scanLocation(state, line, keys, raw);
  const isTote =
    state.path === 'pick.into_tote' ? pieces(line, keys) === 0 : state.hand !== null && toteKey(keys) !== '';
  return isTote ? scanTote(state, line, keys, raw) : scanProduct(state, line, keys, raw, newAct);
}

function scanLocation(state: PickState, line: PickLine, keys: readonly string[], raw: string): PickStep {
  const scanned = { kind: 'location', act: null, keys, raw, body: { line: line.id } };
  if (!keys.includes(line.location.key) && !keys.includes(`text:${line.location.code}`)) {
    return refuseScan(state, scanned, wrongCode(state, line, 'location', keys, raw));
  }
  return accept(settle({ ...state, at: line.location.key }), record(state, scanned), 'piece');
}

function scanProduct(
  state: PickState,
  inWork: PickLine,
  keys: readonly string[],
  raw: string,
  newAct: NewAct,
): PickStep {
  const line = lineMeant(state, inWork, keys);
  const meant = pieces(line, keys);
  const body = { line: line.id, quantity: meant };
  const wrong = wrongGoods(state, line, keys, raw);
  const held = (state.hand?.quantity ?? 0) + meant;
  if (wrong !== null || held > remaining(line)) {
    const refusal = wrong ?? tooMany(line, held);
    return refuseScan(state, { kind: 'product', act: state.hand?.act ?? null, keys, raw, body }, refusal);
  }
  const hand = { act: state.hand?.act ?? newAct(), quantity: held };
  const scanned = { kind: 'product', act: hand.act, keys, raw, body };
  return accept(settle({ ...state, hand, line: line.id }), record(state, scanned), 'piece');
}

function scanTote(state: PickState, line: PickLine, keys: readonly string[], raw: string): PickStep {
  const hand = state.hand;
  if (hand === null) return refuse(state, told.productFirst(wanted(line)));
  const tote = toteKey(keys);
  const body = { line: line.id, quantity: hand.quantity, tote, location: line.location.key };
  const scanned = { kind: 'tote', act: hand.act, keys, raw, body };
  const wrong = wrongTote(state, line, tote, keys, raw);
  if (wrong !== null) return refuseScan(state, scanned, wrong);
  const entry: LogEntry = { type: 'pick', act: hand.act, line: line.id, quantity: hand.quantity, tote };
  const next = settle({ ...state, log: [...state.log, entry], hand: null });
  const now = next.lines.find((each) => each.id === line.id) ?? line;
  let tone: Tone = 'piece';
  if (remaining(now) === 0) tone = isSlotFinished(next, slotOf(next, now)) ? 'order' : 'line';
  const taken = accept(next, record(state, scanned), tone);
  if (!shouldBeEmpty(next, now)) return taken;
  const ask: Effect = { type: 'ask', question: 'EMPTY', values: { location: line.location.code } };
  return { state: { ...taken.state, zero: line.id }, effects: [...taken.effects, ask] };
}

/** The wave has taken everything that the book had at the place. What was found short there is counted anyway. */
function shouldBeEmpty(state: PickState, line: PickLine): boolean {
  if (!(state.bundle.empties ?? []).includes(line.location.key)) return false;
  const there = state.lines.filter((each) => each.location.key === line.location.key && !each.cancelled);
  return there.every((each) => remaining(each) <= 0 && each.short === 0);
}

/** The line of the open question; undefined when nothing is asked. */
export function zeroLine(state: PickState): PickLine | undefined {
  return state.zero == null ? undefined : state.lines.find((line) => line.id === state.zero);
}

function zeroCheck(
  state: PickState, empty: boolean, newAct: NewAct, keys: readonly string[] = [], raw = '',
): PickStep {
  const line = zeroLine(state);
  if (line === undefined) return { state, effects: [] };
  const answered = { kind: 'zero_check', act: newAct(), keys, raw, body: { line: line.id, empty } };
  const effects: Effect[] = [record(state, answered), { type: 'feedback', tone: empty ? 'piece' : 'warning' }];
  return { state: { ...state, zero: null }, effects };
}

function quantity(state: PickState, value: number): PickStep {
  const line = lineInWork(state);
  if (line === undefined) return refuse(state, told.waveOver(state.bundle.number));
  if (state.hand === null) return refuse(state, told.productFirst(wanted(line)));
  if (!Number.isInteger(value) || value < 1) return refuse(state, told.wrongQuantity(remaining(line), value));
  if (value > remaining(line)) return refuse(state, tooMany(line, value));
  const body = { line: line.id, quantity: value };
  const typed = { kind: 'quantity', act: state.hand.act, keys: [], raw: '', body };
  return accept(settle({ ...state, hand: { ...state.hand, quantity: value } }), record(state, typed), 'piece');
}

function skip(state: PickState, newAct: NewAct): PickStep {
  const line = lineInWork(state);
  if (line === undefined) return refuse(state, told.waveOver(state.bundle.number));
  if (state.hand !== null) return refuse(state, handNotEmpty(state, line));
  const act = newAct();
  const tapped = { kind: 'skip', act, keys: [], raw: '', body: { line: line.id } };
  const log: LogEntry[] = [...state.log, { type: 'skip', act, line: line.id }];
  return accept(settle({ ...state, log, line: null }), record(state, tapped), 'warning');
}

function whyNotShort(state: PickState, line: PickLine): Refusal | null {
  if (state.hand !== null) return handNotEmpty(state, line);
  return state.path === 'pick.to_location' ? told.locationFirst(line.location.code) : null;
}

function askShort(state: PickState, line: PickLine): PickStep {
  const refusal = whyNotShort(state, line);
  if (refusal !== null) return refuse(state, refusal);
  const values = {
    quantity: remaining(line),
    sku: line.product.sku,
    name: line.product.name,
    location: line.location.code,
  };
  return { state, effects: [{ type: 'ask', question: 'SHORT', values }] };
}

function short(state: PickState, newAct: NewAct): PickStep {
  const line = lineInWork(state);
  if (line === undefined) return refuse(state, told.waveOver(state.bundle.number));
  const refusal = whyNotShort(state, line);
  if (refusal !== null) return refuse(state, refusal);
  const act = newAct();
  const tapped = { kind: 'short', act, keys: [], raw: '', body: { line: line.id, found: line.picked } };
  const log: LogEntry[] = [...state.log, { type: 'short', act, line: line.id, quantity: remaining(line) }];
  return accept(settle({ ...state, log }), record(state, tapped), 'warning');
}

/** Pieces in the hand first, then the newest act: goods in a tote, or a shortage declared by mistake. */
function undo(state: PickState, newAct: NewAct): PickStep {
  const of = state.hand?.act ?? lastAct(state.bundle, state.log, state)?.act;
  if (of === undefined) return refuse(state, told.nothingToUndo());
  const act = newAct();
  const tapped = { kind: 'undo', act, keys: [], raw: '', body: { of } };
  const log: LogEntry[] = state.hand === null ? [...state.log, { type: 'undo', act, of }] : state.log;
  return accept(settle({ ...state, log, hand: null, line: null, zero: null }), record(state, tapped), 'warning');
}

/** The server said no to what the device had accepted: its effect is taken off again. Goods in a tote: correction. */
function verdict(state: PickState, given: Verdict): PickStep {
  const act = given.note?.['act'];
  if (given.outcome === 'ok' || typeof act !== 'string') return { state, effects: [] };
  const log = state.log.filter((entry) => entry.act !== act);
  const isInHand = state.hand?.act === act;
  if (!isInHand && log.length === state.log.length) return { state, effects: [] };
  const next = settle({ ...state, log, hand: isInHand ? null : state.hand });
  const effects: Effect[] = [{ type: 'feedback', tone: 'warning' }];
  if (given.refusal !== null) effects.push({ type: 'refuse', refusal: given.refusal });
  return { state: next, effects };
}

/** The work has changed: another device, a cancelled order, pieces found elsewhere. What is in the hand is kept if it
 * is still wanted. */
function bundleChanged(state: PickState, bundle: PickBundle, newAct: NewAct): PickStep {
  const log = pruneLog(bundle, state.log);
  const fresh = deriveSheet(bundle, log);
  const line = fresh.lines.find((each) => each.id === state.line);
  const hand = state.hand;
  const refusal = hand === null ? null : whyNotWanted(state, line, hand.quantity);
  if (hand === null || refusal === null) return finish(state, settle({ ...state, bundle, log }), []);
  const dropped = { kind: 'undo', act: newAct(), keys: [], raw: '', body: { of: hand.act } };
  const effects: Effect[] = [
    record(state, dropped),
    { type: 'feedback', tone: 'warning' },
    { type: 'refuse', refusal },
  ];
  return finish(state, settle({ ...state, bundle, log, hand: null, line: null }), effects);
}

function whyNotWanted(state: PickState, line: PickLine | undefined, held: number): Refusal | null {
  const before = line ?? lineInWork(state);
  if (before === undefined) return null;
  const { sku, name } = before.product;
  if (line === undefined || line.cancelled) {
    return told.aboutGoods('ORDER_CANCELLED', sku, name, before.location.code, before.order);
  }
  if (remaining(line) <= 0) return told.aboutGoods('LINE_DONE', sku, name, line.location.code, line.order);
  return held > remaining(line) ? tooMany(line, held) : null;
}

function handNotEmpty(state: PickState, line: PickLine): Refusal {
  const slot = slotOf(state, line);
  return told.handNotEmpty(state.hand?.quantity ?? 0, told.bodyOf(slot.tote), slot.slot);
}

// -- effects -------------------------------------------------------------------------------------------------------

type Taken = Omit<ScanRecord, 'step' | 'local'>;

function record(before: PickState, taken: Taken, local = 'ok'): Effect {
  return { type: 'record', scan: { ...taken, step: before.path, local } };
}

function accept(next: PickState, recorded: Effect, tone: Tone): PickStep {
  const effects: Effect[] = [recorded, { type: 'feedback', tone }];
  if (next.path === 'pick.done') effects.push({ type: 'done' });
  return { state: next, effects };
}

function finish(before: PickState, next: PickState, effects: Effect[]): PickStep {
  const isOver = next.path === 'pick.done' && before.path !== 'pick.done';
  return { state: next, effects: isOver ? [...effects, { type: 'done' }] : effects };
}

function refuse(state: PickState, refusal: Refusal): PickStep {
  const tone = TONES[refusal.code] ?? 'warning';
  return {
    state,
    effects: [
      { type: 'feedback', tone },
      { type: 'refuse', refusal },
    ],
  };
}

/** A refused scan is recorded as well: it is the evidence from which look-alikes and bad labels are found. */
function refuseScan(state: PickState, taken: Taken, refusal: Refusal): PickStep {
  const refused = refuse(state, refusal);
  return { state, effects: [record(state, taken, refusal.code), ...refused.effects] };
}

export const pick: Flow<PickState, PickBundle> = { name: 'pick', start, step };
