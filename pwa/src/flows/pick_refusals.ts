/*
 * What a picker is told: what is held, what was wanted, and where what is held belongs.
 *
 * The twin of backend/outbound/pick_refusals.py; contracts/refusals.json lists the fields.
 */

import type { Refusal } from './flow.ts';

/** A product as the card draws it; `location` is the code of the place where it lives, empty when not known. */
export interface Goods {
  kind: 'product';
  sku: string;
  name: string;
  picture: string | null;
  location: string;
}

const KINDS: Readonly<Record<string, string>> = {
  loc: 'location',
  tote: 'tote',
  gtin: 'product',
  sscc: 'logistic_unit',
  cart: 'cart',
  badge: 'badge',
  station: 'station',
  carton: 'carton',
  order: 'order',
  parcel: 'parcel',
  wave: 'wave',
  handover: 'handover',
  printer: 'printer',
  command: 'command',
  enrol: 'enrol',
  track: 'tracking',
};

/** The kind that the first telling key gives; "unknown" for plain text. */
export function kindOf(keys: readonly string[]): string {
  for (const key of keys) {
    const kind = KINDS[key.slice(0, Math.max(0, key.indexOf(':')))];
    if (kind !== undefined) return kind;
  }
  return 'unknown';
}

/** `tote:T-001` -> `T-001`; empty for none. */
export function bodyOf(key: string | null): string {
  return key === null ? '' : key.slice(key.indexOf(':') + 1);
}

/** What people read on the label: the body of the first key, else the raw text. */
export function codeOf(keys: readonly string[], raw: string): string {
  return keys[0] === undefined ? raw : bodyOf(keys[0]);
}

export function goods(sku: string, name: string, picture: string | null, location: string): Goods {
  return { kind: 'product', sku, name, picture, location };
}

function refusal(
  code: string,
  cure: string,
  parts: { expected?: object; got?: object; values?: Record<string, unknown> } = {},
): Refusal {
  return { code, expected: { ...parts.expected }, got: { ...parts.got }, cure, values: { ...parts.values } };
}

export function wrongLocation(wanted: string, got: string): Refusal {
  return refusal('WRONG_LOCATION', 'SCAN_LOCATION', {
    expected: { kind: 'location', code: wanted },
    got: { kind: 'location', code: got },
    values: { wanted, got },
  });
}

/** `merchant` is the owner of what is held, where it is another one than wanted. */
export function wrongProduct(expected: Goods, got: Goods, merchant: string | null): Refusal {
  const values = {
    wanted_sku: expected.sku,
    wanted_name: expected.name,
    sku: got.sku,
    name: got.name,
    belongs: got.location,
  };
  if (merchant === null) return refusal('WRONG_PRODUCT', 'PUT_BACK', { expected, got, values });
  return refusal('CODE_OF_OTHER_MERCHANT', 'PUT_BACK', {
    expected,
    got: { ...got, merchant },
    values: { ...values, merchant },
  });
}

export function wrongLot(sku: string, name: string, wanted: string, got: string): Refusal {
  return refusal('WRONG_LOT', 'PUT_BACK', {
    expected: { kind: 'product', sku, lot: wanted },
    got: { kind: 'product', lot: got },
    values: { sku, name, wanted, got },
  });
}

/** `wanted` is empty where any free tote would do. */
export function aboutTote(
  code: 'WRONG_TOTE' | 'TOTE_IN_USE',
  wanted: string,
  slot: number,
  got: string,
  gotSlot: number | null,
): Refusal {
  return refusal(code, code === 'WRONG_TOTE' ? 'SCAN_TOTE' : 'TAKE_EMPTY_TOTE', {
    expected: { kind: 'tote', code: wanted, slot },
    got: { kind: 'tote', code: got, slot: gotSlot },
    values: code === 'WRONG_TOTE' ? { got, slot, wanted } : { got, slot },
  });
}

export function tooMany(wanted: number, got: number, sku: string, name: string, location: string): Refusal {
  return refusal('TOO_MANY', 'PUT_BACK', {
    expected: { kind: 'quantity', quantity: wanted },
    got: { kind: 'quantity', quantity: got },
    values: { quantity: wanted, got, sku, name, location },
  });
}

export function wrongQuantity(most: number, got: number): Refusal {
  return refusal('WRONG_QUANTITY', 'ENTER_QUANTITY', {
    expected: { kind: 'quantity', quantity: most },
    got: { kind: 'quantity', quantity: got },
    values: { quantity: most, got },
  });
}

/** The goods in the hand go back to their location. */
export function aboutGoods(
  code: 'LINE_DONE' | 'ORDER_CANCELLED',
  sku: string,
  name: string,
  location: string,
  order: string,
): Refusal {
  return refusal(code, 'PUT_BACK', {
    got: { kind: 'product', sku, name, location },
    values: code === 'ORDER_CANCELLED' ? { sku, name, location, order } : { sku, name, location },
  });
}

export function wrongKind(wantedKind: string, wanted: string, gotKind: string, got: string): Refusal {
  return refusal('WRONG_KIND', 'SCAN_KIND', {
    expected: { kind: wantedKind, code: wanted },
    got: { kind: gotKind, code: got },
    values: { kind: wantedKind, got: gotKind },
  });
}

export function codeUnknown(wantedKind: string, wanted: string, got: string): Refusal {
  return refusal('CODE_UNKNOWN', 'SCAN_OTHER_CODE', {
    expected: { kind: wantedKind, code: wanted },
    got: { kind: 'unknown', code: got },
    values: { kind: wantedKind, got },
  });
}

export function productFirst(expected: Goods): Refusal {
  return refusal('PRODUCT_FIRST', 'SCAN_PRODUCT', {
    expected,
    values: { wanted_sku: expected.sku, wanted_name: expected.name },
  });
}

export function locationFirst(wanted: string): Refusal {
  return refusal('LOCATION_FIRST', 'SCAN_LOCATION', {
    expected: { kind: 'location', code: wanted },
    values: { wanted },
  });
}

export function handNotEmpty(quantity: number, wanted: string, slot: number): Refusal {
  return refusal('HAND_NOT_EMPTY', 'SCAN_TOTE', {
    expected: { kind: 'tote', code: wanted, slot },
    values: { quantity, wanted, slot },
  });
}

export function nothingToUndo(): Refusal {
  return refusal('NOTHING_TO_UNDO', 'GO_ON');
}

export function waveOver(number: string): Refusal {
  return refusal('WAVE_OVER', 'GET_WORK', { got: { kind: 'wave', number }, values: { number } });
}
