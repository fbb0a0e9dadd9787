import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isDark } from './theme';

const css = readFileSync(new URL('./floor.css', import.meta.url), 'utf8');

/** The colours of a theme: the light ones, with those of the dark block laid over. */
function colours(dark: boolean): Record<string, string> {
  const blocks = [/:root \{([^}]*)\}/.exec(css)?.[1] ?? '', dark ? (/:root\[data-theme='dark'\] \{([^}]*)\}/.exec(css)?.[1] ?? '') : ''];
  return Object.fromEntries(blocks.flatMap((block) => [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value])));
}

const light = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one: string, other: string): number => {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
};

const WRITTEN: [string, string][] = [
  ['ink', 'paper'], ['ink', 'mist'], ['ink-soft', 'paper'], ['ink-soft', 'mist'], ['accent', 'paper'], ['accent', 'mist'],
  ['calm-ink', 'calm'], ['error-ink', 'paper'], ['ok-deep', 'paper'], ['#ffffff', 'navy'], ['#ffffff', 'navy-soft'],
  ['#ffffff', 'error'], ['#000000', 'ok'], ['#000000', 'warning'],
];

test.each(['light', 'dark'])('every text of the %s theme keeps a contrast of 7:1', (theme) => {
  const known = colours(theme === 'dark');
  const of = (name: string): string => (name.startsWith('#') ? name : (known[name] ?? 'unknown'));
  for (const [text, ground] of WRITTEN) expect(contrast(of(text), of(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(7);
});

test.each([
  ['auto', true, true], ['auto', false, false], ['light', true, false], ['dark', false, true],
] as const)('chosen %s, the system dark: %s', (theme, system, dark) => {
  expect(isDark(theme, system)).toBe(dark);
});
