import { expect, test } from 'vitest';
import { isSigned, pathOf, withPoint } from './signature';

test('points that say nothing new are left out', () => {
  const stroke = [{ x: 0, y: 0 }];
  expect(withPoint(stroke, { x: 1, y: 0 })).toBe(stroke);
  expect(withPoint(stroke, { x: 3, y: 0 })).toHaveLength(2);
});

test.each([
  ['nothing', [], false],
  ['a dot', [[{ x: 5, y: 5 }]], false],
  ['a slip', [[{ x: 0, y: 0 }, { x: 20, y: 0 }]], false],
  ['a line', [[{ x: 0, y: 0 }, { x: 60, y: 0 }]], true],
  ['two short strokes', [[{ x: 0, y: 0 }, { x: 25, y: 0 }], [{ x: 0, y: 9 }, { x: 25, y: 9 }]], true],
] as const)('%s', (_name, strokes, signed) => {
  expect(isSigned(strokes)).toBe(signed);
});

test('a stroke begins and ends where the finger did', () => {
  expect(pathOf([])).toBe('');
  expect(pathOf([{ x: 1, y: 2 }])).toBe('M1.0 2.0l0.1 0');
  expect(pathOf([{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 20, y: 10 }])).toBe('M0.0 0.0Q10.0 0.0 15.0 5.0Q20.0 10.0 20.0 10.0');
});
