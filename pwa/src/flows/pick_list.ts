/*
 * A picking job as data: the bundle of the server, and over it the acts of this device that the server has not
 * confirmed yet. Everything the screen shows is derived from the two, so that a fresh bundle never loses or doubles
 * a piece: an act that the bundle already knows is dropped from the log.
 */

import type { Bundle } from './flow.ts';

export interface PickProduct {
  id: number;
  sku: string;
  name: string;
  picture: string | null;
  unit: string;
  merchant: string;
}

export interface PickLocation {
  key: string;
  code: string;
  name: string;
  zone: string;
}

/** Pieces of one order to be taken from one location. */
export interface PickLine {
  id: number;
  sequence: number;
  order: string;
  slot: number;
  location: PickLocation;
  product: PickProduct;
  codes: { key: string; quantity: number; level: string }[];
  lot: string;
  quantity: number;
  picked: number;
  short: number;
  cancelled: boolean;
  /** The act that declared these pieces missing at another location. */
  instead_of?: string | null;
}

/** One order of the wave and its tote. */
export interface PickSlot {
  slot: number;
  order: string;
  tote: string | null;
  pieces: number;
  packed: boolean;
  cancelled: boolean;
}

export interface PickAct {
  act: string;
  line: number;
  kind: 'pick' | 'short';
  quantity: number;
  state: 'in_hand' | 'applied' | 'undone' | 'refused' | 'settled';
}

export interface PickPlace {
  sku: string;
  name: string;
  picture: string | null;
  location: string;
  merchant: string;
}

export interface PickBundle extends Bundle {
  number: string;
  mode: 'single' | 'cluster';
  version: number;
  lines: PickLine[];
  /** keys of places that this wave should leave empty */
  empties?: string[];
  slots: PickSlot[];
  acts: PickAct[];
  busy_totes: string[];
  places: Record<string, PickPlace>;
}

/** What this device has done and the bundle may not know yet. `act` is the id under which the verdict comes. */
export type LogEntry =
  | { type: 'pick'; act: string; line: number; quantity: number; tote: string }
  | { type: 'short'; act: string; line: number; quantity: number }
  | { type: 'skip'; act: string; line: number }
  | { type: 'undo'; act: string; of: string };

/** The lines and slots as they are now. */
export interface PickSheet {
  lines: PickLine[];
  slots: PickSlot[];
}

export function remaining(line: PickLine): number {
  return line.cancelled ? 0 : line.quantity - line.picked - line.short;
}

export function openLines(lines: readonly PickLine[]): PickLine[] {
  return lines
    .filter((line) => remaining(line) > 0)
    .sort((one, other) => one.sequence - other.sequence || one.id - other.id);
}

export function slotOf(sheet: PickSheet, line: PickLine): PickSlot {
  const slot = sheet.slots.find((each) => each.slot === line.slot);
  if (slot === undefined) throw new Error(`the bundle has a line of slot ${line.slot}, but no such slot`);
  return slot;
}

export function isSlotFinished(sheet: PickSheet, slot: PickSlot): boolean {
  return slot.cancelled || !sheet.lines.some((line) => line.slot === slot.slot && remaining(line) > 0);
}

/** What can be undone: act -> its line, its pieces, and whether they were picked or declared missing. */
type Done = Map<string, { line: number; quantity: number; kind: 'pick' | 'short' }>;

/** Bundle and log together. */
export function deriveSheet(bundle: PickBundle, log: readonly LogEntry[]): PickSheet {
  const lines = bundle.lines.map((line) => ({ ...line }));
  const slots = bundle.slots.map((slot) => ({ ...slot }));
  const sheet = { lines, slots };
  const settled = new Map(bundle.acts.map((each) => [each.act, each]));
  const done: Done = new Map();
  for (const each of bundle.acts) if (each.state === 'applied') done.set(each.act, each);
  for (const entry of log) applyEntry(sheet, entry, settled, done);
  return sheet;
}

function applyEntry(
  sheet: PickSheet,
  entry: LogEntry,
  settled: ReadonlyMap<string, PickAct>,
  done: Done,
): void {
  if (entry.type === 'undo') {
    const undone = done.get(entry.of);
    const line = undone && sheet.lines.find((each) => each.id === undone.line);
    if (undone === undefined || line === undefined) return;
    done.delete(entry.of);
    if (undone.kind === 'short') {
      line.short -= undone.quantity;
      for (const each of sheet.lines) if (each.instead_of === entry.of) each.cancelled = true;
      return;
    }
    line.picked -= undone.quantity;
    const slot = slotOf(sheet, line);
    slot.pieces -= undone.quantity;
    if (!sheet.lines.some((each) => each.slot === line.slot && each.picked > 0)) slot.tote = null;
    return;
  }
  const line = sheet.lines.find((each) => each.id === entry.line);
  if (line === undefined) return;
  if (entry.type === 'skip') {
    line.sequence = Math.max(...sheet.lines.map((each) => each.sequence)) + 1;
    return;
  }
  const known = settled.get(entry.act);
  if (known !== undefined && known.state !== 'in_hand') return;
  done.set(entry.act, { line: entry.line, quantity: entry.quantity, kind: entry.type });
  if (entry.type === 'short') {
    line.short += entry.quantity;
    return;
  }
  line.picked += entry.quantity;
  const slot = slotOf(sheet, line);
  slot.pieces += entry.quantity;
  slot.tote ??= entry.tote;
}

/** The entries that a fresh bundle does not make superfluous. */
export function pruneLog(bundle: PickBundle, log: readonly LogEntry[]): LogEntry[] {
  const settled = new Map(bundle.acts.map((each) => [each.act, each.state]));
  const isOpen = (act: string): boolean => (settled.get(act) ?? 'in_hand') === 'in_hand';
  return log.filter((entry) => {
    if (entry.type === 'skip') return bundle.lines.some((line) => line.id === entry.line);
    if (entry.type !== 'undo') return isOpen(entry.act);
    return settled.get(entry.of) === 'applied' || log.some((each) => each.act === entry.of && isOpen(each.act));
  });
}

/** The newest act that can still be taken back, goods in a tote or a declared shortage; undefined for none. */
export function lastAct(
  bundle: PickBundle,
  log: readonly LogEntry[],
  sheet: PickSheet,
): { act: string; line: PickLine; quantity: number } | undefined {
  const known = new Set(bundle.acts.filter((each) => each.state !== 'in_hand').map((each) => each.act));
  const undone = new Set(log.flatMap((entry) => (entry.type === 'undo' ? [entry.of] : [])));
  const acts = [
    ...bundle.acts.filter((each) => each.state === 'applied'),
    ...log.flatMap((entry) =>
      (entry.type === 'pick' || entry.type === 'short') && !known.has(entry.act) ? [entry] : [],
    ),
  ];
  for (const act of acts.reverse()) {
    const line = sheet.lines.find((each) => each.id === act.line);
    if (line === undefined || line.cancelled || undone.has(act.act) || slotOf(sheet, line).packed) continue;
    return { act: act.act, line, quantity: act.quantity };
  }
  return undefined;
}
