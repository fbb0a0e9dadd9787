import { expect, test } from 'vitest';
import { colourOf, type Colour } from './sight_colours';

const WANTED = [{ name: 'Tea', keys: ['gtin:09520000000011', 'gtin:19520000000018'] }];
const KNOWN = new Map<string, string | null>([['9520000000028', 'Oil'], ['4006381333931', null], ['9520000000035', '']]);

test.each<[string, string, Colour]>([
  ['a piece that is wanted', '9520000000011', 'green'],
  ['goods that the house knows and nobody wants here', '9520000000028', 'amber'],
  ['goods that nobody knows', '4006381333931', 'red'],
  ['goods of which the house has not said anything', '4000000000006', 'grey'],
  ['goods without a name that the house knows all the same', '9520000000035', 'amber'],
])('%s', (_name, text, colour) => {
  expect(colourOf(text, [`gtin:0${text}`, `text:${text}`], WANTED, KNOWN)).toBe(colour);
});

test('a case of the wanted goods is wanted', () => {
  expect(colourOf('19520000000018', ['gtin:19520000000018'], WANTED, KNOWN)).toBe('green');
});
