import { expect, test } from 'vitest';
import type { Bundle } from '../flows/flow';
import { lookUpInBundles } from './look_up_in_bundles';

const PICK = {
  flow: 'pick', task: 'pick:1',
  lines: [
    { codes: [{ key: 'gtin:1' }], product: { sku: 'T-1', name: 'Čaj', picture: '/1.webp' }, location: { code: 'A-01' } },
    { codes: [{ key: 'gtin:1' }], product: { sku: 'T-1', name: 'Čaj', picture: '/1.webp' }, location: { code: 'A-01' } },
  ],
  places: { 'gtin:2': { sku: 'T-2', name: 'Káva', picture: null, location: 'B-02' } },
} as Bundle;
const PACK = {
  flow: 'pack', task: 'pack:1', lines: [{ codes: [{ key: 'gtin:3' }], sku: 'T-3', name: 'Kakao', picture: null }],
  places: { 'gtin:2': { sku: 'T-2', name: 'Káva', belongs: 'T-007' } },
} as Bundle;

test.each([
  ['goods of a line, once', ['gtin:1'], [['T-1', 'A-01']]],
  ['a neighbour', ['gtin:2'], [['T-2', 'B-02'], ['T-2', 'T-007']]],
  ['a piece on the bench', ['text:x', 'gtin:3'], [['T-3', '']]],
  ['nothing', ['gtin:9'], []],
])('%s', (_name, keys, expected) => {
  expect(lookUpInBundles([PICK, PACK], keys).map((goods) => [goods.sku, goods.place])).toEqual(expected);
});
