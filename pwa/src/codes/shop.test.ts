import { expect, test } from 'vitest';
import { readCode, shopOf } from './scan_keys';

test.each([
  ['the merchant\'s own layout', { layouts: [{ pattern: '21IIIIIWWWWWC', g_per_unit: 1 }] }, '2112345012506', 'weight_g:1250'],
  ['units of ten grams', { layouts: [{ pattern: '21IIIIIWWWWWC', g_per_unit: 10 }] }, '2112345012506', 'weight_g:12500'],
  ['the Czech layouts where a bundle says nothing', {}, '2812340012500', 'weight_g:1250'],
  ['the Czech layouts without any work', null, '2812340012500', 'weight_g:1250'],
])('weight codes are read by %s', (_case, bundle, digits, key) => {
  expect(readCode(digits, null, shopOf(bundle)).keys).toContain(key);
});
