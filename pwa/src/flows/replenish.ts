/* Filling pick faces: carrying with both ends told by the bundle. */
import type { Flow } from './flow';
import { move, type CarryBundle, type CarryState } from './move';

export const replenish: Flow<CarryState, CarryBundle> = { ...move, name: 'replenish' };
