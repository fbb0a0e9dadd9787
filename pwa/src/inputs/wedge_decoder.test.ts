import { describe, expect, test } from 'vitest';
import { GS, WedgeDecoder, looksScanned, onUsKeyboard, type Burst, type KeyPress } from './wedge_decoder';

const press = (key: string, at_ms: number, more: Partial<KeyPress> = {}): KeyPress => ({
  key, code: '', shift: false, ctrl: false, alt: false, altGraph: false, at_ms, ...more,
});

/** A US scanner on a keyboard layout: physical code and produced character per key. */
function type(decoder: WedgeDecoder, keys: [code: string, key: string][], gap_ms: number, end = 'Enter'): Burst | null {
  let at_ms = 0;
  for (const [code, key] of keys) decoder.key(press(key, (at_ms += gap_ms), { code }));
  return end === '' ? decoder.tick(at_ms + 401) : decoder.key(press(end, at_ms + gap_ms)).burst;
}

const CZECH = '+ěščřžýáíé';
const digits = (text: string, czech: boolean): [string, string][] =>
  [...text].map((digit) => [`Digit${digit}`, czech ? (CZECH[(Number(digit) + 9) % 10] ?? '') : digit]);

describe('end of a code', () => {
  test.each(['Enter', 'Tab'])('%s ends it', (end) => {
    expect(type(new WedgeDecoder(), digits('12345', false), 5, end)?.characters).toBe('12345');
  });

  test('without an end mark silence does, as long as none has ever been seen', () => {
    expect(type(new WedgeDecoder(), digits('12345', false), 5, '')).toMatchObject({ characters: '12345', end: 'silence' });
  });

  test('a gap of 300 ms does not cut the very first scan in two', () => {
    const decoder = new WedgeDecoder();
    decoder.key(press('1', 0, { code: 'Digit1' }));
    expect(decoder.tick(300)).toBeNull();
  });

  test('three codes without an end mark teach it to wait only 120 ms, one with Enter teaches it again', () => {
    const decoder = new WedgeDecoder();
    for (let scan = 0; scan < 3; scan += 1) type(decoder, digits('12345', false), 5, '');
    expect([decoder.suffix, decoder.wait_ms]).toEqual(['none', 120]);
    type(decoder, digits('12345', false), 5);
    expect(decoder.suffix).toBe('enter');
  });

  test('a gap of a second loses nothing once Enter is known', () => {
    const decoder = new WedgeDecoder();
    type(decoder, digits('12345', false), 5);
    expect(decoder.suffix).toBe('enter');

    expect(type(decoder, digits('4006381333931', false), 1_000)?.characters).toBe('4006381333931');
  });

  test('a code that is left for three seconds comes out as unfinished', () => {
    const decoder = new WedgeDecoder('enter');
    decoder.key(press('1', 0, { code: 'Digit1' }));
    expect(decoder.tick(2_999)).toBeNull();
    expect(decoder.tick(3_000)).toMatchObject({ characters: '1', end: 'unfinished' });
  });

  test('with a scanner that sends no end mark, the next code starts after the silence without any timer', () => {
    const decoder = new WedgeDecoder('none');
    decoder.key(press('1', 0, { code: 'Digit1' }));
    expect(decoder.key(press('2', 500, { code: 'Digit2' })).burst?.characters).toBe('1');
  });

  test('Enter alone is no code, but it is taken, so that it presses no button', () => {
    expect(new WedgeDecoder().key(press('Enter', 0))).toEqual({ burst: null, taken: true });
  });

  test('two codes in a row stay two', () => {
    const decoder = new WedgeDecoder();
    expect(type(decoder, digits('111', false), 1)?.characters).toBe('111');
    expect(type(decoder, digits('222', false), 1)?.characters).toBe('222');
  });
});

describe('two readings', () => {
  test('a Czech layout shows letters, the keys are still digits', () => {
    expect(type(new WedgeDecoder(), digits('4006381333931', true), 3)).toMatchObject({
      characters: 'čééžšá+šššíš+',
      physical: '4006381333931',
    });
  });

  test('dead keys vanish from the characters and stay in the keys', () => {
    const keys: [string, string][] = [['Equal', 'Dead'], ['KeyA', 'a'], ['Digit1', '+']];
    expect(type(new WedgeDecoder(), keys, 3)).toMatchObject({ characters: 'a+', physical: '=a1' });
  });

  test('caps lock turns the characters, not the keys', () => {
    const decoder = new WedgeDecoder();
    decoder.key(press('l', 0, { code: 'KeyL', shift: true }));
    expect(decoder.key(press('Enter', 1)).burst).toMatchObject({ characters: 'l', physical: 'L' });
  });

  test('committed text has no keys', () => {
    expect(new WedgeDecoder().text('4006381333931\n', 0)).toEqual([
      { characters: '4006381333931', physical: null, end: 'enter' },
    ]);
  });

  test.each([
    ['KeyZ', false, 'z'], ['KeyZ', true, 'Z'], ['Digit2', true, '@'], ['Numpad7', false, '7'], ['Slash', false, '/'],
    ['F5', false, ''],
  ])('%s shift=%s is %s on a US keyboard', (code, shift, expected) => {
    expect(onUsKeyboard(code, shift)).toBe(expected);
  });
});

describe('separators of GS1', () => {
  test.each([
    ['F8', press('F8', 1, { code: 'F8' })],
    ['Ctrl+]', press(']', 1, { code: 'BracketRight', ctrl: true })],
    ['Ctrl+] on a Czech layout', press(')', 1, { code: 'BracketRight', ctrl: true })],
  ])('%s is one', (_name, key) => {
    const decoder = new WedgeDecoder();
    decoder.key(press('1', 0, { code: 'Digit1' }));
    decoder.key(key);
    expect(decoder.key(press('Enter', 2)).burst?.characters).toBe(`1${GS}`);
  });

  /** Alt held, digits on the number pad: how a scanner that emulates the keypad of Windows sends what has no key. */
  const onKeypad = (digits: string, numLock = true): KeyPress[] => [
    press('Alt', 0, { code: 'AltLeft', alt: true }),
    ...[...digits].map((digit) => press(numLock ? digit : 'Home', 0, { code: `Numpad${digit}`, alt: true })),
  ];

  test.each([
    ['Alt+029', onKeypad('029')], ['Alt+0029', onKeypad('0029')], ['Alt+029 without the number lock', onKeypad('029', false)],
    ['twice in a row', [...onKeypad('029'), ...onKeypad('029')]],
  ])('%s is one, too', (name, keys) => {
    const decoder = new WedgeDecoder();
    decoder.key(press('1', 0, { code: 'Digit1' }));
    const taken = keys.map((key) => decoder.key(key).taken);
    expect(taken).toEqual(keys.map((key) => key.key !== 'Alt'));
    decoder.key(press('2', 1, { code: 'Digit2' }));
    const text = name === 'twice in a row' ? `1${GS}${GS}2` : `1${GS}2`;
    expect(decoder.key(press('Enter', 2)).burst).toMatchObject({ characters: text, physical: text });
  });

  test.each([
    ['another character of the keypad', onKeypad('065')], ['29 without its nought', onKeypad('29')],
    ['029 after other digits', onKeypad('1029')],
  ])('%s is none', (_name, keys) => {
    const decoder = new WedgeDecoder();
    for (const key of [press('1', 0, { code: 'Digit1' }), ...keys]) decoder.key(key);
    expect(decoder.key(press('Enter', 2)).burst?.characters).toBe('1');
  });

  test('a slow keypad does not cut the code', () => {
    const decoder = new WedgeDecoder('none');
    decoder.key(press('1', 0, { code: 'Digit1' }));
    for (const [place, digit] of [...'029'].entries()) decoder.key(press(digit, 100 * (place + 1), { code: `Numpad${digit}`, alt: true }));
    decoder.key(press('2', 400, { code: 'Digit2' }));
    expect(decoder.tick(530)?.characters).toBe(`1${GS}2`);
  });

  test('it survives in committed text', () => {
    expect(new WedgeDecoder().text(`10AB${GS}21C\r\n`, 0)[0]?.characters).toBe(`10AB${GS}21C`);
  });
});

describe('what is not a code', () => {
  test.each([
    ['Ctrl+R', press('r', 0, { ctrl: true })], ['Alt+F', press('f', 0, { alt: true })], ['F5', press('F5', 0)],
    ['Shift', press('Shift', 0)], ['ArrowDown', press('ArrowDown', 0)],
  ])('%s is left to the browser', (_name, key) => {
    expect(new WedgeDecoder().key(key)).toEqual({ burst: null, taken: false });
  });

  test('AltGr characters belong to the code', () => {
    const decoder = new WedgeDecoder();
    expect(decoder.key(press('@', 0, { ctrl: true, alt: true, altGraph: true })).taken).toBe(true);
    expect(decoder.key(press('Enter', 1)).burst?.characters).toBe('@');
  });
});

describe('in a text field', () => {
  const keys = (count: number, gap_ms: number): { length: number; at_ms: number }[] =>
    Array.from({ length: count }, (_, index) => ({ length: 1, at_ms: index * gap_ms }));

  test.each([
    ['a scanner', keys(13, 8), true],
    ['a slow scanner', keys(13, 34), true],
    ['a fast typist', keys(13, 90), false],
    ['five quick characters', keys(5, 5), false],
    ['a pause in the middle', [...keys(6, 5), { length: 1, at_ms: 400 }], false],
  ])('%s', (_name, typed, expected) => {
    expect(looksScanned(typed)).toBe(expected);
  });
});
