// Check digits and check characters; twin of backend/gs1/check_digits.py. Each function returns what should stand there.

export const CSET82 = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
export const DPD_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const CSET32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7];

export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

export function mod10Digit(body: string): string {
  let total = 0;
  for (let place = body.length - 1, weight = 3; place >= 0; place--, weight = 4 - weight) {
    total += (body.charCodeAt(place) - 48) * weight;
  }
  return String((10 - (total % 10)) % 10);
}

export function mod10Fits(digits: string): boolean {
  return mod10Digit(digits.slice(0, -1)) === digits.slice(-1);
}

/** The two check characters of a GS1 alphanumeric key (GMN, AI 8013). */
export function alphanumericPair(body: string): string {
  const primes: number[] = [];
  for (let n = 2; primes.length < body.length; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  let total = 0;
  for (const character of body) total += CSET82.indexOf(character) * (primes.pop() ?? 0);
  total %= 1021;
  return CSET32.charAt(total >> 5) + CSET32.charAt(total & 31);
}

function postDigit(body: string, weights: number[]): string {
  const rest = weights.reduce((sum, weight, place) => sum + weight * Number(body[place]), 0) % 11;
  return String(rest === 0 ? 5 : rest === 1 ? 0 : 11 - rest);
}

export function s10Digit(body: string): string {
  return postDigit(body, S10_WEIGHTS);
}

export function czechPostDigit(body: string): string {
  return postDigit(body, [1, ...S10_WEIGHTS]);
}

/** ISO 7064 mod 37,36 over any alphabet of 36 characters. */
export function mod37Character(body: string, alphabet: string): string {
  let product = 36;
  for (const character of body) {
    product = (product + alphabet.indexOf(character)) % 36 || 36;
    product = (product * 2) % 37;
  }
  return alphabet.charAt((37 - product) % 36);
}

/** UPS, of the 15 characters after 1Z: letters count from A as 2. */
export function upsDigit(body: string): string {
  let total = 0;
  for (let place = 0; place < body.length; place++) {
    const code = body.charCodeAt(place);
    total += (code > 57 ? code - 63 : code - 48) * (1 + (place % 2));
  }
  return String((10 - (total % 10)) % 10);
}

/** GLS in CZ and HU; advice only. */
export function glsDigit(body: string): string {
  return String((Number(mod10Digit(body)) + 9) % 10);
}

/** ISO 7064 mod 97 of an IBAN; 1 when it fits. */
export function ibanRest(iban: string): number {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
