/* What is said from the menu on; comes with it, so that the first screen stays light. */
import { inbound } from './inbound.cs';
import { stock } from './stock.cs';

export const work = { ...inbound, ...stock };
