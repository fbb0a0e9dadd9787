import { expect, test } from 'vitest';
import { readDay, shownDay } from './date_digits';

test.each([
  ['311227', '2027-12-31'], ['31122027', '2027-12-31'], ['000228', '2028-02-29'], ['000227', '2027-02-28'],
  ['290228', '2028-02-29'], ['290227', null], ['311127', null], ['001327', null], ['010126', '2026-01-01'],
  ['0101', null], ['01011999', null], ['', null],
])('%s is %s', (digits, day) => {
  expect(readDay(digits)).toBe(day);
});

test.each([['', '__. __. __'], ['31', '31. __. __'], ['31122', '31. 12. 2_'], ['3112202', '31. 12. 202_']])(
  'while typing %s is seen as %s',
  (digits, seen) => {
    expect(shownDay(digits)).toBe(seen);
  },
);
