/* What a refusal's card shows, whatever flow made it: what is held, what was wanted, where what is held belongs. */
import type { Refusal } from '../flows/flow';

export interface GoodsView {
  sku: string;
  name: string;
  picture: string | null;
}

export interface RefusalView {
  hold: GoodsView | null;
  wanted: GoodsView | null;
  /** Code of the place where the held thing lives; '' when not known. */
  belongs: string;
  /** Side by side: two places, totes or lots, an unknown code and the wanted one, or how many and how many wanted. */
  codes: { got: string; wanted: string } | null;
  /** Kind of code that was wanted, where no code of its own can be told: '' when not needed. */
  wantedKind: string;
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function goodsIn(side: Readonly<Record<string, unknown>>, sku: unknown, name: unknown): GoodsView | null {
  const told = text(side['name']) || text(name);
  const code = text(side['sku']) || text(sku);
  if (told === '' && code === '') return null;
  return { sku: code, name: told, picture: typeof side['picture'] === 'string' ? side['picture'] : null };
}

const ABOUT_GOODS = new Set(['WRONG_PRODUCT', 'CODE_OF_OTHER_MERCHANT', 'NOT_IN_THIS_ORDER', 'ALREADY_CHECKED', 'LINE_STOPPED']);
const ABOUT_CODES = new Set(['WRONG_LOCATION', 'WRONG_TOTE', 'WRONG_LOT']);
/** Their values name kinds; the codes themselves stand in both sides. */
const ABOUT_KINDS = new Set(['CODE_UNKNOWN', 'WRONG_KIND']);

/** `line`: the goods of the line in work, for the card of a code that nobody knows. */
export function refusalView({ code, expected, got, values }: Refusal, line: GoodsView | null = null): RefusalView {
  if (ABOUT_GOODS.has(code)) {
    return {
      hold: goodsIn(got, values['sku'], values['name']),
      wanted: goodsIn(expected, values['wanted_sku'], values['wanted_name']),
      belongs: text(values['belongs']) || text(got['location']),
      codes: null,
      wantedKind: '',
    };
  }
  const none = { hold: null, wanted: null, belongs: '', wantedKind: '' };
  if (ABOUT_CODES.has(code)) return { ...none, codes: { got: text(values['got']), wanted: text(values['wanted']) } };
  if (code === 'TOO_MANY') return { ...none, codes: { got: text(values['got']), wanted: text(values['quantity']) } };
  if (!ABOUT_KINDS.has(code)) return { ...none, codes: null };
  const unread = code === 'CODE_UNKNOWN' ? text(values['got']) : '';
  const codes = { got: text(got['code']) || unread, wanted: text(expected['code']) };
  if (codes.got !== '' && line !== null && codes.wanted === line.sku) return { ...none, codes: { ...codes, wanted: '' }, wanted: line };
  if (codes.got === '' && codes.wanted === '') return { ...none, codes: null };
  return { ...none, codes, wantedKind: codes.wanted === '' ? text(expected['kind']) : '' };
}
