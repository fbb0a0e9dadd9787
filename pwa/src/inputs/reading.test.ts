import { describe, expect, test } from 'vitest';
import { Bounces, keysIn, readBurst, type CodeReader } from './reading';

const reader: CodeReader = (text) => {
  const proven = /^\d{13}$/.test(text);
  const keys = proven ? [`gtin:0${text}`, `text:${text}`] : [`text:${text}`];
  return { kind: proven ? 'gtin' : 'text', keys, elements: {}, error: null, proven };
};
const burst = (characters: string, physical: string | null) => ({ characters, physical });

describe('which reading is the code', () => {
  const none = new Set<string>();
  test.each([
    ['characters, when both mean something', '4006381333931', 'ABC', none, '4006381333931'],
    ['keys, when only they prove themselves', 'čééžšá+šššíš+', '4006381333931', none, '4006381333931'],
    ['characters, when neither is better', 'zlato', 'ylato', none, 'zlato'],
    ['keys, when the open work knows them', 'zlato', 'ylato', new Set(['text:ylato']), 'ylato'],
    ['characters, when there are no keys', 'zlato', null, none, 'zlato'],
  ])('%s', (_name, characters, physical, known, expected) => {
    expect(readBurst(burst(characters, physical), known, reader).raw).toBe(expected);
  });

  test('a calibrated device is believed', () => {
    expect(readBurst(burst('zlato', 'ylato'), none, reader, 'physical').raw).toBe('ylato');
    expect(readBurst(burst('čé', '4006381333931'), none, reader, 'characters').raw).toBe('čé');
  });
});

test('the keys of a bundle are found as values and as names', () => {
  const bundle = { task: 'pick:1', lines: [{ location: { key: 'loc:A-1', name: 'Regál: A' } }], places: { 'gtin:01': {} } };

  expect(keysIn(bundle)).toEqual(new Set(['pick:1', 'loc:A-1', 'gtin:01']));
});

describe('bounce', () => {
  test.each([
    ['the same code 200 ms later', 'a', 'wedge', 200, true],
    ['the same code 300 ms later', 'a', 'wedge', 300, false],
    ['another code', 'b', 'wedge', 100, false],
    ['the same code by the camera', 'a', 'camera', 100, false],
  ])('%s', (_name, text, source, at_ms, expected) => {
    const bounces = new Bounces();
    bounces.isBounce('a', 'wedge', 0);
    expect(bounces.isBounce(text, source, at_ms)).toBe(expected);
  });
});
