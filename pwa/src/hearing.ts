/* What hears a scanner and reads its codes: one piece that comes beside the first screen, not before it. */
export { readCode, shopOf } from './codes/scan_keys';
export { attachWedge } from './inputs/wedge';
export { heardBy } from './screens/scanner_card';
