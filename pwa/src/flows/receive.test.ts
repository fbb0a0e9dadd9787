import { expect, test } from 'vitest';
import vectors from '../../../contracts/flows/receive.json';
import { receive } from './receive';
import { run } from './vectors';
import type { VectorCase } from './vectors';

type Bundle = Parameters<typeof receive.start>[0];
const bundles = vectors.bundles as unknown as Record<string, Bundle>;

test.each(vectors.cases as unknown as VectorCase[])('$name', (each) => {
  for (const { at, expected, got } of run(receive, bundles, each)) expect({ at, ...got }).toEqual({ at, ...expected });
});
