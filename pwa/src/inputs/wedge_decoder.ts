/*
 * Turns key events and committed text of a scanner into code texts, without any clock of its own.
 *
 * Nothing is ever dropped because of a gap between characters: a busy device stretches gaps, and a reset by time loses
 * scans. A burst ends with Enter or Tab; when no end mark has ever been seen, after 120 ms of silence. Two readings are
 * kept: the characters that the layout made, and the physical keys read as a US keyboard.
 */

export const GS = '\u001d';
export const SILENCE_MS = 120;
export const SILENCE_UNKNOWN_MS = 400;
export const UNFINISHED_MS = 3_000;
const SUFFIX_LEARNT_FROM_CHARACTERS = 4;
const SILENCES_TO_LEARN = 3;

export interface KeyPress {
  /** KeyboardEvent.key and .code */
  key: string;
  code: string;
  shift: boolean;
  ctrl: boolean;
  alt: boolean;
  altGraph: boolean;
  at_ms: number;
}

export interface Burst {
  /** What the keyboard layout produced. */
  characters: string;
  /** The same keys on a US keyboard; null when the text did not come key by key. */
  physical: string | null;
  end: 'enter' | 'tab' | 'silence' | 'unfinished';
}

const SHIFTED_DIGITS = ')!@#$%^&*(';
const MARKS: Readonly<Record<string, string>> = {
  Minus: '-_',
  Equal: '=+',
  BracketLeft: '[{',
  BracketRight: ']}',
  Backslash: '\\|',
  Semicolon: ';:',
  Quote: '\'"',
  Backquote: '`~',
  Comma: ',<',
  Period: '.>',
  Slash: '/?',
  IntlBackslash: '\\|',
  Space: '  ',
  NumpadDecimal: '..',
  NumpadSubtract: '--',
  NumpadAdd: '++',
  NumpadMultiply: '**',
  NumpadDivide: '//',
};

/**
 * The character of a physical key on a US keyboard, or '' for keys that print nothing. Caps lock is left out on
 * purpose: a scanner presses Shift for capitals, whatever the lock of the computer says.
 */
export function onUsKeyboard(code: string, shift: boolean): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return shift ? letter : letter.toLowerCase();
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return shift ? (SHIFTED_DIGITS[Number(digit)] ?? '') : digit;
  const numpad = /^Numpad(\d)$/.exec(code)?.[1];
  if (numpad !== undefined) return numpad;
  return MARKS[code]?.[shift ? 1 : 0] ?? '';
}

export class WedgeDecoder {
  private characters = '';
  private physical: string | null = '';
  private last_ms = 0;
  /** Digits of the number pad while Alt is held. */
  private held = '';
  private silences = 0;
  /** Whether this scanner ends its codes with a key; learnt, or set in the settings. */
  suffix: 'unknown' | 'enter' | 'none';

  constructor(suffix: 'unknown' | 'enter' | 'none' = 'unknown') {
    this.suffix = suffix;
  }

  get pending(): boolean {
    return this.characters !== '' || (this.physical ?? '') !== '';
  }

  /** `taken` says that the key belonged to a code: the page must not act on it. */
  key(press: KeyPress): { burst: Burst | null; taken: boolean } {
    const before = this.endBySilence(press.at_ms);
    if (press.key === 'Enter' || press.key === 'Tab') {
      const burst = this.end(press.key === 'Enter' ? 'enter' : 'tab');
      return { burst: burst ?? before, taken: true };
    }
    // A scanner that emulates the keypad of Windows sends the separator as Alt+029; nothing else of that kind has no key.
    const keypad = press.alt ? /^Numpad(\d)$/.exec(press.code)?.[1] : undefined;
    this.held = keypad === undefined ? '' : this.held + keypad;
    const separator =
      /^00?29$/.test(this.held) || press.key === 'F8' || (press.ctrl && (press.code === 'BracketRight' || press.key === ']'));
    const printable = press.key.length === 1 && (press.altGraph || (!press.ctrl && !press.alt));
    if (keypad !== undefined) this.last_ms = press.at_ms;
    if (!separator && !printable && press.key !== 'Dead') return { burst: before, taken: keypad !== undefined };
    this.last_ms = press.at_ms;
    if (separator) this.add(GS, GS);
    else {
      const us = onUsKeyboard(press.code, press.shift);
      this.add(press.key === 'Dead' ? '' : press.key, us === '' ? null : us);
    }
    return { burst: before, taken: true };
  }

  /** Text committed as a whole by an input method or a paste. */
  text(text: string, at_ms: number): Burst[] {
    const bursts: Burst[] = [];
    const before = this.endBySilence(at_ms);
    if (before !== null) bursts.push(before);
    for (const part of text.split(/(\r\n|\r|\n|\t)/)) {
      if (/^[\r\n\t]/.test(part)) {
        const burst = this.end(part === '\t' ? 'tab' : 'enter');
        if (burst !== null) bursts.push(burst);
      } else if (part !== '') {
        this.last_ms = at_ms;
        this.add(part, null);
      }
    }
    return bursts;
  }

  /** To be asked when a timer of `wait_ms` has run out. */
  tick(at_ms: number): Burst | null {
    if (!this.pending) return null;
    const silent_ms = at_ms - this.last_ms;
    if (silent_ms < this.wait_ms) return null;
    return this.end(this.suffix === 'enter' ? 'unfinished' : 'silence');
  }

  /** How long to wait for the next character before `tick` has something to say. */
  get wait_ms(): number {
    return { enter: UNFINISHED_MS, unknown: SILENCE_UNKNOWN_MS, none: SILENCE_MS }[this.suffix];
  }

  clear(): void {
    this.characters = '';
    this.physical = '';
  }

  /** With a scanner that sends no end mark, a key after the silence starts the next code even if no timer ran. */
  private endBySilence(at_ms: number): Burst | null {
    if (this.suffix !== 'none' || !this.pending) return null;
    return at_ms - this.last_ms >= SILENCE_MS ? this.end('silence') : null;
  }

  private add(character: string, physical: string | null): void {
    this.characters += character;
    this.physical = physical === null || this.physical === null ? null : this.physical + physical;
  }

  private end(end: Burst['end']): Burst | null {
    const burst: Burst = { characters: this.characters, physical: this.physical, end };
    this.clear();
    if (burst.characters === '' && (burst.physical ?? '') === '') return null;
    const long = burst.characters.length >= SUFFIX_LEARNT_FROM_CHARACTERS;
    if (long) this.learn(end);
    return burst;
  }

  private learn(end: Burst['end']): void {
    this.silences = end === 'silence' ? this.silences + 1 : 0;
    if (end === 'enter' || end === 'tab') this.suffix = 'enter';
    else if (this.suffix === 'unknown' && this.silences >= SILENCES_TO_LEARN) this.suffix = 'none';
  }
}

export interface TypedKey {
  length: number;
  at_ms: number;
}

/**
 * In a real text field timing decides: a scan is at least six characters, fast and even, with Enter at the end.
 * A wrong guess costs nothing: the text stays in the field, visible.
 */
export function looksScanned(keys: readonly TypedKey[]): boolean {
  const length = keys.reduce((total, key) => total + key.length, 0);
  if (length < 6) return false;
  const gaps = keys.slice(1).map((key, index) => key.at_ms - (keys[index]?.at_ms ?? 0));
  if (gaps.length === 0) return true;
  const sorted = [...gaps].sort((left, right) => left - right);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) <= 35 && (sorted.at(-1) ?? 0) <= 150;
}
