/* What is said from the menu on; comes with it, so that the first screen stays light. */
import { inbound } from './inbound.sk';
import { stock } from './stock.sk';

export const work = { ...inbound, ...stock };
