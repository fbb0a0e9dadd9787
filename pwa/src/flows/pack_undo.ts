/*
 * Undo at the bench: step by step back, until the courier has signed. The twin of backend/outbound/pack_undo.py.
 *
 * A label that was checked is to be checked again; a closed parcel is opened; a piece comes out of its open parcel. Where
 * the carrier had answered, all labels of the order are void, and its parcels wait for new ones.
 */
import type { Refusal } from './flow';
import * as told from './pack_refusals';
import { RANK, replaced, withPieces } from './pack_state';
import type { PackAct, PackCore, PackParcel, PackState } from './pack_state';

export function canUndo(state: PackState): boolean {
  if (state.path === 'pack.serial') return true;
  return state.path !== 'pack.stopped' && state.path !== 'pack.on_hold' && undoRefusal(state) === null;
}

export function undoRefusal(state: PackCore): Refusal | null {
  const last = state.acts.at(-1);
  if (last === undefined) return told.nothingToUndo();
  const parcel = state.parcels.find((each) => each.uid === last.parcel);
  const left = last.kind === 'label' ? parcel : state.parcels.find((each) => each.state === 'dispatched');
  if (last.kind !== 'check' && left?.state === 'dispatched') {
    return told.aboutParcel('PARCEL_HANDED_OVER', 'CALL_OFFICE', left.number);
  }
  if (last.kind === 'label' && (parcel === undefined || RANK[parcel.state] < RANK.verified)) return told.nothingToUndo();
  return null;
}

/** The counts without the last act; `last` is that act. */
export function withoutLast(state: PackCore, last: PackAct): PackCore {
  const core: PackCore = { ...state, acts: state.acts.slice(0, -1) };
  const line = String(last.line);
  if (last.kind === 'missing') {
    return withoutLabels({ ...core, missing: { ...core.missing, [line]: (core.missing[line] ?? 0) - last.quantity } });
  }
  if (last.parcel === null) return core;
  if (last.kind === 'label') return { ...core, parcels: replaced(core.parcels, last.parcel, { state: 'labelled' }) };
  if (last.kind === 'check') return last.line === null ? core : withoutPiece(core, last.parcel, last.line, last.quantity);
  const opened = withoutLabels(core);
  const change = { state: 'open', number: null, carton: null, weight_g: null } as const;
  return { ...opened, parcels: replaced(opened.parcels, last.parcel, change), open: last.parcel };
}

function withoutPiece(core: PackCore, uid: string, line: number, quantity: number): PackCore {
  const inside = core.parcels.find((parcel) => parcel.uid === uid)?.contents ?? {};
  const contents = withPieces(inside, line, -quantity);
  const empty = Object.keys(contents).length === 0;
  return {
    ...core,
    checked: { ...core.checked, [line]: (core.checked[line] ?? 0) - quantity },
    parcels: empty ? core.parcels.filter((parcel) => parcel.uid !== uid) : replaced(core.parcels, uid, { contents }),
    open: empty ? null : uid,
  };
}

/** A carrier is asked for an order, not for a parcel: when one of its parcels is opened, all labels are void. */
function withoutLabels(core: PackCore): PackCore {
  const booked = core.parcels.filter((parcel) => RANK[parcel.state] > RANK.closed);
  if (booked.length === 0) return core;
  const uids = new Set(booked.map(({ uid }) => uid));
  const voids = Object.fromEntries(
    booked.flatMap((parcel) => ownKeys(parcel).map((key) => [key, { number: parcel.number ?? '', parcel: parcel.uid }])),
  );
  return {
    ...core,
    void: { ...core.void, ...voids },
    parcels: core.parcels.map((parcel) =>
      uids.has(parcel.uid) ? { ...parcel, state: 'closed', number: null, label_key: null } : parcel,
    ),
    acts: core.acts.filter((act) => act.kind !== 'label' || !uids.has(act.parcel ?? '')),
  };
}

/** The carrier's code and our own parcel number: a label may bear both. */
export function ownKeys(parcel: PackParcel): string[] {
  const own = [parcel.label_key, parcel.number === null ? null : `parcel:${parcel.number}`];
  return own.filter((key) => key !== null && key !== '') as string[];
}

/** A label that an undo has made void, wherever it turns up. */
export function voidLabel(state: PackCore, keys: readonly string[]): Refusal | null {
  const voids = state.void ?? {};
  const key = keys.find((each) => voids[each] !== undefined);
  const label = key === undefined ? undefined : voids[key];
  if (label === undefined) return null;
  const heir = state.parcels.find((parcel) => parcel.uid === label.parcel);
  return told.labelVoid(label.number, heir !== undefined && RANK[heir.state] > RANK.closed ? heir.number : null);
}

/** Somebody else has taken apart what was packed here: the number that a parcel had is not its own any more. */
export function takenApart(state: PackCore, news: readonly PackParcel[]): boolean {
  return state.parcels.some((parcel) => {
    const now = news.find((each) => each.uid === parcel.uid);
    return now !== undefined && parcel.state !== 'open' && (now.state === 'open' || (parcel.number !== null && parcel.number !== now.number));
  });
}
