// Text typed through the wrong keyboard layout, and the way back; twin of backend/gs1/keyboards.py. Whether going back
// was right is for readCode to prove.

const US_KEYS = '`1234567890-=[]\\;\',./~!@#$%^&*()_+{}|:"<>?yzYZ';
const LAYOUT_KEYS: Record<string, string> = {
  cs: ';+ěščřžýáíé=´ú)¨ů§,.-°1234567890%ˇ/(\'"!?:_zyZY',
  sk: ';+ľščťžýáíé=´úäňô§,.-°1234567890%ˇ/()"!?:_zyZY',
  hu: '0123456789öüóőúűéá,.-§\'"+!%/=()ÖÜÓŐÚŰÉÁ?:_zyZY',
};
export const LAYOUTS: readonly string[] = Object.keys(LAYOUT_KEYS);
/** The three codes of the card that teaches a device its scanner; the third with its separator taken out. */
export const CALIBRATION_END = 'RAMPA.END.CAL';
export const CALIBRATION_TEXT = '0123456789-/YZyz.CAL';
export const CALIBRATION_SEPARATED: readonly [string, string] = ['91RAMPA', '92CAL'];

export interface Calibration {
  /** Of the computer: us, cs, sk or hu; null when not understood. */
  layout: string | null;
  capsLock: boolean;
  /** Set when the scanner types a national layout on a US computer: unsupported. */
  scannerLayout: string | null;
}

export function swapCase(text: string): string {
  let swapped = '';
  for (const letter of text) {
    const other = letter.toUpperCase() === letter ? letter.toLowerCase() : letter.toUpperCase();
    swapped += other.length === 1 ? other : letter;
  }
  return swapped;
}

/** What a US keyboard would have typed; null when a character cannot come from that layout. */
export function healKeyboard(text: string, layout: string): string | null {
  const shown = LAYOUT_KEYS[layout] ?? '';
  let healed = '';
  for (const character of text) {
    const place = shown.indexOf(character);
    if (place >= 0) healed += US_KEYS.charAt(place);
    else if (/[A-Xa-x \x1d]/.test(character)) healed += character;
    else return null;
  }
  return healed;
}

const AIM_CHARACTERS = 3;
export const withoutAim = (text: string): string => text.replace(/^\][A-Za-z]\d/, '');

/** Judge how CALIBRATION_TEXT arrived, with an AIM prefix or without. */
export function calibrate(seen: string): Calibration {
  for (const capsLock of [false, true]) {
    const text = capsLock ? swapCase(seen) : seen;
    if (withoutAim(text) === CALIBRATION_TEXT) return { layout: 'us', capsLock, scannerLayout: null };
    for (const layout of LAYOUTS) {
      if (withoutAim(healKeyboard(text, layout) ?? '') === CALIBRATION_TEXT) return { layout, capsLock, scannerLayout: null };
    }
  }
  const scannerLayout =
    LAYOUTS.find((layout) => {
      const typed = healKeyboard(CALIBRATION_TEXT, layout);
      return typed !== null && seen.endsWith(typed) && seen.length <= typed.length + AIM_CHARACTERS;
    }) ?? null;
  return { layout: null, capsLock: false, scannerLayout };
}

/** Text from a calibrated device as the scanner meant it; unchanged where the layout cannot explain it. */
export function undoLayout(text: string, calibration: Calibration): string {
  const typed = calibration.capsLock ? swapCase(text) : text;
  if (calibration.layout === null || calibration.layout === 'us') return typed;
  return healKeyboard(typed, calibration.layout) ?? typed;
}
