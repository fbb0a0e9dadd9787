// GS1 Digital Link addresses; twin of backend/gs1/digital_link.py.
import { isDigits, mod10Fits } from './check_digits';
import { AGAIN, AIS, checkValue, describeMistake, type ElementReading } from './elements';

const NAMES: Record<string, string> = {
  gtin: '01', itip: '8006', cpid: '8010', gln: '414', payTo: '415', gsrnp: '8017', gsrn: '8018', gcn: '255',
  sscc: '00', gdti: '253', ginc: '401', gsin: '402', grai: '8003', giai: '8004', cpv: '22', lot: '10', ser: '21',
  exp: '17',
};

function aiOf(name: string): string {
  return Object.hasOwn(NAMES, name) ? (NAMES[name] ?? name) : name;
}

export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function refuse(sentence: string): ElementReading {
  const error = `NOT_DIGITAL_LINK: expected ${sentence}. Scan the product's own barcode.`;
  return { elements: new Map(), error };
}

/** Percent-decoding byte by byte; null for a broken sequence. */
function decode(text: string, query: boolean): string | null {
  const plain = query ? text.replaceAll('+', ' ') : text;
  if (/%(?![0-9A-Fa-f]{2})/.test(plain)) return null;
  return plain.replace(/%(..)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function inOrder(ais: string[], way: string[]): boolean {
  let place = -1;
  return ais.every((ai) => (place = way.indexOf(ai, place + 1)) >= 0);
}

export function parseDigitalLink(text: string): ElementReading {
  if (!isWebAddress(text) || !/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(text)) {
    return refuse(`an address https://host/01/..., got ${text.slice(0, 40)}`);
  }
  const [address = ''] = text.slice(text.indexOf('//') + 2).split('#', 1);
  const mark = address.indexOf('?');
  const path = mark < 0 ? address : address.slice(0, mark);
  const query = mark < 0 ? '' : address.slice(mark + 1);
  const [host = '', ...segments] = path.split('/');
  if (!/^[A-Za-z0-9.\-[\]:]+$/.test(host)) return refuse(`a host name, got ${host}`);
  let at = segments.length - 2;
  while (at >= 0 && !AIS.get(aiOf(segments[at] ?? ''))?.ways) at -= 2;
  if (at < 0) {
    const got = isCompressed(segments.at(-1) ?? '') ? 'a compressed link that only its own server can read' : text.slice(0, 40);
    return refuse(`a GS1 key such as /01/ in the path, got ${got}`);
  }
  const pairs: [string, string | null][] = [];
  for (let place = at; place < segments.length; place += 2) {
    pairs.push([aiOf(segments[place] ?? ''), decode(segments[place + 1] ?? '', false)]);
  }
  const [key = ''] = pairs[0] ?? [];
  const pathAis = pairs.slice(1).map(([ai]) => ai);
  const ways = AIS.get(key)?.ways ?? [];
  if (pathAis.length && !ways.some((way) => inOrder(pathAis, way))) {
    return refuse(`qualifiers of (${key}) in their order, got ${pathAis.join('/')}`);
  }
  for (const word of query ? query.split('&') : []) {
    const equals = word.indexOf('=');
    const ai = aiOf(equals < 0 ? word : word.slice(0, equals));
    if (equals < 0 || !isDigits(ai)) continue;
    if (!AIS.get(ai)?.linkAttribute) return refuse(`an AI allowed in the query, got ${ai}`);
    if (ways.some((way) => way.includes(ai) && pathAis.every((taken) => way.includes(taken)))) {
      return refuse(`(${ai}) in the path, got it in the query`);
    }
    pairs.push([ai, decode(word.slice(equals + 1), true)]);
  }
  return checkLink(pairs);
}

/** Six bits a sign: a byte that names the elements, then an SSCC in 60 bits or a GTIN in 47, proven by its check digit. */
function isCompressed(packed: string): boolean {
  if (!/^[\w-]{10,}$/.test(packed)) return false;
  const bytes = atob(packed.slice(0, 12).padEnd(12, 'A').replaceAll('-', '+').replaceAll('_', '/'));
  const names = bytes.charCodeAt(0);
  let bits = 0n;
  for (const byte of bytes) bits = bits * 256n + BigInt(byte.charCodeAt(0));
  const length = names ? 14 : 18;
  const digits = String(BigInt.asUintN(64, bits) >> (names ? 17n : 4n)).padStart(length, '0');
  return (names < 2 || (names < 32 && names % 16 > 9)) && digits.length === length && mod10Fits(digits);
}

function checkLink(pairs: [string, string | null][]): ElementReading {
  const elements = new Map<string, string>();
  for (const [ai, coded] of pairs) {
    const entry = AIS.get(ai);
    if (coded === null || !entry) return refuse(`percent-encoding of two hexadecimal digits in (${ai})`);
    const value = ai === '01' && [8, 12, 13].includes(coded.length) ? coded.padStart(14, '0') : coded;
    const mistake = checkValue(entry, value);
    if (mistake) return { elements, error: describeMistake(ai, mistake) };
    if (elements.has(ai)) return { elements, error: `REPEATED_AI: (${ai}) expected once, got it twice. ${AGAIN}` };
    elements.set(ai, value);
  }
  return { elements, error: null };
}
