import { expect, test } from 'vitest';
import { uuid7 } from './ids';

test('the example of RFC 9562: time, version and variant stand where they belong', () => {
  const random = (bytes: Uint8Array): void => bytes.set([0, 0, 0, 0, 0, 0, 0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(uuid7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});
