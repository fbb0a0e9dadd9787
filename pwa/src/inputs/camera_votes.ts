/*
 * When a picture's code may be believed: at once for codes that prove themselves, after two equal reads otherwise.
 *
 * The same code counts again only after it left the picture for a moment, so a still hand scans once. Time alone proves
 * nothing: on a slow phone two pictures lie further apart than that moment, so pictures without the code must say it.
 */

export interface CameraRead {
  text: string;
  /** Names of the BarcodeDetector standard: ean_13, qr_code, code_128 and so on. */
  format: string;
  /** Corners in pixels of the picture, clockwise. */
  corners?: readonly { x: number; y: number }[];
}

const AGREE_WITHIN_MS = 300;
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
  private candidate: { text: string; at_ms: number } | null = null;
  private readonly seen = new Map<string, Seen>();

  /** All reads of one picture; returns the code text to take, or null. */
  picture(reads: readonly CameraRead[], at_ms: number): string | null {
    this.forgetWhatLeft(at_ms);
    let taken: string | null = null;
    for (const read of reads) {
      if (hopeless(read)) continue;
      if (this.seen.has(read.text)) {
        this.seen.set(read.text, { last_ms: at_ms, pictures_without: 0 });
        continue;
      }
      if (taken !== null || !this.believed(read, at_ms)) continue;
      taken = read.text;
      this.seen.set(read.text, { last_ms: at_ms, pictures_without: 0 });
      this.candidate = null;
    }
    for (const each of this.seen.values()) if (each.last_ms !== at_ms) each.pictures_without += 1;
    return taken;
  }

  private forgetWhatLeft(at_ms: number): void {
    for (const [text, { last_ms, pictures_without }] of this.seen) {
      if (pictures_without >= LEFT_AFTER_PICTURES && at_ms - last_ms > LEFT_AFTER_MS) this.seen.delete(text);
    }
  }

  private believed(read: CameraRead, at_ms: number): boolean {
    if (provesItself(read)) return true;
    const agreed = this.candidate?.text === read.text && at_ms - this.candidate.at_ms <= AGREE_WITHIN_MS;
    this.candidate = { text: read.text, at_ms };
    return agreed;
  }
}
