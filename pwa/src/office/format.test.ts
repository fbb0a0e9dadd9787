import { expect, test } from 'vitest';
import { agoText, hashGroups, moneyText, momentText } from './format';

const NOW = new Date(2026, 2, 2, 12, 0, 0);
const at = (...parts: [number, number, number, number, number]): string => new Date(...parts).toISOString();
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

test.each([
  ['cs', at(2026, 2, 2, 8, 5), '8:05'],
  ['en', at(2026, 2, 2, 20, 5), '8:05 PM'],
  ['cs', at(2026, 2, 1, 8, 5), '1. 3. 8:05'],
  ['cs', at(2024, 2, 1, 8, 5), '1. 3. 2024 8:05'],
] as const)('%s says the moment %s as %s', (language, iso, expected) => {
  expect(plain(momentText(language, iso, NOW))).toBe(expected);
});

test.each([
  ['cs', at(2026, 2, 2, 12, 20), 'za 20 min'],
  ['cs', at(2026, 2, 2, 9, 0), 'před 3 h'],
  ['en', at(2026, 2, 6, 12, 0), 'in 4 days'],
] as const)('%s says %s from now as %s', (language, iso, expected) => {
  expect(plain(agoText(language, iso, NOW))).toBe(expected);
});

test.each([
  ['cs', 123450, 'CZK', '1 234,50 Kč'],
  ['en', 50, 'EUR', '€0.50'],
  ['hu', 199000, 'HUF', '1990 Ft'],
  ['hu', 199050, 'HUF', '1990,50 Ft'],
  ['cs', 100, 'not a currency', '1.00 not a currency'],
] as const)('%s writes %i of %s as %s', (language, amount, currency, expected) => {
  expect(plain(moneyText(language, amount, currency))).toBe(expected);
});

test('a hash is read aloud in groups', () => {
  expect(hashGroups('0123456789abcdef01')).toEqual(['01234567', '89abcdef', '01']);
  expect(hashGroups('')).toEqual([]);
});
