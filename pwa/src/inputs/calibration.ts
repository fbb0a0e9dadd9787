/*
 * The card that teaches a device its scanner: three printed codes, in any order, on any screen.
 *
 * The first tells how the scanner ends a code and what it adds around one, the second what the keyboard layout makes of
 * the characters, the third what arrives in place of the separator of GS1. Each is known by letters that no layout moves.
 * What a device has learnt, `asMeant` applies to all it hears afterwards.
 */
import { CALIBRATION_END, CALIBRATION_SEPARATED, calibrate, healKeyboard, LAYOUTS, swapCase, withoutAim } from '../codes/keyboards';
import type { Settings } from '../offline/local_store';
import { GS, type Burst } from './wedge_decoder';

/** How a scanner speaks to this device. */
export type Manners = Pick<Settings, 'suffix' | 'keyboard' | 'layout' | 'separator'>;
export const NOTHING_LEARNT: Manners = { suffix: 'unknown', keyboard: 'unknown', layout: 'unknown', separator: null };

export interface Lesson {
  of: 'end' | 'layout' | 'separator';
  /** Which text tells it. */
  said: string;
  /** What of the scan is named in that text. */
  got: string;
  /** The scanner or the computer has to be set up otherwise: nothing is learnt. */
  wrong: boolean;
  change: Partial<Manners>;
}

const learnt = (of: Lesson['of'], said: string, change: Partial<Manners>, got = ''): Lesson => ({ of, said, got, wrong: false, change });
const trouble = (of: Lesson['of'], said: string, got = '', change: Partial<Manners> = {}): Lesson => ({ of, said, got, wrong: true, change });

/** What a burst teaches; null when it is no code of the card. */
export function lessonOf(burst: Burst): Lesson | null {
  return endLesson(burst) ?? layoutLesson(burst) ?? separatorLesson(burst);
}

/** How many of the three codes have taught something. */
export const lessonsLearnt = ({ suffix, keyboard, separator }: Manners): number =>
  Number(suffix !== 'unknown') + Number(keyboard !== 'unknown') + Number(separator !== null);

const AROUND = 8;
const ENDED = new RegExp(`^(.{0,${AROUND}})${CALIBRATION_END.replaceAll('.', '\\.')}(.{0,${AROUND}})$`, 'is');
// "]C0" under any layout: a sign, a letter, a digit's key.
const AIM_SEEN = /^[^A-Za-z0-9]C\S$/i;

function endLesson(burst: Burst): Lesson | null {
  const [, before, after] = ENDED.exec(burst.characters) ?? [];
  if (before === undefined || after === undefined) return null;
  if (before !== '' && !AIM_SEEN.test(before)) return trouble('end', 'end_before', before);
  if (after !== '') return trouble('end', 'end_after', after);
  const suffix = burst.end === 'enter' || burst.end === 'tab' ? 'enter' : 'none';
  return learnt('end', `end_${burst.end === 'tab' ? 'tab' : suffix}`, { suffix });
}

const LIKE_LAYOUT = /[yz]{4}\.cal$/i;

function layoutLesson({ characters, physical }: Burst): Lesson | null {
  const shown = calibrate(characters);
  const pressed = physical === null ? null : calibrate(physical);
  if (shown.layout === 'us' && !shown.capsLock) return learnt('layout', 'layout_us', { keyboard: 'characters', layout: 'us' });
  if (pressed?.layout === 'us' && !pressed.capsLock) {
    const layout = (shown.layout ?? 'unknown') as Manners['layout'];
    return learnt('layout', layout === 'unknown' ? 'layout_keys' : `layout_${layout}`, { keyboard: 'physical', layout });
  }
  const scanner = shown.scannerLayout ?? pressed?.scannerLayout ?? null;
  if (scanner !== null) return trouble('layout', 'layout_scanner');
  if (shown.layout !== null && shown.capsLock) return trouble('layout', 'layout_caps');
  if (shown.layout !== null) return learnt('layout', `layout_${shown.layout}`, { keyboard: 'physical', layout: shown.layout as Manners['layout'] });
  return LIKE_LAYOUT.test(characters) ? trouble('layout', 'layout_lost', characters) : null;
}

const [FIRST, SECOND] = CALIBRATION_SEPARATED;
const SEPARATED = new RegExp(`^${FIRST}(.{0,${AROUND}})${SECOND}$`, 'is');

function separatorLesson({ characters, physical }: Burst): Lesson | null {
  for (const text of meanings(characters, physical)) {
    const plain = withoutAim(text);
    const separator = SEPARATED.exec(plain)?.[1];
    if (separator === GS) return learnt('separator', 'separator_sent', { separator });
    if (separator === '') return trouble('separator', 'separator_lost', '', { separator });
    if (separator !== undefined) return learnt('separator', 'separator_other', { separator }, separator);
    if (plain.toUpperCase() === FIRST || plain.toUpperCase() === SECOND) return trouble('separator', 'separator_cuts');
  }
  return null;
}

/** The characters, the keys, and the characters as each layout explains them. */
function* meanings(characters: string, physical: string | null): Generator<string> {
  yield characters;
  if (physical !== null) yield physical;
  for (const text of [characters, swapCase(characters)]) {
    for (const layout of LAYOUTS) {
      const healed = healKeyboard(text, layout);
      if (healed !== null) yield healed;
    }
  }
}

/** A burst as a device of these manners must understand it. */
export function asMeant<B extends Pick<Burst, 'characters' | 'physical'>>(burst: B, { keyboard, layout, separator }: Manners): B {
  const keys = burst.physical === null && keyboard === 'physical' ? typedThrough(burst.characters, layout) : burst.physical;
  const parted = (text: string): string => withSeparators(text, separator);
  return { ...burst, characters: parted(burst.characters), physical: keys === null ? null : parted(keys) };
}

/** Text that came without its keys, as a US keyboard would have it; null where it cannot have come through the layout. */
function typedThrough(text: string, layout: Manners['layout']): string | null {
  const healed = healKeyboard(text, layout);
  // Through the layout digits arrive as other signs; where there are digits that would turn into signs, it did not go through.
  return healed === null || [...text].some((sign, at) => /\d/.test(sign) && !/\d/.test(healed[at] ?? '')) ? null : healed;
}

// What announces a GS1 element string: an AIM prefix, or the GTIN, SSCC or content that begins one.
const ELEMENTS = /^(\](C1|e0|d2|Q3|J1)|0[0-3]\d{14})/i;

function withSeparators(text: string, separator: string | null): string {
  return separator === null || separator === '' || separator === GS || !ELEMENTS.test(text) ? text : text.replaceAll(separator, GS);
}
