import { first } from './first.sk';
import type { Texts } from './texts';
import { work } from './work.sk';

export const sk: Texts = { ...first, ...work };
