import { describe, expect, test } from 'vitest';
import { EARCONS, VIBRATIONS, isGood, length_ms, samples, type Earcon } from './tones';

const all = Object.keys(EARCONS) as Earcon[];
const pitches = (earcon: Earcon): number[] => EARCONS[earcon].flatMap((part) => [part.from_hz, part.to_hz]);

describe('the language of sounds', () => {
  test.each(['piece', 'line', 'order'] as const)('%s rises', (earcon) => {
    expect(pitches(earcon).at(-1)).toBeGreaterThan(pitches(earcon)[0] ?? 0);
    expect(isGood(earcon)).toBe(true);
  });

  test.each(['wrong_thing', 'wrong_place', 'not_saved'] as const)('%s falls', (earcon) => {
    expect(pitches(earcon).at(-1)).toBeLessThan(pitches(earcon)[0] ?? 0);
    expect(isGood(earcon)).toBe(false);
  });

  test('no two have the same rhythm', () => {
    const rhythms = all.map((earcon) => EARCONS[earcon].map((part) => `${part.pause_ms}+${part.length_ms}`).join(' '));
    expect(new Set(rhythms).size).toBe(all.length);
  });

  test.each(all)('%s stays below 8 kHz, under a second and a half, and vibrates', (earcon) => {
    expect(Math.max(...pitches(earcon))).toBeLessThan(8_000);
    expect(length_ms(earcon)).toBeLessThan(1_500);
    expect(VIBRATIONS[earcon].length).toBeGreaterThan(0);
  });
});

test.each(all)('%s is drawn without clicks and without clipping', (earcon) => {
  const drawn = samples(earcon, 48_000);
  expect(drawn.length).toBe(Math.ceil((length_ms(earcon) / 1_000) * 48_000));
  expect(Math.max(...drawn)).toBeLessThanOrEqual(1);
  expect(Math.abs(drawn[0] ?? 1)).toBeLessThan(0.01);
  expect(Math.abs(drawn.at(-1) ?? 1)).toBeLessThan(0.05);
});

test('a piece sweeps from 1.6 to 2.0 kHz: its waves get shorter', () => {
  const drawn = samples('piece', 48_000);
  const crossings = (part: Float32Array): number =>
    part.reduce((count, value, index) => count + (index > 0 && value >= 0 && (part[index - 1] ?? 0) < 0 ? 1 : 0), 0);
  const half = drawn.length >> 1;
  expect(crossings(drawn.subarray(half))).toBeGreaterThan(crossings(drawn.subarray(0, half)));
  expect(crossings(drawn)).toBeGreaterThan(135);
  expect(crossings(drawn)).toBeLessThan(155);
});
