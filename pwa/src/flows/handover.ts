/*
 * Handover at the dock: each parcel of one carrier is scanned on its way into the vehicle.
 *
 * A right parcel counts, a foreign or unfinished one is refused with a reason, the list of what is missing stays in
 * sight. The courier may scan the same list on an own phone; what that side loads arrives as a changed bundle. The
 * server decides the same by backend/outbound/handover.py; contracts/flows/handover.json holds both together.
 */
import type { Bundle, Effect, Flow, Input, Refusal, Step, Tone } from './flow';
import { keyKind } from './key_kinds';

export interface HandoverParcel {
  number: string;
  keys: readonly string[];
  order: string;
  /** "1/2": first of two parcels of its order */
  position: string;
  weight_g: number | null;
  loaded: boolean;
}

export interface HandoverBundle extends Bundle {
  flow: 'handover';
  number: string;
  carrier: { code: string; name: string };
  signed: boolean;
  parcels: readonly HandoverParcel[];
  /** parcels of other carriers that are ready to go, by key */
  foreign: Readonly<Record<string, { number: string; carrier: string }>>;
  /** parcels that may not leave yet, by key */
  unpacked: Readonly<Record<string, { number: string; state: string }>>;
  /** parcels of orders on hold, by key; absent in a bundle of an older server */
  held?: Readonly<Record<string, { number: string; order: string; hold: string }>>;
  /** labels that an undo at the bench has made void, by key; `valid` is the number that the parcel bears now */
  void?: Readonly<Record<string, { number: string; valid: string }>>;
}

interface Act {
  act: string;
  number: string;
}

interface Core {
  bundle: HandoverBundle;
  /** numbers of loaded parcels, of both sides */
  loaded: readonly string[];
  acts: readonly Act[];
  /** refused codes, newest first: extra and wrong-carrier parcels that still stand at the dock */
  extras: readonly { code: string; parcel: string }[];
  stale: boolean;
}

export type HandoverState = Core & { path: 'handover.loading' | 'handover.complete' | 'handover.signed' };

const EXTRAS_SHOWN = 20;

export function missing(state: HandoverState): HandoverParcel[] {
  return state.bundle.parcels.filter((parcel) => !state.loaded.includes(parcel.number));
}

export function progress(state: HandoverState): { loaded: number; expected: number } {
  return { loaded: state.loaded.length, expected: state.bundle.parcels.length };
}

export function canUndo(state: HandoverState): boolean {
  return state.path !== 'handover.signed' && state.acts.length > 0;
}

function settled({ bundle, loaded, acts, extras, stale }: Core): HandoverState {
  const core = { bundle, loaded, acts, extras, stale };
  if (bundle.signed) return { ...core, path: 'handover.signed' };
  const complete = bundle.parcels.length > 0 && bundle.parcels.every((parcel) => loaded.includes(parcel.number));
  return { ...core, path: complete ? 'handover.complete' : 'handover.loading' };
}

function start(bundle: HandoverBundle): HandoverState {
  const loaded = bundle.parcels.filter((parcel) => parcel.loaded).map((parcel) => parcel.number);
  return settled({ bundle, loaded, acts: [], extras: [], stale: false });
}

function refuse(
  code: string, cure: string, values: Record<string, unknown>, expected: Record<string, unknown> = {},
): Refusal {
  const got = values['parcel'] === undefined ? {} : { kind: 'parcel', code: values['parcel'] };
  return { code, expected, got, cure, values };
}

/** Why a code is no parcel of this list; the order of the checks is the same on the server. */
function whyNot(state: HandoverState, keys: readonly string[], raw: string): Refusal {
  const expected = { kind: 'parcel', carrier: state.bundle.carrier.name };
  for (const key of keys) {
    const gone = state.bundle.void?.[key];
    if (gone !== undefined) {
      return refuse('LABEL_VOID', 'TEAR_OFF', { parcel: gone.number, valid: gone.valid || '…' }, expected);
    }
    const foreign = state.bundle.foreign[key];
    if (foreign !== undefined) {
      const values = { parcel: foreign.number, carrier: foreign.carrier };
      return refuse('WRONG_CARRIER', 'PUT_BACK_TO_CARRIER', values, expected);
    }
    const unpacked = state.bundle.unpacked[key];
    if (unpacked !== undefined) {
      const values = { parcel: unpacked.number, state: unpacked.state };
      return refuse('PARCEL_NOT_PACKED', 'BACK_TO_BENCH', values, expected);
    }
    const held = state.bundle.held?.[key];
    if (held !== undefined) {
      const values = { parcel: held.number, order: held.order, hold: held.hold };
      return refuse('PARCEL_ON_HOLD', 'PARCEL_ASIDE', values, expected);
    }
  }
  const kind = keyKind(keys);
  if (kind === 'parcel' || kind === 'text') {
    return { ...refuse('PARCEL_UNKNOWN', 'SCAN_LABEL', { got: raw }, expected), got: { kind: 'parcel', code: raw } };
  }
  return { ...refuse('WRONG_KIND', 'SCAN_KIND', { kind: 'parcel', got: kind }, expected), got: { kind, code: raw } };
}

const STANDS_AT_DOCK = ['LABEL_VOID', 'WRONG_CARRIER', 'PARCEL_NOT_PACKED', 'PARCEL_ON_HOLD', 'PARCEL_UNKNOWN'];

function refused(
  state: HandoverState, refusal: Refusal, tone: Tone, keys: readonly string[], raw: string,
): Step<HandoverState> {
  const parcel = refusal.values['parcel'] ?? raw;
  const stands = STANDS_AT_DOCK.includes(refusal.code);
  const extra = { code: refusal.code, parcel: String(parcel) };
  const others = state.extras.filter((each) => each.parcel !== extra.parcel);
  const scan = { kind: 'parcel', step: state.path, act: null, keys, raw, local: refusal.code, body: {} };
  return {
    state: stands ? { ...state, extras: [extra, ...others].slice(0, EXTRAS_SHOWN) } : state,
    effects: [{ type: 'record', scan }, { type: 'feedback', tone }, { type: 'refuse', refusal }],
  };
}

function load(state: HandoverState, keys: readonly string[], raw: string, newAct: () => string): Step<HandoverState> {
  if (keys.includes('command:undo')) return undo(state, newAct);
  if (state.bundle.signed) {
    const values = { handover: state.bundle.number };
    return refused(state, refuse('HANDOVER_SIGNED', 'NEW_HANDOVER', values), 'wrong_thing', keys, raw);
  }
  const parcel = state.bundle.parcels.find((each) => each.keys.some((key) => keys.includes(key)));
  if (parcel === undefined) return refused(state, whyNot(state, keys, raw), 'wrong_thing', keys, raw);
  if (state.loaded.includes(parcel.number)) {
    const values = { parcel: parcel.number };
    return refused(state, refuse('ALREADY_LOADED', 'GO_ON', values), 'already', keys, raw);
  }
  const act = newAct();
  const next = settled({
    ...state,
    loaded: [...state.loaded, parcel.number],
    acts: [...state.acts, { act, number: parcel.number }],
  });
  const effects: Effect[] = [
    { type: 'record', scan: { kind: 'parcel', step: state.path, act, keys, raw, local: 'ok', body: {} } },
    { type: 'feedback', tone: next.path === 'handover.complete' ? 'order' : 'piece' },
  ];
  return { state: next, effects };
}

function undo(state: HandoverState, newAct: () => string): Step<HandoverState> {
  const last = state.acts.at(-1);
  if (last === undefined || state.bundle.signed) {
    const refusal = state.bundle.signed
      ? refuse('HANDOVER_SIGNED', 'NEW_HANDOVER', { handover: state.bundle.number })
      : refuse('NOTHING_TO_UNDO', 'GO_ON', {});
    return { state, effects: [{ type: 'feedback', tone: 'already' }, { type: 'refuse', refusal }] };
  }
  const next = settled({
    ...state,
    loaded: state.loaded.filter((number) => number !== last.number),
    acts: state.acts.slice(0, -1),
  });
  const body = { of: last.act };
  const scan = { kind: 'undo', step: state.path, act: newAct(), keys: [], raw: '', local: 'ok', body };
  return { state: next, effects: [{ type: 'record', scan }, { type: 'feedback', tone: 'piece' }] };
}

/** The other side's loads join ours; after a refusal by the server its list replaces ours. */
function bundleChanged(state: HandoverState, bundle: HandoverBundle): HandoverState {
  const fresh = start(bundle);
  if (state.stale) return fresh;
  const here = state.acts.map((act) => act.number).filter((number) => !fresh.loaded.includes(number));
  const known = here.filter((number) => bundle.parcels.some((parcel) => parcel.number === number));
  return settled({ ...state, bundle, loaded: [...fresh.loaded, ...known] });
}

function step(state: HandoverState, input: Input<HandoverBundle>, newAct: () => string): Step<HandoverState> {
  switch (input.type) {
    case 'scan':
      return load(state, input.reading.keys, input.raw, newAct);
    case 'undo':
      return undo(state, newAct);
    case 'verdict': {
      const { refusal } = input.verdict;
      if (input.verdict.outcome === 'ok' || refusal === null) return { state, effects: [] };
      return {
        state: { ...state, stale: true },
        effects: [{ type: 'feedback', tone: 'wrong_thing' }, { type: 'refuse', refusal }],
      };
    }
    case 'bundle_changed':
      return { state: bundleChanged(state, input.bundle), effects: [] };
    default:
      return { state, effects: [] };
  }
}

export const handover: Flow<HandoverState, HandoverBundle> = { name: 'handover', start, step };
