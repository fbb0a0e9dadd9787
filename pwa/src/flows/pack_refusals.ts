/*
 * What a packer is told: what was expected, what came, what to do. The twin of backend/outbound/pack_refusals.py; the
 * fields are listed in contracts/refusals.json.
 */
import type { Refusal } from './flow';

type Values = Record<string, unknown>;

function refusal(code: string, cure: string, values: Values = {}, expected: Values = {}, got: Values = {}): Refusal {
  return { code, expected, got, cure, values };
}

function goods(sku: string, name: string, belongs: string): Values {
  return { kind: 'product', sku, name, location: belongs };
}

export function notInThisOrder(order: string, sku: string, name: string, belongs: string): Refusal {
  const expected = { kind: 'order', code: order };
  return refusal('NOT_IN_THIS_ORDER', 'PUT_ASIDE', { sku, name, belongs }, expected, goods(sku, name, belongs));
}

/** A foreign piece lies on the bench: the refusal that stopped the line, said again. */
export function lineStopped(stoppedBy: Refusal): Refusal {
  return { ...stoppedBy, code: 'LINE_STOPPED', expected: {} };
}

export function alreadyChecked(sku: string, name: string, checked: number): Refusal {
  const expected = { kind: 'quantity', quantity: checked };
  return refusal('ALREADY_CHECKED', 'PUT_ASIDE', { sku, name, checked }, expected, goods(sku, name, ''));
}

export function serialNeeded(sku: string, name: string): Refusal {
  return refusal('SERIAL_NEEDED', 'SCAN_SERIAL', { sku, name }, { sku, name });
}

/** A serial is in one place only. */
export function serialKnown(serial: string, place: string): Refusal {
  return refusal('SERIAL_KNOWN', 'SET_ASIDE', { serial, place }, {}, { serial, location: place });
}

export function tooMany(left: number, got: number, sku: string, name: string): Refusal {
  const values = { quantity: left, got, sku, name, location: '' };
  const expected = { kind: 'quantity', quantity: left };
  return refusal('TOO_MANY', 'SCAN_PIECES', values, expected, { kind: 'quantity', quantity: got });
}

export function wrongKind(wanted: string, got: string, code: string): Refusal {
  return refusal('WRONG_KIND', 'SCAN_KIND', { kind: wanted, got }, { kind: wanted }, { kind: got, code });
}

export function codeUnknown(wanted: string, code: string): Refusal {
  const got = { kind: 'unknown', code };
  return refusal('CODE_UNKNOWN', 'SCAN_OTHER_CODE', { kind: wanted, got: code }, { kind: wanted }, got);
}

export function cartonUnknown(key: string): Refusal {
  const code = key.slice(key.indexOf(':') + 1);
  return refusal('CARTON_UNKNOWN', 'SCAN_CARTON', { carton: code }, { kind: 'carton' }, { kind: 'carton', code });
}

export function parcelEmpty(): Refusal {
  return refusal('PARCEL_EMPTY', 'SCAN_PIECE');
}

export function weightMissing(weightG: unknown): Refusal {
  const weight_g = weightG ?? null;
  return refusal('WEIGHT_MISSING', 'WEIGH', { weight_g }, { kind: 'weight' }, { kind: 'weight', weight_g });
}

/** `valid` is the number that the parcel bears now, three dots while it has none. */
export function labelVoid(parcel: string, valid: string | null): Refusal {
  return refusal('LABEL_VOID', 'TEAR_OFF', { parcel, valid: valid || '…' }, {}, { kind: 'parcel', code: parcel });
}

/** PARCEL_CLOSED, LABEL_NOT_READY, PARCEL_HANDED_OVER: `parcel` is its number, empty before it has one. */
export function aboutParcel(code: string, cure: string, parcel: string | null): Refusal {
  return refusal(code, cure, { parcel: parcel ?? '' }, {}, { kind: 'parcel', code: parcel ?? '' });
}

export function labelOfOtherParcel(parcel: string | null, code: string): Refusal {
  const expected = { kind: 'parcel', code: parcel ?? '' };
  const values = { parcel: parcel ?? '', got: code };
  return refusal('LABEL_OF_OTHER_PARCEL', 'SWAP_LABEL', values, expected, { kind: 'parcel', code });
}

export function orderOnHold(order: string, hold: string): Refusal {
  return refusal('ORDER_ON_HOLD', 'CALL_OFFICE', { order, hold }, {}, { kind: 'order', code: order });
}

/** The bundle's own word: ORDER_ON_HOLD or ORDER_CANCELLED. */
export function orderStopped(code: string, order: string, hold: string): Refusal {
  if (code === 'ORDER_ON_HOLD') return orderOnHold(order, hold);
  return refusal(code, 'PUT_BACK', { order }, {}, { kind: 'order', code: order });
}

export function nothingToUndo(): Refusal {
  return refusal('NOTHING_TO_UNDO', 'GO_ON');
}
