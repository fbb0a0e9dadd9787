/*
 * When a picture's code may be believed: at once for codes that prove themselves, after two equal reads otherwise.
 *
 * The same code counts again only after it left the picture for a moment, so a still hand scans once. Time alone proves
 * nothing: on a slow phone two pictures lie further apart than that moment, so pictures without the code must say it.
 *
 * A shelf shows many codes at once. What the running job takes goes first; what is known and not wanted here is taken
 * only when nothing wanted stands beside it; what fits nothing is shown and never taken.
 */

export interface CameraRead {
  text: string;
  /** Names of the BarcodeDetector standard: ean_13, qr_code, code_128 and so on. */
  format: string;
  /** Corners in pixels of the picture, clockwise. */
  corners?: readonly { x: number; y: number }[];
}

/** What the job says to a code: it takes it, it knows it and does not want it here, or it can make nothing of it. */
export type Fit = 'wanted' | 'known' | 'nothing';

export interface Judged {
  fit: Fit;
  /** A check character of our own, or a key that the job waits for, vouches for the text: one read is enough. */
  proven: boolean;
}
const WANTED: Judged = { fit: 'wanted', proven: false };
const RANK: Readonly<Record<Fit, number>> = { wanted: 2, known: 1, nothing: 0 };

export interface Glance {
  /** To be scanned now. */
  taken: string | null;
  /** Read for certain, and fits nothing: shown only. */
  shown: string | null;
}

/** A slow phone reads so few pictures a second, and a turned label only in every eighth of them. */
const AGREE_WITHIN_MS = 1_000;
const LEFT_AFTER_MS = 400;
const LEFT_AFTER_PICTURES = 2;

const PROVEN = new Set(['qr_code', 'micro_qr_code', 'data_matrix', 'aztec', 'pdf417', 'ean_13', 'upc_a', 'databar']);

function mod10(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    sum += Number(digits[digits.length - 1 - index]) * (index % 2 === 0 ? 1 : 3);
  }
  return sum % 10 === 0;
}

/** One read is enough: error correction inside, or a check digit that fits. */
export function provesItself(read: CameraRead): boolean {
  if (read.format === 'itf') return /^\d{14}$/.test(read.text) && mod10(read.text);
  if (read.format === 'ean_13' || read.format === 'upc_a') return /^\d{12,13}$/.test(read.text) && mod10(read.text);
  return PROVEN.has(read.format);
}

interface Seen {
  last_ms: number;
  pictures_without: number;
}

/** Reads that are mostly noise: short ITF lives in every ruled line. */
const hopeless = (read: CameraRead): boolean => read.text === '' || (read.format === 'itf' && read.text.length < 6);

export class CameraVotes {
  private readonly candidates = new Map<string, number>();
  private readonly seen = new Map<string, Seen>();

  /** All reads of one picture; what to take and what to show of them. */
  picture(reads: readonly CameraRead[], at_ms: number, judge: (text: string) => Judged = () => WANTED): Glance {
    this.forgetWhatLeft(at_ms);
    let best: { text: string; fit: Fit } | null = null;
    let wantedInSight = false;
    for (const read of reads) {
      if (hopeless(read)) continue;
      const before = this.seen.get(read.text);
      if (before !== undefined) {
        wantedInSight = true;
        this.seen.set(read.text, { last_ms: at_ms, pictures_without: 0 });
        continue;
      }
      const { fit, proven } = judge(read.text);
      const believed = this.believed(read, at_ms) || proven;
      if (believed && (best === null || RANK[fit] > RANK[best.fit])) best = { text: read.text, fit };
    }
    for (const each of this.seen.values()) if (each.last_ms !== at_ms) each.pictures_without += 1;
    if (best === null || (best.fit === 'known' && wantedInSight)) return { taken: null, shown: null };
    if (best.fit === 'nothing') return { taken: null, shown: best.text };
    this.seen.set(best.text, { last_ms: at_ms, pictures_without: 0 });
    this.candidates.clear();
    return { taken: best.text, shown: null };
  }

  private forgetWhatLeft(at_ms: number): void {
    for (const [text, { last_ms, pictures_without }] of this.seen) {
      if (pictures_without >= LEFT_AFTER_PICTURES && at_ms - last_ms > LEFT_AFTER_MS) this.seen.delete(text);
    }
    for (const [text, last_ms] of this.candidates) if (at_ms - last_ms > AGREE_WITHIN_MS) this.candidates.delete(text);
  }

  private believed(read: CameraRead, at_ms: number): boolean {
    if (provesItself(read)) return true;
    const before = this.candidates.get(read.text);
    // Twice in one picture is one look.
    const agreed = before !== undefined && before !== at_ms;
    this.candidates.set(read.text, at_ms);
    return agreed;
  }
}
