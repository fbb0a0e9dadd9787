/* What the camera may take by itself: the flows judge, and nothing is recorded by it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCode } from '../codes/scan_keys';
import type { Bundle, Flow } from '../flows/flow';
import { loadFlow } from '../flows/registry';
import { keysIn } from '../inputs/reading';
import { Job } from './job';

const TEA = '9520000000011';
const LAMP = '9520000000042';

function bundleOf(flow: string, name: string): Bundle {
  const file = JSON.parse(readFileSync(new URL(`../../../contracts/flows/${flow}.json`, import.meta.url), 'utf8')) as { bundles: Record<string, Bundle> };
  return file.bundles[name] as Bundle;
}

async function open(flow: string, name: string, before: readonly string[] = []): Promise<{ judge: (text: string) => string; stored: () => number }> {
  const bundle = bundleOf(flow, name);
  const known = keysIn(bundle);
  let stored = 0;
  const append = () => ((stored += 1), Promise.resolve([]));
  const job = new Job({
    flow: (await loadFlow(flow)) as Flow, bundle, outbox: { append }, feedback: { play: () => undefined, vibrate: () => undefined },
    newAct: () => 'act', session: () => null, stored: () => undefined,
  });
  for (const text of before) job.input({ type: 'scan', reading: readCode(text, known), raw: text, source: 'camera' });
  await job.settled();
  stored = 0;
  return { judge: (text) => job.fit(readCode(text, known), text, known), stored: () => stored };
}

test.each([
  ['receive', 'mixed', 'goods of the delivery', [], TEA, 'wanted'],
  ['receive', 'mixed', 'lot and date in one code', [], '(01)09520000000028(15)280131(10)LM7', 'wanted'],
  ['receive', 'mixed', 'goods of no line', [], '4006381333931', 'nothing'],
  ['receive', 'mixed', 'an advertisement', [], 'https://example.com/win', 'nothing'],
  ['receive', 'mixed', 'any text where a serial is waited for', [LAMP], 'SN-0007', 'wanted'],
  ['pack', 'serials', 'a serial that is waited for', [LAMP], 'SN-0007', 'wanted'],
  ['pack', 'serials', 'a slogan where goods are waited for', [], 'FRESH', 'nothing'],
  ['count', 'two_places', 'a place of the list, printed without our prefix', [], 'A-01-1', 'wanted'],
  ['count', 'two_places', 'goods before the place', [], TEA, 'known'],
  ['count', 'two_places', 'goods that lie here', ['A-01-1'], TEA, 'wanted'],
  ['count', 'two_places', 'goods that the list does not have', ['A-01-1'], '4006381333931', 'nothing'],
  ['move', 'shelf', 'goods of the shelf', [], TEA, 'wanted'],
  ['move', 'shelf', 'goods that are not here', ['A-01-1'], '4006381333931', 'known'],
  ['move', 'shelf', 'a slogan', ['A-01-1'], 'FRESH', 'nothing'],
])('%s %s: %s', async (flow, bundle, _what, before, text, fit) => {
  const { judge, stored } = await open(flow, bundle, before);
  expect(judge(text)).toBe(fit);
  expect(stored()).toBe(0);
});
