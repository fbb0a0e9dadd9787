import { expect, test } from 'vitest';
import { blankBlock, moved } from './label_design';

const blocks = ['a', 'b', 'c'].map(blankBlock);
const names = (order: { field: string }[]): string => order.map((each) => each.field).join('');

test('a block moves past its neighbour and never out of the label', () => {
  expect(names(moved(blocks, 1, -1))).toBe('bac');
  expect(names(moved(blocks, 1, 1))).toBe('acb');
  expect(names(moved(blocks, 0, -1))).toBe('abc');
  expect(names(moved(blocks, 2, 1))).toBe('abc');
  expect(names(moved(blocks, 7, -1))).toBe('abc');
  expect(names(blocks)).toBe('abc');
});
