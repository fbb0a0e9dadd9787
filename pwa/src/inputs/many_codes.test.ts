import { expect, test } from 'vitest';
import { ManyCodes } from './many_codes';

const ean = (text: string) => ({ text, format: 'ean_13', corners: [] });
const c128 = (text: string) => ({ text, format: 'code_128', corners: [] });

test('three boxes side by side are three, however many pictures show them', () => {
  const many = new ManyCodes();
  for (let picture = 0; picture < 5; picture += 1) many.picture([ean('9520000000011'), ean('9520000000011'), ean('9520000000011')]);
  expect(many.counts()).toEqual([{ text: '9520000000011', count: 3 }]);
});

test('the most that one picture showed is proposed', () => {
  const many = new ManyCodes();
  many.picture([ean('9520000000011'), ean('9520000000011')]);
  many.picture([ean('9520000000011')]);
  expect(many.counts()).toEqual([{ text: '9520000000011', count: 2 }]);
});

test('a code without a check digit is believed when two pictures agree', () => {
  const many = new ManyCodes();
  expect(many.picture([c128('A-01-2')]).map((each) => each.believed)).toEqual([false]);
  expect(many.counts()).toEqual([]);
  expect(many.picture([c128('A-01-2')]).map((each) => each.believed)).toEqual([true]);
  expect(many.counts()).toEqual([{ text: 'A-01-2', count: 1 }]);
});

test('a code that proves itself is believed at once, a broken check digit is not', () => {
  const many = new ManyCodes();
  const reads = [ean('9520000000011'), ean('9520000000012')];
  expect(many.picture(reads).map((each) => each.believed)).toEqual([true, false]);
  expect(many.counts(reads)).toEqual([{ text: '9520000000011', count: 1 }]);
});
