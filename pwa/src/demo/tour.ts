/*
 * The codes of the guided story as values. The server names what is open now; what was picked a moment ago is needed
 * once more at the bench, so the page remembers the picks it has seen.
 */
export interface Card {
  name: string;
  code: string;
}
export interface Person extends Card {
  role: string;
  pin: string;
}
export interface PickCode {
  level: string;
  quantity: number;
  gtin: string;
}
export interface TourPick {
  wave: string;
  sku: string;
  name: string;
  quantity: number;
  place: string;
  place_code: string;
  codes: PickCode[];
}
export interface TourParcel {
  number: string;
  order: string;
  state: string;
  code: string;
}
export interface TourDelivery {
  reference: string;
  supplier: string;
  lines: { sku: string; name: string; quantity: number; text: string; symbology: string; serials: string[] }[];
  units: string[];
}
export interface Tour {
  people: Person[];
  owner: { email?: string; password?: string };
  stations: Card[];
  cartons: Card[];
  totes: Card[];
  commands: Card[];
  picks: TourPick[];
  /** Goods in totes, waiting for the bench; absent on servers that do not tell it. */
  packs?: TourPick[];
  /** Parcels that are closed and not handed over; absent on servers that do not tell it. */
  parcels?: TourParcel[];
  /** What open deliveries wait for; absent on servers that do not tell it. */
  deliveries?: TourDelivery[];
  /** Places that put-away leads to now. */
  put_places?: Card[];
  /** Places that wait to be counted, with what lies there. */
  count_places?: (Card & { goods: { sku: string; name: string; quantity: number; gtin: string }[] })[];
}

/** Kept at most, newest last: a tour is a handful of waves. */
const REMEMBERED = 40;
const same = (a: TourPick, b: TourPick): boolean => a.wave === b.wave && a.sku === b.sku && a.place === b.place;

/** What was seen before, with the largest quantity seen of each line. */
export function remember(seen: readonly TourPick[], picks: readonly TourPick[]): TourPick[] {
  const kept = seen.map((old) => {
    const now = picks.find((each) => same(each, old));
    return now !== undefined && now.quantity > old.quantity ? now : old;
  });
  return [...kept, ...picks.filter((each) => !seen.some((old) => same(old, each)))].slice(-REMEMBERED);
}

/** A product that is not the one in turn: to see what a wrong scan does. */
export function wrongFor(picks: readonly TourPick[], now: TourPick): TourPick | undefined {
  return picks.find((each) => each.sku !== now.sku && each.codes.length > 0);
}

/** EAN-13 as it stands on goods where the GTIN has a leading zero, otherwise ITF-14 of a case. */
export function symbolOf(gtin: string): { symbology: 'ean13' | 'itf14'; text: string } {
  return gtin.length === 14 && gtin.startsWith('0') ? { symbology: 'ean13', text: gtin.slice(1) } : { symbology: 'itf14', text: gtin };
}

export const pictureOf = (symbology: string, text: string): string =>
  `/api/demo/code.svg?symbology=${symbology}&text=${encodeURIComponent(text)}`;

/** A phone cannot open an address that means "this machine". */
export const onlyHere = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host);
