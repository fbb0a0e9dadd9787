// The floor app's half of contracts/scan_keys.json and keyboards.json.
import { expect, test } from 'vitest';
import keyboards from '../../../contracts/keyboards.json';
import cases from '../../../contracts/scan_keys.json';
import { calibrate, CALIBRATION_TEXT, healKeyboard, undoLayout } from './keyboards';
import { readBurst, readCode } from './scan_keys';

interface Case {
  text: string;
  known?: string[];
  kind: string;
  keys: string[];
  elements: Record<string, string>;
  error: string | null;
  healed_from?: string;
}

test.each(cases as unknown as Case[])('reads $text', (one) => {
  const { kind, keys, elements, error, healed_from } = readCode(one.text, one.known ? new Set(one.known) : null);
  const wanted = { kind: one.kind, keys: one.keys, elements: one.elements, error: one.error };
  expect({ kind, keys, elements, error, healed_from }).toEqual({ ...wanted, healed_from: one.healed_from ?? null });
});

test.each(keyboards.heal)('heals $text from $layout', ({ text, layout, healed }) => {
  expect(healKeyboard(text, layout)).toBe(healed);
});

test.each(keyboards.calibrate)('calibrates on $seen', ({ seen, layout, caps_lock, scanner_layout }) => {
  expect(CALIBRATION_TEXT).toBe(keyboards.calibration_text);
  expect(calibrate(seen)).toEqual({ layout, capsLock: caps_lock, scannerLayout: scanner_layout });
});

test('a calibrated device needs no proof', () => {
  const calibration = { layout: 'hu', capsLock: false, scannerLayout: null };
  expect(undoLayout('SKUüZ7Y', calibration)).toBe('SKU-Y7Z');
  expect(undoLayout('\u20ac', calibration)).toBe('\u20ac');
});

test.each([
  ['physical keys win when only they make sense', 'RZ442197828CY\u00f6', 'RY4421978280CZ', null, 'text:RY4421978280CZ'],
  ['characters win a tie', 'SKU-1', 'SKU-2', null, 'text:SKU-1'],
  ['the known reading wins', 'SKUZ', 'SKUY', 'text:SKUY', 'text:SKUY'],
  ['a healed reading is not thrown away', 'L.A=\u00e9\u010d=\u011b.R', 'L.A-04-2.R', null, 'loc:A-04-2'],
  ['a national scanner is read by its characters', '4006381333931', '$))^#*!###(#!', null, 'gtin:04006381333931'],
])('%s', (_, characters, physical, known, key) => {
  expect(readBurst(characters, physical, known === null ? null : new Set([known])).keys[0]).toBe(key);
});
