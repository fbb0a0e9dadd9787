/* Czech: the type of all texts. */
import { first } from './first.cs';
import { work } from './work.cs';

export const cs = { ...first, ...work };
