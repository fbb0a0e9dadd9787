/* UUIDv7 for scans and acts: unique and index-friendly. Order is told by `seq`, never by these. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const DASHES = new Set([4, 6, 8, 10]);

export function uuid7(now_ms: number, random: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(16);
  random(bytes);
  let time = Math.max(0, Math.floor(now_ms));
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  let text = '';
  for (let index = 0; index < 16; index += 1) text += (DASHES.has(index) ? '-' : '') + (HEX[bytes[index] ?? 0] ?? '');
  return text;
}

export const newId = (): string => uuid7(Date.now(), (bytes) => void crypto.getRandomValues(bytes));
