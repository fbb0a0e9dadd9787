/*
 * Why goods are not received, or not put there: code, expected, got, cure.
 * The twin of backend/inbound/receiving_refusals.py; contracts/refusals.json lists the fields.
 */
import type { Refusal } from './flow';

const refuse = (
  code: string, cure: string, values: Record<string, unknown> = {}, expected: Record<string, unknown> = {},
  got: Record<string, unknown> = {},
): Refusal => ({ code, expected, got, cure, values });

const goods = (sku: string, name: string): Record<string, unknown> => ({ sku, name });

const KINDS: Readonly<Record<string, string>> = {
  gtin: 'product', lot: 'product', serial: 'product', loc: 'location', tote: 'tote', cart: 'cart', badge: 'badge',
  station: 'station', carton: 'carton', order: 'order', parcel: 'parcel', track: 'parcel', sscc: 'logistic_unit',
  wave: 'wave', handover: 'handover', printer: 'printer', command: 'command', enrol: 'enrol', best_before: 'product',
  expiry: 'product', weight_g: 'product', length_mm: 'product',
};

/** The kind that the first telling key names; "text" when none does. */
export function kindOf(keys: readonly string[]): string {
  for (const key of keys) {
    const kind = KINDS[key.slice(0, key.indexOf(':'))];
    if (kind !== undefined) return kind;
  }
  return 'text';
}

export const nothingToUndo = (): Refusal => refuse('NOTHING_TO_UNDO', 'GO_ON');
export const wrongKind = (wanted: string, kind: string, code: string): Refusal =>
  refuse('WRONG_KIND', 'SCAN_KIND', { kind: wanted, got: kind }, { kind: wanted }, { kind, code });
export const receiptOver = (number: string): Refusal => refuse('RECEIPT_OVER', 'GET_WORK', { number });
export const notOnDelivery = (code: string): Refusal =>
  refuse('NOT_ON_DELIVERY', 'SET_ASIDE', { got: code }, { kind: 'product' }, { kind: 'product', code });
export const unitUnknown = (sscc: string): Refusal =>
  refuse('UNIT_UNKNOWN', 'SCAN_GOODS', { got: sscc }, { kind: 'logistic_unit' }, { code: sscc });
export const unitReceived = (sscc: string): Refusal => refuse('UNIT_RECEIVED', 'GO_ON', { got: sscc }, {}, { code: sscc });
export const unitUntold = (sscc: string, sku: string, name: string): Refusal =>
  refuse('UNIT_UNTOLD', 'SCAN_GOODS', { got: sscc, sku, name }, goods(sku, name), { code: sscc });
export const wrongQuantity = (got: number): Refusal =>
  refuse('WRONG_QUANTITY', 'ENTER_QUANTITY', { quantity: 1, got }, { quantity: 1 }, { quantity: got });
export const tooManyToPut = (left: number, got: number): Refusal =>
  refuse('WRONG_QUANTITY', 'ENTER_QUANTITY', { quantity: left, got }, { quantity: left }, { quantity: got });
export const serialNeeded = (sku: string, name: string): Refusal =>
  refuse('SERIAL_NEEDED', 'SCAN_SERIAL', { sku, name }, goods(sku, name));
export const lotDateDiffers = (lot: string, wanted: string, got: string): Refusal =>
  refuse('LOT_DATE_DIFFERS', 'CHECK_DATE', { lot, wanted, got_date: got }, { date: wanted }, { date: got });
export const serialKnown = (serial: string, place: string): Refusal =>
  refuse('SERIAL_KNOWN', 'SET_ASIDE', { serial, place }, {}, { serial, location: place });
export const notToPutAway = (code: string): Refusal =>
  refuse('NOT_TO_PUT_AWAY', 'SCAN_GOODS', { got: code }, { kind: 'product' }, { kind: 'product', code });
export const whichLot = (sku: string, name: string): Refusal =>
  refuse('WHICH_LOT', 'SCAN_LOT_CODE', { sku, name }, goods(sku, name));
export const productFirst = (): Refusal => refuse('GOODS_FIRST', 'SCAN_GOODS', {}, { kind: 'product' });

const PLACE_CODES: Readonly<Record<string, string>> = {
  kind: 'PLACE_UNFIT', blocked: 'PLACE_BLOCKED', zone: 'PLACE_OTHER_ZONE', look_alike: 'PLACE_LOOK_ALIKE',
  mixed_lots: 'PLACE_OTHER_LOT', weight: 'PLACE_TOO_WEAK',
};
export const placeUnfit = (why: string, location: string, name: string): Refusal =>
  refuse(
    PLACE_CODES[why] ?? 'PLACE_UNFIT', 'OTHER_PLACE', { location, why, name }, { kind: 'location' },
    { kind: 'location', location },
  );
