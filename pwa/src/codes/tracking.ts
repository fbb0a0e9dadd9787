// Carrier tracking numbers; twin of backend/gs1/tracking.py.
import { czechPostDigit, DPD_ALPHABET, glsDigit, mod10Digit, mod37Character, s10Digit, upsDigit } from './check_digits';
import { isCountry } from './linters';

export interface TrackingReading {
  carrier: string;
  /** Best first; none when there is an error. */
  numbers: string[];
  proven: boolean;
  error: string | null;
}

function right(carrier: string, numbers: string[], proven: boolean): TrackingReading {
  return { carrier, numbers, proven, error: null };
}

function judged(carrier: string, number: string, wanted: string, got: string, shown = number): TrackingReading {
  if (wanted === got) return right(carrier, [number], true);
  const sentence = `expected check digit ${wanted}, got ${got} in ${shown}. Scan again or type the number.`;
  return { carrier, numbers: [], proven: false, error: `CHECK_DIGIT_WRONG: ${sentence}` };
}

/** A number with at least one letter, in capitals; spaces as printed are allowed. */
export function readLettered(text: string): TrackingReading | null {
  const number = text.replaceAll(' ', '');
  if (/^[A-Z]{2}[0-9]{10}[A-Z]$/.test(number)) {
    return judged('cpost', number, czechPostDigit(number.slice(2, 11)), number.charAt(11));
  }
  if (/^[A-Z]{2}[0-9]{9}[A-Z]{2}$/.test(number)) {
    if (!isCountry(number.slice(11))) return null;
    return judged('s10', number, s10Digit(number.slice(2, 10)), number.charAt(10));
  }
  if (/^Z[0-9]{10}$/.test(number)) return right('packeta', [number], false);
  if (/^([0-9]{14}|[0-9]{27})[A-Z]$/.test(number)) {
    const parcel = number.length === 15 ? number.slice(0, 14) : number.slice(7, 21);
    return judged('dpd', parcel, mod37Character(number.slice(0, -1), DPD_ALPHABET), number.slice(-1), number);
  }
  if (/^%[0-9]{27}$/.test(number)) return right('dpd', [number.slice(8, 22)], false);
  if (/^1Z[0-9A-Z]{15}[0-9]$/.test(number)) return judged('ups', number, upsDigit(number.slice(2, 17)), number.slice(-1));
  if (/^(J(JD|D|VGL)[0-9]{10,21}|GM[0-9]{16,20})$/.test(number)) return right('dhl', [number], false);
  if (/^CLFOX[0-9]{8,20}$/.test(number)) return right('foxpost', [number], false);
  if (/^(P[BN][0-9A-Z]{11}|JJH[0-9A-Z]{17}|[ER]L[0-9]{14})$/.test(number)) return right('magyar_posta', [number], false);
  return null;
}

/** A number of digits only, by its length. */
export function readTrackingDigits(digits: string): TrackingReading | null {
  const body = digits.slice(0, -1);
  const last = digits.slice(-1);
  switch (digits.length) {
    case 11:
      return right('ppl', [digits], false);
    case 12:
      if (mod10Digit(body) === last) return right('ppl', [digits, body], true);
      return right('gls', [digits, body], glsDigit(body) === last);
    case 14:
      return right('dpd', [digits], false);
    case 15:
      return mod37Character(body, DPD_ALPHABET) === last ? right('dpd', [body], true) : null;
    case 27:
      return right('dpd', [digits.slice(7, 21)], false);
    case 28:
      return mod37Character(body, DPD_ALPHABET) === last ? right('dpd', [digits.slice(7, 21)], true) : null;
  }
  return null;
}
