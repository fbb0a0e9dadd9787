/* What is said from the menu on; comes with it, so that the first screen stays light. */
import { camera } from './camera.en';
import { inbound } from './inbound.en';
import { outbound } from './outbound.en';
import { printers } from './printers.en';
import { scanner } from './scanner.en';
import { stock } from './stock.en';

export const work = { ...camera, ...inbound, ...outbound, ...printers, ...scanner, ...stock };
