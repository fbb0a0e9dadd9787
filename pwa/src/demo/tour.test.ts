import { expect, test } from 'vitest';
import { onlyHere, pictureOf, remember, symbolOf, wrongFor, type TourPick } from './tour';

const pick = (sku: string, quantity = 1, wave = 'W1'): TourPick => ({
  wave, sku, quantity, name: sku, place: 'A-1', place_code: 'L', codes: [{ level: 'each', quantity: 1, gtin: '08590000000017' }],
});

test('what was picked is remembered with the most that was asked for', () => {
  const first = remember([], [pick('A', 3), pick('B')]);
  const later = remember(first, [pick('A', 1)]);
  expect(later.map((each) => [each.sku, each.quantity])).toEqual([['A', 3], ['B', 1]]);
});

test('the same goods of the next wave stand for themselves', () => {
  expect(remember([pick('A', 1, 'W1')], [pick('A', 2, 'W2')]).map((each) => each.wave)).toEqual(['W1', 'W2']);
});

test('the wrong product is another one than the one in turn', () => {
  expect(wrongFor([pick('A'), pick('B')], pick('A'))?.sku).toBe('B');
  expect(wrongFor([pick('A')], pick('A'))).toBeUndefined();
});

test.each([
  ['08590000000017', 'ean13', '8590000000017'],
  ['18590000000014', 'itf14', '18590000000014'],
] as const)('GTIN %s is drawn as %s', (gtin, symbology, text) => {
  expect(symbolOf(gtin)).toEqual({ symbology, text });
});

test('codes go into addresses unharmed', () => {
  expect(pictureOf('qr', 'http://x/enrol#a b')).toBe('/api/demo/code.svg?symbology=qr&text=http%3A%2F%2Fx%2Fenrol%23a%20b');
});

test.each([['127.0.0.1', true], ['localhost', true], ['192.168.1.5', false]] as const)('%s only here: %s', (host, here) => {
  expect(onlyHere(host)).toBe(here);
});
