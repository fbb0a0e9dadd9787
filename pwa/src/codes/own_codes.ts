// Our own codes, `L.A-04-2.R`: letter, body, check character; twin of backend/gs1/own_codes.py.
import { mod37Character } from './check_digits';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWX-.';
const COMMANDS = ['undo', 'done', 'skip', 'short'];

/** letter -> kind and prefix of the key */
export const OWN_KINDS: Record<string, [kind: string, prefix: string]> = {
  L: ['location', 'loc'],
  T: ['tote', 'tote'],
  C: ['cart', 'cart'],
  B: ['badge', 'badge'],
  S: ['station', 'station'],
  K: ['carton', 'carton'],
  O: ['order', 'order'],
  P: ['parcel', 'parcel'],
  W: ['wave', 'wave'],
  H: ['handover', 'handover'],
  R: ['printer', 'printer'],
  U: ['command', 'command'],
  E: ['enrol', 'enrol'],
};

/** Null when the text is not shaped like an own code; the key is empty when its check character is wrong. */
export function readOwnCode(raw: string): { kind: string; key: string; error: string | null } | null {
  const text = raw.toUpperCase();
  if (!/^[LTCBSKOPWHRUE]\.[0-9A-X.-]+\.[0-9A-X.-]$/.test(text)) return null;
  const [kind, prefix] = OWN_KINDS[text.charAt(0)] ?? ['', ''];
  const body = text.slice(2, -2);
  const wanted = mod37Character(text.slice(0, -1), ALPHABET);
  if (wanted !== text.slice(-1)) {
    const sentence = `expected check character ${wanted} after ${text.slice(0, -1)}, got ${text.slice(-1)}. Scan again or print a new label.`;
    return { kind, key: '', error: `CHECK_CHARACTER_WRONG: ${sentence}` };
  }
  if (kind !== 'command') return { kind, key: `${prefix}:${body}`, error: null };
  const command = body.toLowerCase();
  if (COMMANDS.includes(command)) return { kind, key: `${prefix}:${command}`, error: null };
  const error = `UNKNOWN_COMMAND: expected one of ${COMMANDS.join(', ')}, got ${command}. Print a new label.`;
  return { kind, key: '', error };
}
