/* The camera is one thumb away wherever codes are heard: a screen that forgets it is found here. */
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('./', import.meta.url);
const source = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
/** Tells how a scanner behaves; a camera has nothing to tell there. */
const WEDGE_ONLY = ['Settings.svelte'];

const listening = readdirSync(folder).filter(
  (name) => name.endsWith('.svelte') && !WEDGE_ONLY.includes(name) && /floor\.listen\(|<JobFrame/.test(source(name)),
);

test('the screens that hear codes are found', () => {
  expect(listening).toEqual(expect.arrayContaining([
    'Receive.svelte', 'PutAway.svelte', 'Count.svelte', 'Carry.svelte', 'Returns.svelte', 'LookUp.svelte', 'Pick.svelte', 'Pack.svelte', 'Handover.svelte',
  ]));
});

test.each(listening)('%s has the camera in its foot and a sheet for it', (name) => {
  const text = source(name);
  const foot = /<footer class="foot"[^]*<\/footer>/.exec(text)?.[0] ?? /{#snippet foot\(\)}[^]*?\n {2}{\/snippet}/.exec(text)?.[0] ?? '';
  expect(foot).toContain('<FootButtons');
  expect(text).toMatch(/<CodeSheet|<JobFrame/);
});
