/* What screens see of a shift, and the words they use to it. */
import type { CodeReading, Correction, Source } from '../flows/flow';
import type { Device, Session, Settings } from '../offline/local_store';
import type { Link } from '../offline/sender';
import type { JobView } from './job';

export interface ShiftView {
  device: Device | null;
  session: Session | null;
  /** It lay on the shelf: whoever takes it up again says who they are. The job stays. */
  locked: boolean;
  language: string;
  /** Scans of this shift: stored here, and known to the server. */
  scanned: number;
  saved: number;
  unsent: number;
  link: Link;
  /** Why the server no longer takes this device, as a problem code. */
  refused: string | null;
  corrections: Correction[];
  settings: Settings;
  job: JobView | null;
  /** Difference between the device's clock and the server's. */
  clock_off_ms: number;
  /** Scans that this device had stored and no longer has; they are counted and told until somebody has read it. */
  lost: number;
}

/** What the scanner or camera read, handed to whoever is on screen. */
export interface ScannedCode {
  reading: CodeReading;
  raw: string;
  source: Source;
}

export interface WorkRequest {
  flow: string;
  mode?: string;
  key?: string;
  station?: string;
  handover?: number;
  wave?: string;
  carrier?: string;
  limit?: number;
}

export const DEFAULT_SETTINGS: Settings = {
  suffix: 'unknown', keyboard: 'unknown', layout: 'unknown', separator: null, volume: 1, station: null, left_hand: false, theme: 'auto',
};
