import { expect, test } from 'vitest';
import vectors from '../../../contracts/flows/move.json';
import { move } from './move';
import { run } from './vectors';
import type { VectorCase } from './vectors';

type Bundle = Parameters<typeof move.start>[0];
const bundles = vectors.bundles as unknown as Record<string, Bundle>;

test.each(vectors.cases as unknown as VectorCase[])('$name', (each) => {
  for (const { at, expected, got } of run(move, bundles, each)) expect({ at, ...got }).toEqual({ at, ...expected });
});
