/*
 * What receiving knows: the delivery from the server, and what was counted at the dock since. Read by receive.ts and the
 * screen.
 */
import type { Bundle } from './flow';

export interface ReceiveLine {
  id: number;
  product: number;
  sku: string;
  name: string;
  picture: string | null;
  unit: string;
  expected: number;
  received: number;
  damaged: number;
  tracking: 'none' | 'lot' | 'serial';
  dated: boolean;
  life_days: number;
  /** announced by the supplier; empty when not told */
  lot: string;
  best_before: string | null;
  /** known lots of the product, with their dates */
  lots: Readonly<Record<string, string>>;
  codes: readonly { key: string; quantity: number; level?: string }[];
}

export interface ReceiveUnit {
  sscc: string;
  received: boolean;
  parts: readonly { line: number; quantity: number; lot: string; best_before: string | null }[];
}

export interface ReceiveBundle extends Bundle {
  flow: 'receive';
  number: string;
  reference: string;
  kind: 'purchase_order' | 'advance_notice' | 'blind';
  supplier: string;
  note: string;
  dock: string;
  /** the warehouse's day, YYYY-MM-DD */
  today: string;
  lines: readonly ReceiveLine[];
  units: readonly ReceiveUnit[];
}

export type Condition = 'good' | 'damaged' | 'wrong' | 'expired';

export interface ReceiveAct {
  act: string;
  parts: readonly { line: number; quantity: number; bad: number }[];
  serial: string;
  sscc: string;
}

/** The goods in hand: one product of one lot. `acts` counted it. */
export interface Entry {
  line: number;
  lot: string;
  best_before: string | null;
  acts: readonly string[];
}

/** Scanned, and not booked yet: something must be told or agreed to first. */
export interface Pending {
  line: number;
  quantity: number;
  lot: string;
  best_before: string | null;
  serial: string;
  act: string;
  reason: string;
}

/** Lot, date or serial that was scanned before the goods. */
export interface Held {
  lot: string;
  best_before: string | null;
  serial: string;
}

export interface ReceiveCore {
  bundle: ReceiveBundle;
  /** pieces counted here that the bundle does not know yet, by line */
  added: Readonly<Record<string, { pieces: number; bad: number }>>;
  acts: readonly ReceiveAct[];
  current: Entry | null;
  pending: Pending | null;
  held: Held;
  /** why the pending goods are asked about: more, short_life, expired */
  ask: string | null;
  condition: Condition;
  reason: string;
  /** lines of which more than expected was agreed to */
  over: readonly number[];
  units: readonly string[];
  serials: readonly string[];
  /** "product:lot" -> date of the lots that were counted here; the books know them as well */
  dates?: Readonly<Record<string, string | null>>;
  unknown: { keys: readonly string[]; raw: string } | null;
  finishing: boolean;
  finished: boolean;
  stale: boolean;
}

export interface Packaging {
  level: string;
  /** pieces in it */
  quantity: number;
}

/** What of the goods may get a label: a piece, and each pack and case that has a code of its own. */
export function packagings(line: ReceiveLine): Packaging[] {
  const found: Packaging[] = [];
  for (const { level, quantity } of line.codes) {
    const packed = level !== undefined && level !== 'each' && quantity > 1;
    if (packed && found.every((each) => each.level !== level)) found.push({ level, quantity });
  }
  return [{ level: 'each', quantity: 1 }, ...found.sort((one, other) => one.quantity - other.quantity)];
}

/** Serials of the goods in hand, in the order in which they were scanned. */
export function serialsInHand(state: ReceiveCore): string[] {
  return state.acts.filter(({ act, serial }) => serial !== '' && state.current?.acts.includes(act) === true).map(({ serial }) => serial);
}

export type ReceivePath =
  | 'receive.scan' | 'receive.lot' | 'receive.date' | 'receive.serial' | 'receive.ask' | 'receive.unknown'
  | 'receive.finish' | 'receive.done';
export type ReceiveState = ReceiveCore & { path: ReceivePath };

export const NOTHING_HELD: Held = { lot: '', best_before: null, serial: '' };

export function lineOf(state: ReceiveCore, id: number | undefined): ReceiveLine | undefined {
  return state.bundle.lines.find((line) => line.id === id);
}

/** Which step the state stands at. */
export function pathOf(core: ReceiveCore): ReceivePath {
  if (core.finished) return 'receive.done';
  if (core.finishing) return 'receive.finish';
  if (core.unknown !== null) return 'receive.unknown';
  const { pending } = core;
  const line = lineOf(core, pending?.line);
  if (pending === null || line === undefined) return 'receive.scan';
  if (line.tracking === 'serial' && pending.serial === '') return 'receive.serial';
  if (line.tracking === 'lot' && pending.lot === '') return 'receive.lot';
  if (line.dated && pending.best_before === null) return 'receive.date';
  return core.ask === null ? 'receive.scan' : 'receive.ask';
}

/** The date of a lot: as the books knew it, else as it was counted here first. */
export function dateOfLot(state: ReceiveCore, line: ReceiveLine, lot: string): string | null {
  return line.lots[lot] ?? state.dates?.[`${line.product}:${lot}`] ?? null;
}

/** The lots that were counted here, one more among them; what is known of a lot stays. */
export function withLotDate(state: ReceiveCore, line: ReceiveLine, lot: string, date: string | null): ReceiveCore['dates'] {
  const key = `${line.product}:${lot}`;
  const dates = state.dates ?? {};
  return lot === '' || line.tracking !== 'lot' || key in dates ? dates : { ...dates, [key]: date };
}

export function received(state: ReceiveCore, line: ReceiveLine): number {
  return line.received + (state.added[line.id]?.pieces ?? 0);
}

export function damaged(state: ReceiveCore, line: ReceiveLine): number {
  return line.damaged + (state.added[line.id]?.bad ?? 0);
}

export function room(state: ReceiveCore, line: ReceiveLine): number {
  return Math.max(0, line.expected - received(state, line));
}

/** Pieces of the goods in hand that were counted so far. */
export function counted(state: ReceiveCore): number {
  const { current } = state;
  if (current === null) return 0;
  return state.acts
    .filter((act) => current.acts.includes(act.act))
    .reduce((sum, act) => sum + act.parts.reduce((inner, part) => inner + part.quantity, 0), 0);
}

export function progress(state: ReceiveCore): { received: number; expected: number; missing: number; lines: number } {
  let all = 0;
  let expected = 0;
  let missing = 0;
  let lines = 0;
  for (const line of state.bundle.lines) {
    all += received(state, line);
    expected += line.expected;
    missing += room(state, line);
    if (room(state, line) > 0) lines += 1;
  }
  return { received: all, expected, missing, lines };
}

export function canUndo(state: ReceiveState): boolean {
  return state.path !== 'receive.done' && (state.acts.length > 0 || state.path !== 'receive.scan');
}

/** `good`, `short_life` or `expired` on the warehouse's day. */
export function lifeOf(line: ReceiveLine, bestBefore: string | null, today: string): 'good' | 'short_life' | 'expired' {
  if (bestBefore === null) return 'good';
  if (bestBefore < today) return 'expired';
  const least = new Date(`${today}T00:00:00Z`);
  least.setUTCDate(least.getUTCDate() + line.life_days);
  return bestBefore < least.toISOString().slice(0, 10) ? 'short_life' : 'good';
}

/** What a code tells beside the product: lot, date, serial, weight and count. */
export function toldBy(keys: readonly string[]): Held & { count: number } {
  const body = (prefix: string): string | undefined =>
    keys.find((key) => key.startsWith(`${prefix}:`))?.slice(prefix.length + 1);
  return {
    lot: (body('lot') ?? '').slice(0, 40),
    best_before: body('best_before') ?? body('expiry') ?? null,
    serial: (body('serial') ?? '').slice(0, 40),
    count: Number(body('count') ?? 0),
  };
}

/** Lines that the code names; of one product announced in two lots the told one, then the one with room. */
export function lineFor(state: ReceiveCore, keys: readonly string[], lot: string): { line: ReceiveLine; quantity: number } | null {
  const found = state.bundle.lines.flatMap((line) => {
    const code = line.codes.find((each) => keys.includes(each.key));
    return code === undefined ? [] : [{ line, quantity: code.quantity }];
  });
  const best = found.find(({ line }) => lot !== '' && line.lot === lot)
    ?? found.find(({ line }) => room(state, line) > 0);
  return best ?? found[0] ?? null;
}

export function questionOf(state: ReceiveCore, line: ReceiveLine, pending: Pending): string | null {
  const life = lifeOf(line, pending.best_before, state.bundle.today);
  const agreed = state.current?.line === line.id && state.current.best_before === pending.best_before;
  if (life !== 'good' && !agreed) return life;
  const pieces = line.tracking === 'serial' ? 1 : pending.quantity;
  const more = line.expected > 0 && pieces > room(state, line) && !state.over.includes(line.id);
  return more ? 'more' : null;
}
