import { describe, expect, test } from 'vitest';
import { CameraVotes, provesItself, type CameraRead } from './camera_votes';

const ean: CameraRead = { text: '4006381333931', format: 'ean_13' };
const code128: CameraRead = { text: 'L.A-04-2.K', format: 'code_128' };

describe('one read is enough', () => {
  test.each([
    ['EAN-13 with its check digit', ean, true],
    ['EAN-13 with a wrong one', { text: '4006381333932', format: 'ean_13' }, false],
    ['QR', { text: 'anything', format: 'qr_code' }, true],
    ['DataMatrix', { text: 'anything', format: 'data_matrix' }, true],
    ['Code 128', code128, false],
    ['ITF-14 with its check digit', { text: '14006381333938', format: 'itf' }, true],
    ['EAN-8', { text: '96385074', format: 'ean_8' }, false],
  ])('%s: %s', (_name, read, expected) => {
    expect(provesItself(read)).toBe(expected);
  });
});

test('a code that does not prove itself needs two equal reads within 300 ms', () => {
  const votes = new CameraVotes();
  expect(votes.picture([code128], 0)).toBeNull();
  expect(votes.picture([code128], 80)).toBe(code128.text);
});

test('two different reads do not vote for each other, and old votes do not count', () => {
  const votes = new CameraVotes();
  expect(votes.picture([code128], 0)).toBeNull();
  expect(votes.picture([{ ...code128, text: 'L.A-04-3.K' }], 80)).toBeNull();
  expect(votes.picture([code128], 1_000)).toBeNull();
});

test('an old vote does not count', () => {
  const votes = new CameraVotes();
  expect(votes.picture([code128], 0)).toBeNull();
  expect(votes.picture([code128], 301)).toBeNull();
  expect(votes.picture([code128], 400)).toBe(code128.text);
});

test('a still hand scans once; the same code counts again after it left the picture for 400 ms', () => {
  const votes = new CameraVotes();
  expect(votes.picture([ean], 0)).toBe(ean.text);
  for (let at_ms = 80; at_ms < 2_000; at_ms += 80) expect(votes.picture([ean], at_ms)).toBeNull();
  for (const at_ms of [2_100, 2_200]) expect(votes.picture([], at_ms)).toBeNull();
  expect(votes.picture([ean], 2_600)).toBe(ean.text);
});

test('a still hand before a slow phone scans once too, even when one picture is blurred', () => {
  const votes = new CameraVotes();
  expect(votes.picture([ean], 0)).toBe(ean.text);
  for (let at_ms = 700; at_ms < 7_000; at_ms += 700) expect(votes.picture([ean], at_ms)).toBeNull();
  expect(votes.picture([], 7_000)).toBeNull();
  expect(votes.picture([ean], 7_700)).toBeNull();
});

test('short ITF is noise, whatever it says', () => {
  const votes = new CameraVotes();
  votes.picture([{ text: '1234', format: 'itf' }], 0);
  expect(votes.picture([{ text: '1234', format: 'itf' }], 80)).toBeNull();
});
