/* UUIDv7 for scans and acts: unique and index-friendly. Order is told by `seq`, never by these. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function uuid7(now_ms: number, random: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(16);
  random(bytes);
  const time = Math.max(0, Math.floor(now_ms)).toString(16).padStart(12, '0').slice(-12);
  const hex = (index: number): string => HEX[bytes[index] ?? 0] ?? '';
  const version = HEX[0x70 | ((bytes[6] ?? 0) & 0x0f)] ?? '';
  const variant = HEX[0x80 | ((bytes[8] ?? 0) & 0x3f)] ?? '';
  const first = `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(7)}-${variant}${hex(9)}-`;
  return first + hex(10) + hex(11) + hex(12) + hex(13) + hex(14) + hex(15);
}

export const newId = (): string => uuid7(Date.now(), (bytes) => void crypto.getRandomValues(bytes));
