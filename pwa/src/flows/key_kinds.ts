/* What kind of thing a scan key names, told by its prefix; the twin of backend/outbound/key_kinds.py. */

const KINDS: Readonly<Record<string, string>> = {
  gtin: 'product', lot: 'product', serial: 'product', loc: 'location', tote: 'tote', cart: 'cart', badge: 'badge',
  station: 'station', carton: 'carton', order: 'order', parcel: 'parcel', track: 'parcel', sscc: 'parcel',
  wave: 'wave', handover: 'handover', printer: 'printer', command: 'command', enrol: 'enrol',
};

/** The kind that the first telling key names; "text" when none does (a plain SKU, a supplier's number). */
export function keyKind(keys: readonly string[]): string {
  for (const key of keys) {
    const kind = KINDS[key.slice(0, key.indexOf(':'))];
    if (kind !== undefined) return kind;
  }
  return 'text';
}
