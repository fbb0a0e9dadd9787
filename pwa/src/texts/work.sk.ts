/* What is said from the menu on; comes with it, so that the first screen stays light. */
import { camera } from './camera.sk';
import { inbound } from './inbound.sk';
import { outbound } from './outbound.sk';
import { printers } from './printers.sk';
import { scanner } from './scanner.sk';
import { stock } from './stock.sk';

export const work = { ...camera, ...inbound, ...outbound, ...printers, ...scanner, ...stock };
