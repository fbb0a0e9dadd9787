// One check for each rule the GS1 syntax dictionary names; twin of backend/gs1/linters.py.
// Null when right, else the dictionary's name of the mistake.
import { alphanumericPair, CSET82, ibanRest, isDigits, mod10Fits } from './check_digits';
import { COUNTRY_BITS, COUNTRY_LETTERS, CURRENCY_BITS, PACKAGE_TYPE_TEXT } from './code_lists';

export type Linter = (text: string) => string | null;

const CSET39 = '#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const CSET64 = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const NON_DIGIT = 'NON_DIGIT_CHARACTER';
const COUNTRY_CODES = new Set<string>(COUNTRY_LETTERS.match(/../g));
const PACKAGE_TYPES = new Set(PACKAGE_TYPE_TEXT.split(' '));

function onlyFrom(text: string, allowed: string): boolean {
  for (const character of text) if (!allowed.includes(character)) return false;
  return true;
}

export function inBits(bits: string, code: string): boolean {
  return /^[0-9]{3}$/.test(code) && ((parseInt(bits.charAt(Number(code) >> 2), 16) >> (3 - (Number(code) & 3))) & 1) === 1;
}

export function isCountry(letters: string): boolean {
  return /^[A-Z]{2}$/.test(letters) && COUNTRY_CODES.has(letters);
}

export function monthDays(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function date(digits: number, day00: boolean): Linter {
  return (text) => {
    if (text.length !== digits) return text.length < digits ? 'DATE_TOO_SHORT' : 'DATE_TOO_LONG';
    if (!isDigits(text)) return NON_DIGIT;
    const year = digits === 8 ? Number(text.slice(0, 4)) : 2000 + Number(text.slice(0, 2));
    const month = Number(text.slice(-4, -2));
    const day = Number(text.slice(-2));
    if (month < 1 || month > 12) return 'ILLEGAL_MONTH';
    return (day === 0 && !day00) || day > monthDays(year, month) ? 'ILLEGAL_DAY' : null;
  };
}

function clock(name: string, limit: number): Linter {
  return (text) => {
    if (text.length !== 2) return name + (text.length < 2 ? '_TOO_SHORT' : '_TOO_LONG');
    if (!isDigits(text)) return NON_DIGIT;
    return Number(text) < limit ? null : 'ILLEGAL_' + name;
  };
}

function degree(name: string, limit: number): Linter {
  return (text) => {
    if (text.length !== 10) return name + '_INVALID_LENGTH';
    if (!isDigits(text)) return NON_DIGIT;
    return Number(text) <= limit ? null : 'INVALID_' + name;
  };
}

function rule(mistake: string, right: (text: string) => boolean): Linter {
  return (text) => (right(text) ? null : mistake);
}

function digitsThen(right: Linter): Linter {
  return (text) => (text && !isDigits(text) ? NON_DIGIT : right(text));
}

function gcp(text: string): string | null {
  if (text.length < 4) return 'TOO_SHORT_FOR_GCP';
  return isDigits(text.slice(0, 4)) ? null : 'INVALID_GCP_PREFIX';
}

export const LINTERS: Record<string, Linter> = {
  csetnumeric: rule(NON_DIGIT, (text) => !text || isDigits(text)),
  cset82: rule('INVALID_CSET82_CHARACTER', (text) => onlyFrom(text, CSET82)),
  cset39: rule('INVALID_CSET39_CHARACTER', (text) => onlyFrom(text, CSET39)),
  cset64: (text) => {
    const body = text.replace(/=+$/, '');
    if (!onlyFrom(body, CSET64)) return 'INVALID_CSET64_CHARACTER';
    const padding = text.length - body.length;
    return padding && (padding > 2 || text.length % 3) ? 'INVALID_CSET64_PADDING' : null;
  },
  csum: (text) => {
    if (!text) return 'TOO_SHORT_FOR_CHECK_DIGIT';
    if (!isDigits(text)) return NON_DIGIT;
    return mod10Fits(text) ? null : 'INCORRECT_CHECK_DIGIT';
  },
  csumalpha: (text) => {
    if (text.length < 2) return 'TOO_SHORT_FOR_CHECK_PAIR';
    const body = text.slice(0, -2);
    if (!onlyFrom(body, CSET82)) return 'INVALID_CSET82_CHARACTER';
    return alphanumericPair(body) === text.slice(-2) ? null : 'INCORRECT_CHECK_PAIR';
  },
  gcppos1: gcp,
  gcppos2: (text) => gcp(text.slice(1)),
  yymmd0: date(6, true),
  yymmdd: date(6, false),
  yyyymmd0: date(8, true),
  yyyymmdd: date(8, false),
  hh: clock('HOUR', 24),
  mi: clock('MINUTE', 60),
  ss: clock('SECOND', 60),
  hhmi: (text) => {
    if (text.length !== 4) return 'HOUR_WITH_MINUTE_TOO_' + (text.length < 4 ? 'SHORT' : 'LONG');
    if (!isDigits(text)) return NON_DIGIT;
    if (Number(text.slice(0, 2)) > 23) return 'ILLEGAL_HOUR';
    return Number(text.slice(2)) < 60 ? null : 'ILLEGAL_MINUTE';
  },
  iban: (text) => {
    if (text.length <= 10) return 'IBAN_TOO_SHORT';
    if (!isCountry(text.slice(0, 2))) return 'ILLEGAL_IBAN_COUNTRY_CODE';
    if (!/^[0-9A-Z]+$/.test(text)) return 'INVALID_IBAN_CHARACTER';
    return ibanRest(text) === 1 ? null : 'INCORRECT_IBAN_CHECKSUM';
  },
  importeridx: (text) => {
    if (text.length !== 1) return 'IMPORTER_IDX_MUST_BE_ONE_CHARACTER';
    return CSET64.includes(text) ? null : 'INVALID_IMPORT_IDX_CHARACTER';
  },
  iso3166: rule('NOT_ISO3166', (text) => inBits(COUNTRY_BITS, text)),
  iso3166999: rule('NOT_ISO3166_OR_999', (text) => text === '999' || inBits(COUNTRY_BITS, text)),
  iso3166alpha2: rule('NOT_ISO3166_ALPHA2', isCountry),
  iso4217: rule('NOT_ISO4217', (text) => inBits(CURRENCY_BITS, text)),
  iso5218: rule('INVALID_BIOLOGICAL_SEX_CODE', (text) => /^[0129]$/.test(text)),
  latitude: degree('LATITUDE', 1800000000),
  longitude: degree('LONGITUDE', 3600000000),
  mediatype: rule('INVALID_MEDIA_TYPE', (text) => /^(0[1-9]|10|[89][0-9])$/.test(text)),
  packagetype: rule('INVALID_PACKAGE_TYPE', (text) => PACKAGE_TYPES.has(text)),
  winding: rule('INVALID_WINDING_DIRECTION', (text) => /^[019]$/.test(text)),
  yesno: rule('NOT_ZERO_OR_ONE', (text) => /^[01]$/.test(text)),
  hyphen: rule('NOT_HYPHEN', (text) => /^-+$/.test(text)),
  zero: rule('NOT_ZERO', (text) => /^0+$/.test(text)),
  nonzero: (text) => (isDigits(text) ? (/^0+$/.test(text) ? 'ILLEGAL_ZERO_VALUE' : null) : NON_DIGIT),
  nozeroprefix: digitsThen(rule('ILLEGAL_ZERO_PREFIX', (text) => !text.startsWith('0'))),
  hasnondigit: rule('REQUIRES_NON_DIGIT_CHARACTER', (text) => text !== '' && !isDigits(text)),
  pcenc: rule('INVALID_PERCENT_SEQUENCE', (text) => !/%(?![0-9A-Fa-f]{2})/.test(text)),
  pieceoftotal: (text) => {
    if (!text || text.length % 2) return 'INVALID_LENGTH_FOR_PIECE_OF_TOTAL';
    if (!isDigits(text)) return NON_DIGIT;
    const piece = Number(text.slice(0, text.length / 2));
    const total = Number(text.slice(text.length / 2));
    if (piece === 0) return 'ZERO_PIECE_NUMBER';
    if (total === 0) return 'ZERO_TOTAL_PIECES';
    return piece > total ? 'PIECE_NUMBER_EXCEEDS_TOTAL' : null;
  },
  posinseqslash: (text) => {
    const found = /^([0-9]+)\/([0-9]+)$/.exec(text);
    if (!found) return 'POSITION_IN_SEQUENCE_MALFORMED';
    const [, position = '', end = ''] = found;
    if (position.startsWith('0') || end.startsWith('0')) return 'ILLEGAL_ZERO_PREFIX';
    return Number(position) > Number(end) ? 'POSITION_EXCEEDS_END' : null;
  },
};
