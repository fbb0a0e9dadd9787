import { describe, expect, test } from 'vitest';
import keyboards from '../../../contracts/keyboards.json';
import { CALIBRATION_END, CALIBRATION_SEPARATED, CALIBRATION_TEXT, healKeyboard } from '../codes/keyboards';
import { readCode } from '../codes/scan_keys';
import { asMeant, lessonOf, lessonsLearnt, NOTHING_LEARNT, type Manners } from './calibration';
import { readBurst } from './reading';
import type { Burst } from './wedge_decoder';

const GS = '\u001d';
const burst = (characters: string, physical: string | null = characters, end: Burst['end'] = 'enter'): Burst => ({ characters, physical, end });
const CZECH = { '0': 'é', '1': '+', '2': 'ě', '3': 'š', '4': 'č', '5': 'ř', '6': 'ž', '7': 'ý', '8': 'á', '9': 'í', '-': '=', '/': '-', ']': ')', y: 'z', z: 'y', Y: 'Z', Z: 'Y' } as Record<string, string>;
const czech = (text: string): string => [...text].map((sign) => CZECH[sign] ?? sign).join('');
const typed = (text: string, end: Burst['end'] = 'enter'): Burst => burst(czech(text), text, end);
const between = (separator: string): string => CALIBRATION_SEPARATED.join(separator);

test('the three texts are those of the printed card', () => {
  expect([CALIBRATION_END, CALIBRATION_TEXT]).toEqual([keyboards.calibration_end, keyboards.calibration_text]);
  expect(between('')).toBe(keyboards.calibration_separator.replace(/[()]/g, ''));
});

describe('the end of a code', () => {
  test.each([
    ['Enter', burst(CALIBRATION_END), 'end_enter', { suffix: 'enter' }],
    ['Tab', burst(CALIBRATION_END, CALIBRATION_END, 'tab'), 'end_tab', { suffix: 'enter' }],
    ['nothing', burst(CALIBRATION_END, CALIBRATION_END, 'silence'), 'end_none', { suffix: 'none' }],
    ['nothing, where Enter was expected', burst(CALIBRATION_END, CALIBRATION_END, 'unfinished'), 'end_none', { suffix: 'none' }],
    ['Enter, with an AIM prefix on a Czech layout', typed(`]C0${CALIBRATION_END}`), 'end_enter', { suffix: 'enter' }],
    ['Enter, with caps lock', burst(CALIBRATION_END.toLowerCase()), 'end_enter', { suffix: 'enter' }],
  ])('%s', (_name, heard, said, change) => {
    expect(lessonOf(heard)).toEqual({ of: 'end', said, got: '', wrong: false, change });
  });

  test.each([
    ['before', `#1${CALIBRATION_END}`, 'end_before', '#1'],
    ['after', `${CALIBRATION_END};`, 'end_after', ';'],
  ])('what a scanner adds %s a code is named, and nothing is learnt', (_name, text, said, got) => {
    expect(lessonOf(burst(text))).toEqual({ of: 'end', said, got, wrong: true, change: {} });
  });
});

describe('the layout', () => {
  test.each([
    ['US', burst(CALIBRATION_TEXT), 'layout_us', { keyboard: 'characters', layout: 'us' }],
    ['Czech, key by key', typed(CALIBRATION_TEXT), 'layout_cs', { keyboard: 'physical', layout: 'cs' }],
    ['Czech, with an AIM prefix', typed(`]C0${CALIBRATION_TEXT}`), 'layout_cs', { keyboard: 'physical', layout: 'cs' }],
    ['Czech, as text without keys', burst(czech(CALIBRATION_TEXT), null), 'layout_cs', { keyboard: 'physical', layout: 'cs' }],
    ['Hungarian', burst('ö123456789ü-ZYzy.CAL', CALIBRATION_TEXT), 'layout_hu', { keyboard: 'physical', layout: 'hu' }],
    ['one that we do not know, key by key', burst('à&é"\'(-è_ç)!WYwy:CQL', CALIBRATION_TEXT), 'layout_keys', { keyboard: 'physical', layout: 'unknown' }],
    ['caps lock, key by key', burst('0123456789-/yzYZ.cal', CALIBRATION_TEXT), 'layout_us', { keyboard: 'physical', layout: 'us' }],
  ])('%s', (_name, heard, said, change) => {
    expect(lessonOf(heard)).toEqual({ of: 'layout', said, got: '', wrong: false, change });
  });

  test.each([
    ['a scanner that is set to a Czech keyboard', ')!@#$%^&*(/{ZYzy.CAL', 'layout_scanner'],
    ['caps lock without keys', '0123456789-/yzYZ.cal', 'layout_caps'],
    ['lost characters', '0123789-/YZyz.CAL', 'layout_lost'],
  ])('%s has to be put right by hand', (_name, characters, said) => {
    expect(lessonOf(burst(characters, null))).toMatchObject({ said, wrong: true, change: {} });
  });
});

describe('the separator', () => {
  test.each([
    ['as it is', burst(`]C1${between(GS)}`), 'separator_sent', GS],
    ['as it is, through a Czech layout', typed(`]C1${between(GS)}`), 'separator_sent', GS],
    ['as it is, as damaged text', burst(czech(between(GS)), null), 'separator_sent', GS],
    ['as another sign', burst(between('|')), 'separator_other', '|'],
    ['as a sign that the layout moves too', typed(between('-')), 'separator_other', '-'],
    ['as a word', burst(between('<GS>')), 'separator_other', '<GS>'],
  ])('%s', (_name, heard, said, separator) => {
    expect(lessonOf(heard)).toMatchObject({ of: 'separator', said, wrong: false, change: { separator } });
  });

  test('swallowed: it is kept in mind, and said', () => {
    expect(lessonOf(typed(`]C1${between('')}`))).toMatchObject({ said: 'separator_lost', wrong: true, change: { separator: '' } });
  });

  test.each(CALIBRATION_SEPARATED)('a scanner that ends the code there sends %s alone', (part) => {
    expect(lessonOf(burst(part))).toMatchObject({ said: 'separator_cuts', wrong: true, change: {} });
  });
});

test.each(['4006381333931', 'CALYPSO-91', 'RAMPA', '91RAMPA92', '0104006381333931', 'T.0042.C', ''])('%s teaches nothing', (text) => {
  expect(lessonOf(typed(text))).toBeNull();
});

test('three codes in any order are the whole lesson', () => {
  let manners: Manners = NOTHING_LEARNT;
  const seen: number[] = [];
  for (const heard of [typed(`]C1${between('~')}`), typed(CALIBRATION_TEXT), typed(CALIBRATION_END)]) {
    manners = { ...manners, ...lessonOf(heard)?.change };
    seen.push(lessonsLearnt(manners));
  }

  expect(seen).toEqual([1, 2, 3]);
  expect(manners).toEqual({ suffix: 'enter', keyboard: 'physical', layout: 'cs', separator: '~' });
});

describe('afterwards', () => {
  const cs: Manners = { suffix: 'enter', keyboard: 'physical', layout: 'cs', separator: null };
  const read = (heard: Burst, manners: Manners): readonly string[] =>
    readBurst(asMeant(heard, manners), new Set(), readCode, manners.keyboard).reading.keys;

  test.each([
    ['a part number with keys', typed('KZ-12/Y'), cs, 'text:KZ-12/Y'],
    ['a part number without keys', burst(czech('KZ-12/Y'), null), cs, 'text:KZ-12/Y'],
    ['text that did not go through the layout', burst('KZ-12/Y', null), cs, 'text:KZ-12/Y'],
    ['Hungarian text without keys', burst('KYü1ö', null), { ...cs, layout: 'hu' as const }, 'text:KZ-10'],
    ['another device', burst(czech('KZ-12/Y'), null), NOTHING_LEARNT, `text:${czech('KZ-12/Y').toUpperCase()}`],
  ])('%s', (_name, heard, manners, key) => {
    expect(read(heard, manners)).toContain(key);
  });

  test.each([['|'], ['<GS>'], ['^]']])('elements parted by %s are read', (separator) => {
    const text = `]C101040063813339311${'0AB'}${separator}21S9`;
    expect(read(burst(text), { ...NOTHING_LEARNT, separator })).toEqual(expect.arrayContaining(['gtin:04006381333931', 'lot:AB', 'serial:S9']));
  });

  test('a sign inside of a plain text stays what it is', () => {
    expect(read(burst('AB|12'), { ...NOTHING_LEARNT, separator: '|' })).toEqual(['text:AB|12']);
  });
});

test('the Czech table of this test is the one of the contract', () => {
  for (const { layout, text, healed } of keyboards.heal) {
    if (layout === 'cs' && healed !== null && /^[\w\]./-]+$/.test(healed) && healed !== 'SKU_7Y;z') expect(czech(healed)).toBe(text);
  }
  expect(healKeyboard(czech('0-Z'), 'cs')).toBe('0-Z');
});
