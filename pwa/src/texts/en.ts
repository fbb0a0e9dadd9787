import { first } from './first.en';
import type { Texts } from './texts';
import { work } from './work.en';

export const en: Texts = { ...first, ...work };
