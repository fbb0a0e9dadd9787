/* What is said from the menu on; comes with it, so that the first screen stays light. */
import { camera } from './camera.cs';
import { inbound } from './inbound.cs';
import { outbound } from './outbound.cs';
import { printers } from './printers.cs';
import { scanner } from './scanner.cs';
import { stock } from './stock.cs';

export const work = { ...camera, ...inbound, ...outbound, ...printers, ...scanner, ...stock };
