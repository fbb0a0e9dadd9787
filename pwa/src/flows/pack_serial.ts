/*
 * Goods with serials at the bench: one piece at a time, each with its own number. A product code that carries the serial
 * is enough; after any other the number is asked for: scanned from the piece, or typed.
 */
import { keyKind } from './key_kinds';
import type { PackBundle, PackCore, PackLine } from './pack_state';

const SERIAL_CHARACTERS = 40;

/** The serial that a code carries beside its goods; empty for none. */
export function serialOf(keys: readonly string[]): string {
  return (keys.find((key) => key.startsWith('serial:')) ?? '').slice('serial:'.length, 'serial:'.length + SERIAL_CHARACTERS);
}

/** The number that is waited for, from any code that does not mean something else here; empty when it does. */
export function serialTold(bundle: PackBundle, line: PackLine, keys: readonly string[], raw: string): string {
  const goods = (each: PackLine): boolean => each.codes.some((code) => keys.includes(code.key));
  const told = serialOf(keys);
  if (told !== '') return keys.some((key) => key.startsWith('gtin:')) && !goods(line) ? '' : told;
  const other = bundle.lines.some(goods) || keys.some((key) => bundle.places[key] !== undefined);
  const kind = keyKind(keys);
  if (other || (kind !== 'text' && kind !== 'product' && !keys.some((key) => key.startsWith('text:')))) return '';
  return raw.trim().slice(0, SERIAL_CHARACTERS);
}

/** The same number was checked for this order before. */
export function isKnown(state: PackCore, line: PackLine, serial: string): boolean {
  return state.acts.some((act) => act.serial === serial && act.line === line.id) || (line.serials ?? []).includes(serial);
}
