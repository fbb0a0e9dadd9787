import { expect, test } from 'vitest';
import vectors from '../../../contracts/flows/returns.json';
import { returns } from './returns';
import { run } from './vectors';
import type { VectorCase } from './vectors';

type Bundle = Parameters<typeof returns.start>[0];
const bundles = vectors.bundles as unknown as Record<string, Bundle>;

test.each(vectors.cases as unknown as VectorCase[])('$name', (each) => {
  for (const { at, expected, got } of run(returns, bundles, each)) expect({ at, ...got }).toEqual({ at, ...expected });
});
