// What a scanned text means: kind and keys; twin of backend/gs1/scan_keys.py, held to it by contracts/scan_keys.json.
// Nothing is guessed: healing needs a proof, a lot that may have swallowed a lost separator is withheld.
import { isDigits, mod10Digit, mod10Fits } from './check_digits';
import { isWebAddress, parseDigitalLink } from './digital_link';
import { AGAIN, elementKeys, readBracketed, readElements, REFERENCE_YEAR, SEPARATOR, type ElementReading } from './elements';
import { healKeyboard, LAYOUTS, swapCase } from './keyboards';
import { LINTERS } from './linters';
import { OWN_KINDS, readOwnCode } from './own_codes';
import { CZECH_LAYOUTS, readWeightCode, type WeightLayout } from './restricted';
import { readLettered, readTrackingDigits } from './tracking';

export interface CodeReading {
  kind: string;
  /** Best first, the plain text last. */
  keys: string[];
  /** AI to value. */
  elements: Record<string, string>;
  /** "CODE: sentence"; the keys that are given remain true. */
  error: string | null;
  /** A check digit, a check character or a known key vouches for it. */
  proven: boolean;
  /** The text as it came, when a keyboard layout had damaged it. */
  healed_from: string | null;
}

/** The shop's weight codes and the current year, for two-digit years. */
export interface Shop {
  layouts: readonly WeightLayout[];
  year: number;
}

const HERE: Shop = { layouts: CZECH_LAYOUTS, year: REFERENCE_YEAR };
/** The shop of the open work: a bundle may bring the weight codes of its merchant. */
export function shopOf(bundle: unknown): Shop {
  const told = (bundle as { layouts?: readonly { pattern: string; g_per_unit: number }[] } | null | undefined)?.layouts;
  if (told === undefined || told.length === 0) return HERE;
  return { ...HERE, layouts: told.map(({ pattern, g_per_unit }) => ({ pattern, gPerUnit: g_per_unit })) };
}
const KIND_BY_PREFIX: Record<string, string> = { gtin: 'gtin', sscc: 'sscc', track: 'tracking', text: 'text' };
for (const [kind, prefix] of Object.values(OWN_KINDS)) KIND_BY_PREFIX[prefix] = kind;
const DAMAGE = /[+=%"'!;]|[^\x00-\x7f]/;

function reading(kind: string, keys: string[], more: Partial<CodeReading> = {}): CodeReading {
  return { kind, keys, elements: {}, error: null, proven: false, healed_from: null, ...more };
}

/** Reads one scanned or typed text; `known` are the keys the open work expects. */
export function readCode(text: string, known?: ReadonlySet<string> | null, shop: Shop = HERE): CodeReading {
  const raw = text.replace(/^[ \t\r\n\u00a0\ufeff]+|[ \t\r\n\u00a0\ufeff]+$/g, '');
  if (!raw) return reading('unknown', [], { error: 'EMPTY: expected a code, got nothing. Scan again.' });
  const expected = known?.size ? known : null;
  const found = settle(read(raw, shop), expected);
  if ((found.proven && !expected) || isDigits(raw)) return found;
  if (expected && found.keys.some((key) => expected.has(key))) return found;
  return expected || DAMAGE.test(raw) ? heal(raw, found, expected, shop) : found;
}

/** The one healed reading that is proven, else `before`. Two different proofs prove nothing. */
function heal(raw: string, before: CodeReading, known: ReadonlySet<string> | null, shop: Shop): CodeReading {
  let found: CodeReading | null = null;
  for (const text of [raw, swapCase(raw)]) {
    for (const layout of LAYOUTS) {
      const healed = healKeyboard(text, layout);
      if (healed === null || healed === raw) continue;
      const candidate = settle(read(healed, shop), known);
      const isKnown = known !== null && candidate.keys.some((key) => known.has(key));
      if (!isKnown && (before.proven || !candidate.proven || candidate.error !== null)) continue;
      if (found && found.keys.join('\n') !== candidate.keys.join('\n')) return before;
      found = candidate;
    }
  }
  return found ? { ...found, healed_from: raw } : before;
}

/** Known keys first, and no error over a text the work is waiting for. */
function settle(found: CodeReading, known: ReadonlySet<string> | null): CodeReading {
  if (!known || !found.keys.some((key) => known.has(key))) return found;
  if (['gs1', 'digital_link', 'weight'].includes(found.kind)) return { ...found, proven: true };
  const keys = [...found.keys.filter((key) => known.has(key)), ...found.keys.filter((key) => !known.has(key))];
  const [prefix = ''] = (keys[0] ?? '').split(':', 1);
  return { ...found, kind: KIND_BY_PREFIX[prefix] ?? found.kind, keys, error: null, proven: true };
}

function read(text: string, shop: Shop): CodeReading {
  if (!text.startsWith(']')) return readPlain(text, shop);
  const symbol = text.slice(1, 3);
  const body = text.slice(3);
  if (!/^[A-Vdehijkmz][0-9a-zA-Z]$/.test(symbol)) {
    const sentence = `expected a known symbol such as ]C1 or ]E0, got ${text.slice(0, 3)}. ${AGAIN}`;
    return reading('unknown', [textKey(text)], { error: `UNKNOWN_SYMBOL: ${sentence}` });
  }
  if (!body) return reading('unknown', [], { error: `EMPTY: expected a code after ${text}, got nothing. Scan again.` });
  if (/^(C1|e0|d2|Q3|J1)$/.test(symbol)) return readGs1(body, shop);
  if (/^E[034]$/.test(symbol)) return readRetail(symbol, body, shop);
  if (symbol.startsWith('I') && /^[0-9]{14}$/.test(body) && !mod10Fits(body)) {
    return reading('gtin', [textKey(body)], { error: checkDigitError('GTIN-14', body) });
  }
  return readPlain(body, shop);
}

function textKey(text: string): string {
  return 'text:' + text.toUpperCase();
}

function readPlain(text: string, shop: Shop): CodeReading {
  if (isDigits(text)) return readDigits(text, shop);
  const own = text[1] === '.' ? readOwnCode(text) : null;
  if (own) return reading(own.kind, [own.key || textKey(text)], { error: own.error, proven: own.error === null });
  if (isWebAddress(text)) return readAddress(text, shop);
  if (text.includes(SEPARATOR)) return readGs1(text, shop);
  if (/^\([0-9]{2}/.test(text)) return judge(readBracketed(text.replaceAll(' ', '')), text, shop);
  const unmarked = startsLikeGs1(text) ? readUnmarkedGs1(text, shop) : null;
  if (unmarked) return unmarked;
  const tracking = readLettered(text.toUpperCase());
  if (!tracking) return reading('text', [textKey(text)]);
  const keys = [...tracking.numbers.map((number) => 'track:' + number), textKey(text)];
  return reading('tracking', keys, { error: tracking.error, proven: tracking.proven });
}

function checkDigitError(name: string, digits: string): string {
  const wanted = mod10Digit(digits.slice(0, -1));
  return `CHECK_DIGIT_WRONG: expected check digit ${wanted} in ${name} ${digits}, got ${digits.slice(-1)}. ${AGAIN}`;
}

function gtinKey(digits: string): string {
  return 'gtin:' + digits.padStart(14, '0');
}

function readDigits(digits: string, shop: Shop): CodeReading {
  const text = textKey(digits);
  const fits = mod10Fits(digits);
  switch (digits.length) {
    case 8:
      return readEight(digits, text);
    case 13:
      if (fits) return tradeItem(digits, text, shop);
      return reading('gtin', [text], { error: checkDigitError('EAN-13', digits) });
    case 18:
      if (fits) return reading('sscc', ['sscc:' + digits, text], { proven: true });
      return reading('sscc', [text], { error: checkDigitError('SSCC', digits) });
  }
  const tracking = readTrackingDigits(digits);
  const keys = (tracking?.numbers ?? []).map((number) => 'track:' + number);
  if (digits.length === 12 || digits.length === 14) {
    if (fits) return reading('gtin', [gtinKey(digits), ...keys, text], { proven: true });
    if (digits.length === 12 && tracking && !tracking.proven) {
      return reading('tracking', [...keys, text], { error: checkDigitError('UPC-A', digits) });
    }
  }
  if (startsLikeGs1(digits)) {
    const found = readUnmarkedGs1(digits, shop);
    if (found && (found.error === null || !keys.length)) {
      return { ...found, keys: [...found.keys.slice(0, -1), ...keys, text] };
    }
  }
  if (tracking) return reading('tracking', [...keys, text], { proven: tracking.proven });
  return reading('text', [text]);
}

/** The 12 digits of UPC-A behind eight digits of UPC-E, null when they are none. */
export function expandUpcE(digits: string): string | null {
  if (!/^[01][0-9]{7}$/.test(digits)) return null;
  const body = digits.slice(1, 6);
  const last = digits.charAt(6);
  let middle = body + '0000' + last;
  if (last <= '2') middle = body.slice(0, 2) + last + '0000' + body.slice(2);
  else if (last === '3') middle = body.slice(0, 3) + '00000' + body.slice(3);
  else if (last === '4') middle = body.slice(0, 4) + '00000' + body.slice(4);
  const full = digits.charAt(0) + middle + digits.charAt(7);
  return mod10Fits(full) ? full : null;
}

function readEight(digits: string, text: string): CodeReading {
  const keys = mod10Fits(digits) ? [gtinKey(digits)] : [];
  const upc = expandUpcE(digits);
  if (upc && !keys.includes(gtinKey(upc))) keys.push(gtinKey(upc));
  if (keys.length) return reading('gtin', [...keys, text], { proven: true });
  return reading('gtin', [text], { error: checkDigitError('EAN-8', digits) });
}

function tradeItem(digits: string, text: string, shop: Shop): CodeReading {
  const weight = digits.startsWith('2') ? readWeightCode(digits, shop.layouts) : null;
  if (!weight) return reading('gtin', [gtinKey(digits), text], { proven: true });
  const keys = ['gtin:' + weight.itemGtin, 'weight_g:' + weight.weightG, gtinKey(digits), text];
  return reading('weight', keys, { proven: true });
}

/** EAN and UPC as the symbology says: 13 digits after ]E0, 13 and an add-on after ]E3, 8 after ]E4. */
function readRetail(symbol: string, body: string, shop: Shop): CodeReading {
  const cut = body.indexOf('|]e0');
  let digits = cut < 0 ? body : body.slice(0, cut);
  const wanted = symbol === 'E4' ? 8 : 13;
  if (!isDigits(digits)) {
    const error = `SYMBOL_LENGTH: expected ${wanted} digits after ]${symbol}, got ${body}. ${AGAIN}`;
    return reading('gtin', [textKey(body)], { error });
  }
  if (symbol === 'E3') digits = digits.slice(0, 13);
  let found: CodeReading;
  if (wanted === 8 && digits.length === 8) {
    found = mod10Fits(digits)
      ? reading('gtin', [gtinKey(digits), textKey(digits)], { proven: true })
      : reading('gtin', [textKey(digits)], { error: checkDigitError('EAN-8', digits) });
  } else {
    found = readDigits(digits, shop);
    if (digits.length !== wanted) {
      const error = `SYMBOL_LENGTH: expected ${wanted} digits after ]${symbol}, got ${digits.length}. Check the scanner's setup.`;
      return { ...found, kind: 'gtin', error };
    }
  }
  if (cut < 0 || found.error !== null) return found;
  const second = readGs1(body.slice(cut + 4), shop);
  const keys = [...found.keys.slice(0, -1), ...second.keys.slice(0, -1), ...found.keys.slice(-1)];
  return { ...found, keys, elements: second.elements, error: second.error };
}

function readAddress(text: string, shop: Shop): CodeReading {
  const enrol = /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/enrol\/?#([0-9A-Za-z_.-]+)$/i.exec(text);
  if (enrol) return reading('enrol', [`enrol:${enrol[1]}`], { proven: true });
  const handover = /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/h\/([0-9A-Za-z_.-]+)\/?$/i.exec(text);
  if (handover) return reading('handover', [`handover:${handover[1]}`], { proven: true });
  const link = parseDigitalLink(text);
  if (link.error?.startsWith('NOT_DIGITAL_LINK')) return reading('text', [textKey(text)], { error: link.error });
  return { ...judge(link, text, shop), kind: 'digital_link' };
}

function startsLikeGs1(text: string): boolean {
  return /^(00[0-9]{18}|0[1-3][0-9]{14})/.test(text);
}

/** An element string without AIM prefix, or null when the text is better taken as it stands. */
function readUnmarkedGs1(text: string, shop: Shop): CodeReading | null {
  const found = readGs1(text, shop);
  if (found.error === null || Object.keys(found.elements).length) return found;
  const size = text[1] === '0' ? 20 : 16;
  return text.length === size || readElements(text.slice(size)).error === null ? found : null;
}

function readGs1(body: string, shop: Shop): CodeReading {
  let text = body.replace(/^\x1d+/, '');
  if (!body.includes(SEPARATOR) && !text.endsWith('~')) text = text.replaceAll('~', SEPARATOR);
  if (!text) return reading('gs1', [], { error: `EMPTY: expected an element string, got nothing. ${AGAIN}` });
  const found = readElements(text);
  return (text.includes(SEPARATOR) ? null : doubtLostSeparator(found, body, shop)) ?? judge(found, body, shop);
}

function judge(found: ElementReading, text: string, shop: Shop): CodeReading {
  const elements = Object.fromEntries(found.elements);
  if (found.error !== null) return reading('gs1', [textKey(text)], { elements, error: found.error });
  const keys = [...elementKeys(found.elements, shop.year), textKey(text)];
  return reading('gs1', keys, { elements, proven: keys[0]?.startsWith('gtin:') || found.elements.has('00') });
}

/** Without any separator the last open value may have swallowed what came after it: never take such a lot. */
function doubtLostSeparator(found: ElementReading, body: string, shop: Shop): CodeReading | null {
  const before = new Map(found.elements);
  let ai: string;
  let value = 'too many characters';
  if (found.error !== null) {
    if (!found.error.startsWith('AI_TOO_LONG')) return null;
    ai = found.error.slice(14, found.error.indexOf(')', 14));
  } else {
    [ai, value] = [...before].pop() ?? ['', ''];
    const tail = value.slice(-8);
    const dated = value.length > 8 && /^1[13567]/.test(tail) && LINTERS['yymmd0']?.(tail.slice(2)) === null;
    if ((ai !== '10' && ai !== '21') || !dated) return null;
    before.delete(ai);
  }
  if (!before.size) return null;
  const named = ai === '10' ? 'the lot' : ai === '21' ? 'the serial' : `(${ai})`;
  const error = `SEPARATOR_LOST: expected a separator in (${ai}), got ${value}. Confirm ${named} by hand.`;
  const keys = [...elementKeys(before, shop.year), textKey(body)];
  return reading('gs1', keys, { elements: Object.fromEntries(before), error, proven: keys[0]?.startsWith('gtin:') ?? false });
}

/** How far a reading can be trusted against another one of the same burst. */
function trust(found: CodeReading, text: string, known: ReadonlySet<string> | null | undefined): number {
  const expected = found.keys.some((key) => known?.has(key));
  const proven = found.proven && found.error === null;
  return (expected ? 8 : 0) + (proven ? 4 : 0) + (/^[ -~\x1d]+$/.test(text) ? 2 : 0) + (/^[0-9A-Z./-]+$/.test(text) ? 1 : 0);
}

/**
 * Reads one burst of a wedge scanner on a device that is not calibrated: `characters` as the layout made them,
 * `physical` as the same keys on a US keyboard (null when the text did not come key by key). The physical keys win only
 * when they make strictly more sense.
 */
export function readBurst(
  characters: string,
  physical: string | null,
  known?: ReadonlySet<string> | null,
  shop: Shop = HERE,
): CodeReading {
  const seen = readCode(characters, known, shop);
  if (physical === null || physical === characters) return seen;
  const meant = readCode(physical, known, shop);
  if (trust(meant, physical, known) <= trust(seen, seen.healed_from === null ? characters : '', known)) return seen;
  return { ...meant, healed_from: characters };
}
