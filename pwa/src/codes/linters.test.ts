// GS1's own linter vectors (Apache-2.0, see tests/gs1/vectors/README.md); coupons and the company prefix register are
// out of scope as in Python.
import { expect, test } from 'vitest';
import vectors from '../../../tests/gs1/vectors/lint_vectors.json';
import { LINTERS } from './linters';

test('every value is judged as GS1 judges it', () => {
  const judged = vectors.filter(({ lint }) => !/^(coupon|gcppos)/.test(lint));
  expect(judged.length).toBe(3408);
  const wrong = judged.filter(({ lint, data, error }) => {
    const found = LINTERS[lint]?.(data);
    return found !== (error === null ? null : error.replace('GS1_LINTER_', ''));
  });
  expect(wrong).toEqual([]);
});
