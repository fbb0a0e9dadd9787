/*
 * What a scanned code means at a line of a pick list, and why it is not the one that is wanted.
 *
 * The twin of backend/outbound/pick_codes.py.
 */

import type { Refusal } from './flow.ts';
import { openLines, remaining, slotOf, type PickBundle, type PickLine, type PickPlace, type PickSheet } from './pick_list.ts';
import { piecesTold } from './measured.ts';
import * as told from './pick_refusals.ts';

/** What is looked at: the lines and slots as they are now, the bundle for what lies around, the hand. */
export interface PickJob extends PickSheet {
  bundle: PickBundle;
  hand: { act: string; quantity: number } | null;
}

/** Pieces that a code stands for at this line; 0 when it is not the line's product. */
export function pieces(line: PickLine, keys: readonly string[]): number {
  for (const key of keys) {
    const code = line.codes.find((each) => each.key === key);
    if (code !== undefined) return piecesTold(code.quantity, line.product.unit, keys);
  }
  return 0;
}

/** The tote that a code names; empty for none. */
export function toteKey(keys: readonly string[]): string {
  return keys.find((key) => key.startsWith('tote:')) ?? '';
}

/** With an empty hand another open line of the same place may be begun. */
export function lineMeant(job: PickJob, inWork: PickLine, keys: readonly string[]): PickLine {
  if (job.hand !== null || pieces(inWork, keys) > 0) return inWork;
  const other = openLines(job.lines).find(
    (each) => each.location.key === inWork.location.key && pieces(each, keys) > 0,
  );
  return other ?? inWork;
}

/** What a code that is not wanted means: a product of another line first, then a neighbour. */
function readPlace(job: PickJob, keys: readonly string[]): PickPlace | null {
  const inOrder = [...job.lines].sort((one, other) => one.sequence - other.sequence || one.id - other.id);
  for (const key of keys) {
    const line = inOrder.find((each) => each.codes.some((code) => code.key === key));
    if (line !== undefined) return { ...line.product, location: line.location.code };
    const place = job.bundle.places[key];
    if (place !== undefined) return place;
  }
  return null;
}

/** The product of a line as the card draws it. */
export function wanted(line: PickLine): told.Goods {
  return told.goods(line.product.sku, line.product.name, line.product.picture, line.location.code);
}

/** Why a code is not the wanted one: another place, another product, another kind, or known to nobody. */
export function wrongCode(
  job: PickJob,
  line: PickLine,
  wantedKind: 'location' | 'product' | 'tote',
  keys: readonly string[],
  raw: string,
): Refusal {
  const code = told.codeOf(keys, raw);
  const names = {
    location: line.location.code,
    product: line.product.sku,
    tote: told.bodyOf(slotOf(job, line).tote),
  };
  const place = readPlace(job, keys);
  const kind = place === null ? told.kindOf(keys) : 'product';
  if (kind === 'location' && wantedKind !== 'tote') return told.wrongLocation(line.location.code, code);
  if (place !== null && wantedKind === 'product') {
    const got = told.goods(place.sku, place.name, place.picture, place.location);
    const isOther = place.merchant !== '' && place.merchant !== line.product.merchant;
    return told.wrongProduct(wanted(line), got, isOther ? place.merchant : null);
  }
  if (kind === 'unknown' || (kind === 'product' && place === null)) {
    return told.codeUnknown(wantedKind, names[wantedKind], raw);
  }
  return told.wrongKind(wantedKind, names[wantedKind], kind, place?.sku ?? code);
}

/** null when the code is the line's product, of its lot where the code tells one. */
export function wrongGoods(job: PickJob, line: PickLine, keys: readonly string[], raw: string): Refusal | null {
  if (pieces(line, keys) === 0) return wrongCode(job, line, 'product', keys, raw);
  const lot = keys.find((key) => key.startsWith('lot:'));
  if (line.lot === '' || lot === undefined || told.bodyOf(lot) === line.lot) return null;
  return told.wrongLot(line.product.sku, line.product.name, line.lot, told.bodyOf(lot));
}

/** null when it is the order's tote, or one that nobody is known to use for an order that has none yet. */
export function wrongTote(
  job: PickJob,
  line: PickLine,
  tote: string,
  keys: readonly string[],
  raw: string,
): Refusal | null {
  const slot = slotOf(job, line);
  if (tote === '') return wrongCode(job, line, 'tote', keys, raw);
  const got = told.bodyOf(tote);
  const owner = job.slots.find((each) => each.tote === tote && each.slot !== slot.slot)?.slot ?? null;
  if (slot.tote !== null) {
    return tote === slot.tote ? null : told.aboutTote('WRONG_TOTE', told.bodyOf(slot.tote), slot.slot, got, owner);
  }
  const isBusy = owner !== null || job.bundle.busy_totes.includes(tote);
  return isBusy ? told.aboutTote('TOTE_IN_USE', '', slot.slot, got, owner) : null;
}

/** More pieces are held than the line still needs. */
export function tooMany(line: PickLine, held: number): Refusal {
  return told.tooMany(remaining(line), held, line.product.sku, line.product.name, line.location.code);
}
