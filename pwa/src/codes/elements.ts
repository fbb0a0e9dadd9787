// GS1 element strings; twin of backend/gs1/elements.py and application_identifiers.py. Strict: one wrong value makes
// the whole string an error.
import { AI_ROWS } from './ai_table';
import { mod10Digit } from './check_digits';
import { LINTERS, monthDays } from './linters';

export const SEPARATOR = '\x1d';
export const REFERENCE_YEAR = 2026;
export const AGAIN = 'Scan again or type the number.';

interface Component {
  min: number;
  max: number;
  optional: boolean;
  checks: string[];
}

interface ApplicationIdentifier {
  predefined: boolean;
  linkAttribute: boolean;
  components: Component[];
  min: number;
  max: number;
  /** Digital Link qualifiers, each way in its order; null when the AI is no key. */
  ways: string[][] | null;
}

export interface ElementReading {
  /** AI to value in the order read; on an error what was read before it. */
  elements: Map<string, string>;
  error: string | null;
}

const CHARACTER_SETS: Record<string, string> = { N: 'csetnumeric', X: 'cset82', Y: 'cset39', Z: 'cset64' };

const WANTED: Record<string, string> = {
  cset82: 'letters, digits and !"%&\'()*+,-./:;<=>?_',
  cset39: 'capital letters, digits and #-/',
  cset64: 'letters, digits, - and _',
  yymmd0: 'a date YYMMDD, day 00 = end of month',
  yymmdd: 'a date YYMMDD',
  yyyymmdd: 'a date YYYYMMDD',
  hhmi: 'a time HHMM',
  hh: 'an hour 00-23',
  mi: 'minutes 00-59',
  ss: 'seconds 00-59',
  iso3166: 'a country number of ISO 3166',
  iso3166999: 'a country number of ISO 3166 or 999',
  iso3166alpha2: 'a country code of ISO 3166',
  iso4217: 'a currency number of ISO 4217',
  pieceoftotal: 'piece and total, piece not above total',
  packagetype: 'a package type code',
};

function readComponent(word: string): Component {
  const optional = word.startsWith('[');
  const [shape = '', ...linters] = word.replace(/[[\]]/g, '').split(',');
  const variable = shape.startsWith('..', 1);
  const max = Number(shape.slice(variable ? 3 : 1));
  let checks = [CHARACTER_SETS[shape.charAt(0)] ?? '', ...linters];
  // These look for digits themselves.
  if (shape.startsWith('N') && /^(csum|yymmd[0d])$/.test(checks[checks.length - 1] ?? '')) checks = checks.slice(1);
  return { min: variable ? 1 : max, max, optional, checks };
}

export const AIS = new Map<string, ApplicationIdentifier>();
const AI_LENGTHS = new Map<string, number>();

for (const row of AI_ROWS.split('\n')) {
  const [ais = '', flags = '', words = '', qualifiers] = row.split('|');
  const components = words.split(' ').map(readComponent);
  const entry: ApplicationIdentifier = {
    predefined: flags.includes('*'),
    linkAttribute: flags.includes('?'),
    components,
    min: components.reduce((sum, component) => sum + (component.optional ? 0 : component.min), 0),
    max: components.reduce((sum, component) => sum + component.max, 0),
    ways:
      qualifiers === undefined
        ? null
        : qualifiers
            .split('/')
            .filter(Boolean)
            .map((way) => way.split(',')),
  };
  const [first = '', last = first] = ais.split('-');
  for (let number = Number(first); number <= Number(last); number++) {
    const ai = String(number).padStart(first.length, '0');
    AIS.set(ai, entry);
    AI_LENGTHS.set(ai.slice(0, 2), ai.length);
  }
}

type Mistake = [mistake: string, linter: string, piece: string];

/** Null when the value is right, else the mistake, the linter that found it and the piece that is wrong. */
export function checkValue(entry: ApplicationIdentifier, value: string): Mistake | null {
  if (value.length < entry.min) return ['AI_TOO_SHORT', '', value];
  if (value.length > entry.max) return ['AI_TOO_LONG', '', value];
  let at = 0;
  for (const component of entry.components) {
    if (at >= value.length && component.optional) return null;
    const piece = value.slice(at, at + component.max);
    if (piece.length < component.min) return ['AI_TOO_SHORT', '', value];
    for (const name of component.checks) {
      const mistake = LINTERS[name]?.(piece) ?? null;
      if (mistake !== null) return [mistake, name, piece];
    }
    at += component.max;
  }
  return null;
}

export function describeMistake(ai: string, [mistake, linter, piece]: Mistake): string {
  const shown = piece.replaceAll(SEPARATOR, '<GS>');
  if (mistake === 'INCORRECT_CHECK_DIGIT') {
    const wanted = mod10Digit(piece.slice(0, -1));
    return `CHECK_DIGIT_WRONG: (${ai}) expected check digit ${wanted}, got ${piece.slice(-1)} in ${shown}. ${AGAIN}`;
  }
  if (!linter) {
    const { min = 0, max = 0 } = AIS.get(ai) ?? {};
    const length = min === max ? String(min) : `${min} to ${max}`;
    return `${mistake}: (${ai}) expected ${length} characters, got ${piece.length} in ${shown}. ${AGAIN}`;
  }
  const wanted = mistake === 'NON_DIGIT_CHARACTER' ? 'digits' : (WANTED[linter] ?? linter);
  return `${mistake}: (${ai}) expected ${wanted}, got ${shown}. ${AGAIN}`;
}

/** Stores one element; the error sentence when it is wrong or contradicts an earlier one. */
function take(elements: Map<string, string>, ai: string, entry: ApplicationIdentifier, value: string): string | null {
  const mistake = checkValue(entry, value);
  if (mistake) return describeMistake(ai, mistake);
  const first = elements.get(ai);
  if (first !== undefined && first !== value) {
    return `REPEATED_AI: (${ai}) expected ${first} again, got ${value}. ${AGAIN}`;
  }
  elements.set(ai, value);
  return null;
}

/** Element string without its leading FNC1. */
export function readElements(text: string): ElementReading {
  const elements = new Map<string, string>();
  if (!text) return { elements, error: `EMPTY: expected an element string, got nothing. ${AGAIN}` };
  let at = 0;
  while (at < text.length) {
    const ai = text.slice(at, at + (AI_LENGTHS.get(text.slice(at, at + 2)) ?? 0));
    const entry = AIS.get(ai);
    if (!entry) {
      const shown = text.slice(at, at + 4).replaceAll(SEPARATOR, '<GS>');
      return { elements, error: `UNKNOWN_AI: expected an application identifier, got ${shown}. ${AGAIN}` };
    }
    at += ai.length;
    let value: string;
    if (entry.predefined) {
      value = text.slice(at, at + entry.max);
      at += entry.max;
      const cut = value.indexOf(SEPARATOR);
      if (cut >= 0) value = value.slice(0, cut);
      else if (text[at] === SEPARATOR) at++;
    } else {
      const found = text.indexOf(SEPARATOR, at);
      const end = found < 0 ? text.length : found;
      value = text.slice(at, end);
      at = end + 1;
    }
    const error = take(elements, ai, entry, value);
    if (error !== null) return { elements, error };
  }
  return { elements, error: null };
}

/** The human form "(01)...(10)...". */
export function readBracketed(text: string): ElementReading {
  const elements = new Map<string, string>();
  const [before, ...pieces] = text.replaceAll('\\(', '\0').split('(');
  if (before || pieces.length === 0) {
    return { elements, error: `UNKNOWN_AI: expected (AI) first, got ${text.slice(0, 4)}. ${AGAIN}` };
  }
  for (const piece of pieces) {
    const end = piece.indexOf(')');
    const ai = end < 0 ? piece : piece.slice(0, end);
    const entry = AIS.get(ai);
    if (!entry || end < 0) {
      return { elements, error: `UNKNOWN_AI: expected an application identifier, got (${piece}. ${AGAIN}` };
    }
    const error = take(elements, ai, entry, piece.slice(end + 1).replaceAll('\0', '('));
    if (error !== null) return { elements, error };
  }
  return { elements, error: null };
}

/** "YYMMDD" to "YYYY-MM-DD": day 00 is the last of the month, the century the one within -49 to +50 of `year`. */
export function readDate(value: string, year: number): string {
  const short = Number(value.slice(0, 2));
  const apart = short - (year % 100);
  const full = year - (year % 100) + (apart < -49 ? 100 : apart > 50 ? -100 : 0) + short;
  const month = value.slice(2, 4);
  const day = value.slice(4, 6);
  const last = String(monthDays(full, Number(month)));
  return `${String(full).padStart(4, '0')}-${month}-${day === '00' ? last : day}`;
}

/** Scan keys, the trade item first. */
export function elementKeys(elements: Map<string, string>, year: number): string[] {
  const keys: string[] = [];
  for (const [ai, value] of elements) {
    if (['01', '02', '03', '8006', '8026'].includes(ai)) {
      keys.push(`gtin:${value.slice(0, 14)}`);
      break;
    }
  }
  for (const [ai, value] of elements) {
    if (ai === '10') keys.push(`lot:${value}`);
    else if (ai === '21') keys.push(`serial:${value}`);
    else if (ai === '17' || (ai === '7003' && !elements.has('17'))) keys.push(`expiry:${readDate(value, year)}`);
    else if (ai === '15') keys.push(`best_before:${readDate(value, year)}`);
    else if (ai === '30' || ai === '37') keys.push(`count:${Number(value)}`);
    else if (ai === '00') keys.push(`sscc:${value}`);
    else if (ai.startsWith('310') || ai.startsWith('311')) {
      const scale = 10 ** Number(ai[3]);
      keys.push(`${ai.startsWith('310') ? 'weight_g' : 'length_mm'}:${Math.floor((Number(value) * 2000 + scale) / (2 * scale))}`);
    }
  }
  return keys;
}
