/* What is said from the menu on; comes with it, so that the first screen stays light. */
import { camera } from './camera.hu';
import { inbound } from './inbound.hu';
import { outbound } from './outbound.hu';
import { printers } from './printers.hu';
import { scanner } from './scanner.hu';
import { stock } from './stock.hu';

export const work = { ...camera, ...inbound, ...outbound, ...printers, ...scanner, ...stock };
