/*
 * Which of a burst's two readings is the code: the characters, or the physical keys as on a US keyboard.
 *
 * A calibrated device says so by itself. Otherwise the physical keys win only when they are strictly better founded:
 * known in the open work, proven by a check digit or check character, or at least of a known kind.
 */
import type { CodeReading } from '../flows/flow';
import type { Burst } from './wedge_decoder';

export type CodeReader = (text: string, known?: ReadonlySet<string>) => CodeReading & { proven?: boolean };

export interface ReadBurst {
  reading: CodeReading;
  raw: string;
}

function founded(reading: CodeReading & { proven?: boolean }, known: ReadonlySet<string>): number {
  const isKnown = reading.keys.some((key) => known.has(key));
  const hasKind = !['text', 'unknown', 'error'].includes(reading.kind);
  return (isKnown ? 8 : 0) + (reading.proven === true ? 4 : 0) + (hasKind ? 2 : 0) + (reading.error === null ? 1 : 0);
}

export function readBurst(
  burst: Pick<Burst, 'characters' | 'physical'>,
  known: ReadonlySet<string>,
  readCode: CodeReader,
  keyboard: 'unknown' | 'characters' | 'physical' = 'unknown',
): ReadBurst {
  const { characters, physical } = burst;
  const asShown: ReadBurst = { reading: readCode(characters, known), raw: characters };
  if (physical === null || physical === '' || physical === characters || keyboard === 'characters') return asShown;
  const asPressed: ReadBurst = { reading: readCode(physical, known), raw: physical };
  if (keyboard === 'physical') return asPressed;
  return founded(asPressed.reading, known) > founded(asShown.reading, known) ? asPressed : asShown;
}

const SCAN_KEY = /^[a-z_]+:\S/;

/** Every scan key that stands in a bundle, as a value or as a name: what the open work expects. */
export function keysIn(bundle: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (SCAN_KEY.test(value)) found.add(value);
    } else if (Array.isArray(value)) value.forEach(look);
    else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) {
        if (SCAN_KEY.test(name)) found.add(name);
        look(inner);
      }
    }
  };
  look(bundle);
  return found;
}

export const BOUNCE_MS = 300;

/** The same code from the same source within 300 ms: the trigger bounced. Two equal pieces take longer than that. */
export class Bounces {
  private last: { text: string; source: string; at_ms: number } | null = null;

  isBounce(text: string, source: string, at_ms: number): boolean {
    const same = this.last?.text === text && this.last.source === source && at_ms - this.last.at_ms < BOUNCE_MS;
    if (!same) this.last = { text, source, at_ms };
    return same;
  }
}
