import { first } from './first.hu';
import type { Texts } from './texts';
import { work } from './work.hu';

export const hu: Texts = { ...first, ...work };
