/*
 * What packing knows: the bundle from the server, and what was done at the bench since. Read by pack.ts and the screen.
 */
import type { Bundle, Refusal } from './flow';
import { piecesTold } from './measured';
import * as told from './pack_refusals';

export interface PackLine {
  id: number;
  sku: string;
  name: string;
  picture: string | null;
  /** stock unit; goods in g or mm are counted by what their code tells */
  unit?: string;
  /** goods with serials are checked piece by piece, each with its number */
  tracking?: string;
  /** numbers that are in this order's parcels already */
  serials?: readonly string[];
  codes: readonly { key: string; quantity: number; level?: string }[];
  wanted: number;
  checked: number;
}

export type ParcelState = 'open' | 'closed' | 'labelled' | 'verified' | 'loaded' | 'dispatched';

export interface PackParcel {
  uid: string;
  number: string | null;
  position: number;
  state: ParcelState;
  carton: string | null;
  weight_g: number | null;
  /** order line id -> pieces */
  contents: Readonly<Record<string, number>>;
  label_key: string | null;
}

export interface Carton {
  key: string;
  code: string;
  name: string;
  tare_g: number;
}

export interface PackBundle extends Bundle {
  flow: 'pack';
  order: { number: string; buyer: string; carrier: string; carrier_name: string; service: string };
  station: string;
  tote: string | null;
  lines: readonly PackLine[];
  cartons: readonly Carton[];
  parcels: readonly PackParcel[];
  /** whether a parcel must be weighed before it is closed */
  weigh: boolean;
  /** whether the merchant sends what is there when a piece is missing */
  partial: boolean;
  /** why the order may not be packed now: ORDER_ON_HOLD, ORDER_CANCELLED; null when it may */
  stopped: string | null;
  /** the code of the hold, when it is on hold */
  hold: string | null;
  places: Readonly<Record<string, { sku: string; name: string; belongs: string }>>;
  /** what was done at the bench and not undone, in its order; absent in a bundle of an older server */
  acts?: readonly PackAct[];
  /** labels that an undo has made void, by key */
  void?: Voids;
}

/** Scan key of a void label -> the number on it, and the uid of the parcel that goes on under another. */
export type Voids = Readonly<Record<string, { number: string; parcel: string }>>;

export interface PackAct {
  act: string;
  kind: 'check' | 'missing' | 'close' | 'label';
  parcel: string | null;
  line: number | null;
  quantity: number;
  serial?: string;
}

export interface PackCore {
  bundle: PackBundle;
  checked: Readonly<Record<string, number>>;
  missing: Readonly<Record<string, number>>;
  parcels: readonly PackParcel[];
  /** uid of the parcel that the next piece goes into; null until a piece opens one */
  open: string | null;
  acts: readonly PackAct[];
  /** absent in a state that was stored before there were any */
  void?: Voids;
  /** the server refused something taken here: the next bundle replaces everything */
  stale: boolean;
}

export type PackState = PackCore &
  (
    | { path: 'pack.checking' }
    | { path: 'pack.serial'; line: number; keys: readonly string[]; raw: string }
    | { path: 'pack.stopped'; refusal: Refusal }
    | { path: 'pack.carton' }
    | { path: 'pack.weight'; carton: string | null }
    | { path: 'pack.await_label' }
    | { path: 'pack.label'; parcel: string }
    | { path: 'pack.on_hold'; refusal: Refusal }
    | { path: 'pack.done' }
  );

/** How far a parcel has come. */
export const RANK: Readonly<Record<ParcelState, number>> = {
  open: 0, closed: 1, labelled: 2, verified: 3, loaded: 4, dispatched: 5,
};
/** Pieces of a line that are to be in this order's parcels. */
export function wanted(state: PackCore, line: PackLine): number {
  return line.wanted - (state.missing[line.id] ?? 0);
}

export function left(state: PackCore, line: PackLine): number {
  return wanted(state, line) - (state.checked[line.id] ?? 0);
}

export function progress(state: PackCore): { checked: number; wanted: number } {
  let checked = 0;
  let all = 0;
  for (const line of state.bundle.lines) {
    checked += state.checked[line.id] ?? 0;
    all += wanted(state, line);
  }
  return { checked, wanted: all };
}

/** Lines for the count-down: unfinished first, each with what is left. */
export function countdown(state: PackCore): { line: PackLine; left: number; wanted: number }[] {
  return state.bundle.lines
    .map((line) => ({ line, left: left(state, line), wanted: wanted(state, line) }))
    .sort((a, b) => Number(a.left === 0) - Number(b.left === 0));
}

/** The parcel on the bench: the open one, or the one whose label is being checked. */
export function currentParcel(state: PackState): PackParcel | null {
  const uid = state.path === 'pack.label' ? state.parcel : state.open;
  return state.parcels.find((parcel) => parcel.uid === uid) ?? null;
}

/** Parcels with something in them, in order, and how many the order has so far. */
export function closedParcels(state: PackCore): PackParcel[] {
  return state.parcels.filter((parcel) => parcel.state !== 'open');
}

export function canCloseParcel(state: PackState): boolean {
  return state.path === 'pack.checking' && state.open !== null;
}

export function piecesLeft(state: PackCore): number {
  return state.bundle.lines.reduce((sum, line) => sum + left(state, line), 0);
}

/** Where the work stands, read from the counts alone. */
export function settled({ bundle, checked, missing, parcels, open, acts, stale, void: voids = {} }: PackCore): PackState {
  const core = { bundle, checked, missing, parcels, open, acts, stale, void: voids };
  if (bundle.stopped !== null) {
    const refusal = told.orderStopped(bundle.stopped, bundle.order.number, bundle.hold ?? '');
    return { ...core, path: 'pack.on_hold', refusal };
  }
  if (piecesLeft(core) > 0) return { ...core, path: 'pack.checking' };
  if (core.open !== null) return { ...core, path: 'pack.carton' };
  const waiting = core.parcels.filter((parcel) => RANK[parcel.state] < RANK.verified);
  const labelled = waiting.find((parcel) => parcel.state === 'labelled');
  if (labelled !== undefined) return { ...core, path: 'pack.label', parcel: labelled.uid };
  return { ...core, path: waiting.length > 0 ? 'pack.await_label' : 'pack.done' };
}

/** Numbers on labels that are to be torn off. */
export function voidNumbers(state: PackCore): string[] {
  return [...new Set(Object.values(state.void ?? {}).map(({ number }) => number))];
}

export function replaced(parcels: readonly PackParcel[], uid: string, change: Partial<PackParcel>): PackParcel[] {
  return parcels.map((parcel) => (parcel.uid === uid ? { ...parcel, ...change } : parcel));
}

type Contents = Readonly<Record<string, number>>;

export function withPieces(contents: Contents, line: number, quantity: number): Contents {
  const { [line]: before = 0, ...others } = contents;
  return before + quantity > 0 ? { ...others, [line]: before + quantity } : others;
}

/** The line that a code counts for: the first with room for all its pieces. A value tells why there is none. */
export function lineFor(state: PackCore, keys: readonly string[]): { line: PackLine; quantity: number } | Refusal | null {
  for (const key of keys) {
    const found = state.bundle.lines.flatMap((line) =>
      line.codes
        .filter((code) => code.key === key)
        .map((code) => ({ line, quantity: piecesTold(code.quantity, line.unit, keys) })),
    );
    const fits = found.find(({ line, quantity }) => left(state, line) >= quantity);
    if (fits !== undefined) return fits;
    const first = found[0];
    if (first === undefined) continue;
    const { sku, name } = first.line;
    const room = found.find(({ line }) => left(state, line) > 0);
    if (room !== undefined) return told.tooMany(left(state, room.line), room.quantity, sku, name);
    return told.alreadyChecked(sku, name, wanted(state, first.line));
  }
  return null;
}
