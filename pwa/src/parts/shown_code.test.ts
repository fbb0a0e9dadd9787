import { expect, test } from 'vitest';
import { shownCode } from './shown_code';

test.each([
  ['a plain code', '4006381333931', '4006381333931'],
  ['the mark of a GS1 symbol', ']C10109520000000011', '0109520000000011'],
  ['separators', ']d20109520000000011\x1d10AB\x1d21X', '0109520000000011 10AB 21X'],
  ['a long address', `https://example.com/${'a'.repeat(80)}`, `https://example.com/${'a'.repeat(40)}…`],
])('%s', (_name, text, shown) => {
  expect(shownCode(text)).toBe(shown);
});
