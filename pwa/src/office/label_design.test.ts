import { expect, test } from 'vitest';
import { blankBlock, moved, placed } from './label_design';

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

test('a block gets a place of its own where it stood in width, and flows again', () => {
  const design = { base: 'tote', width_mm: 100, height_mm: 50, margin_mm: 2, logo: '', blocks: [] };
  const [block] = blocks as [ReturnType<typeof blankBlock>];
  const free = placed({ ...block, width_percent: 50 }, design, true);
  expect([free.x_mm, free.y_mm, free.width_mm]).toEqual([2, 2, 48]);
  expect(placed(free, design, false)).toEqual({ ...block, width_percent: 50 });
});
