import { expect, test } from 'vitest';
import vectors from '../../../contracts/flows/put_away.json';
import { put_away } from './put_away';
import { run } from './vectors';
import type { VectorCase } from './vectors';

type Bundle = Parameters<typeof put_away.start>[0];
const bundles = vectors.bundles as unknown as Record<string, Bundle>;

test.each(vectors.cases as unknown as VectorCase[])('$name', (each) => {
  for (const { at, expected, got } of run(put_away, bundles, each)) expect({ at, ...got }).toEqual({ at, ...expected });
});
