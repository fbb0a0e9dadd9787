import { describe, expect, test } from 'vitest';
import { CameraVotes, provesItself, type CameraRead, type Judged } from './camera_votes';

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

const taken = (votes: CameraVotes, reads: readonly CameraRead[], at_ms: number): string | null => votes.picture(reads, at_ms).taken;

test('a code that does not prove itself needs two equal reads within a second', () => {
  const votes = new CameraVotes();
  expect(taken(votes, [code128], 0)).toBeNull();
  expect(taken(votes, [code128], 80)).toBe(code128.text);
});

test('two different reads do not vote for each other', () => {
  const votes = new CameraVotes();
  expect(taken(votes, [code128], 0)).toBeNull();
  expect(taken(votes, [{ ...code128, text: 'L.A-04-3.K' }], 80)).toBeNull();
});

test('twice in one picture is one look', () => {
  const votes = new CameraVotes();
  expect(taken(votes, [code128, code128], 0)).toBeNull();
  expect(taken(votes, [code128, code128], 80)).toBe(code128.text);
});

test('an old vote does not count', () => {
  const votes = new CameraVotes();
  expect(taken(votes, [code128], 0)).toBeNull();
  expect(taken(votes, [code128], 1_001)).toBeNull();
  expect(taken(votes, [code128], 1_100)).toBe(code128.text);
});

test('a still hand scans once; the same code counts again after it left the picture for 400 ms', () => {
  const votes = new CameraVotes();
  expect(taken(votes, [ean], 0)).toBe(ean.text);
  for (let at_ms = 80; at_ms < 2_000; at_ms += 80) expect(taken(votes, [ean], at_ms)).toBeNull();
  for (const at_ms of [2_100, 2_200]) expect(taken(votes, [], at_ms)).toBeNull();
  expect(taken(votes, [ean], 2_600)).toBe(ean.text);
});

test('a still hand before a slow phone scans once too, even when one picture is blurred', () => {
  const votes = new CameraVotes();
  expect(taken(votes, [ean], 0)).toBe(ean.text);
  for (let at_ms = 700; at_ms < 7_000; at_ms += 700) expect(taken(votes, [ean], at_ms)).toBeNull();
  expect(taken(votes, [], 7_000)).toBeNull();
  expect(taken(votes, [ean], 7_700)).toBeNull();
});

test('short ITF is noise, whatever it says', () => {
  const votes = new CameraVotes();
  votes.picture([{ text: '1234', format: 'itf' }], 0);
  expect(taken(votes, [{ text: '1234', format: 'itf' }], 80)).toBeNull();
});

describe('many codes on one shelf', () => {
  const neighbour: CameraRead = { text: '9520000000011', format: 'ean_13' };
  const slogan: CameraRead = { text: 'https://example.com', format: 'qr_code' };
  const judge = (text: string): Judged => ({
    fit: text === ean.text ? 'wanted' : text === neighbour.text ? 'known' : 'nothing', proven: false,
  });

  test('what the job wants is taken first, wherever it stands', () => {
    const votes = new CameraVotes();
    expect(votes.picture([slogan, neighbour, ean], 0, judge)).toEqual({ taken: ean.text, shown: null });
  });

  test('a known neighbour is not taken while the wanted code is still in sight, and is when it is alone', () => {
    const votes = new CameraVotes();
    votes.picture([ean, neighbour], 0, judge);
    for (const at_ms of [80, 160]) expect(votes.picture([ean, neighbour], at_ms, judge).taken).toBeNull();
    for (const at_ms of [300, 500, 700]) votes.picture([], at_ms, judge);
    expect(votes.picture([neighbour], 800, judge).taken).toBe(neighbour.text);
  });

  test('what fits nothing is shown in each picture and never taken', () => {
    const votes = new CameraVotes();
    for (const at_ms of [0, 80, 160]) expect(votes.picture([slogan], at_ms, judge)).toEqual({ taken: null, shown: slogan.text });
  });

  test('a check character of our own, or a key that the job waits for, needs no second look', () => {
    const votes = new CameraVotes();
    expect(votes.picture([code128], 0, () => ({ fit: 'wanted', proven: true })).taken).toBe(code128.text);
  });
});
