/*
 * Every code in one picture, for counting and receiving by camera: which are believed, and how many of each.
 *
 * The same code twice in one picture is two boxes side by side; the most that one picture showed is what is proposed.
 * A text is believed when it proves itself or when two pictures agree. Pure: pictures in, sightings out.
 */
import { provesItself, type CameraRead } from './camera_votes';

export interface Sighting {
  text: string;
  corners: readonly { x: number; y: number }[];
  believed: boolean;
}

export interface ManyCount {
  text: string;
  count: number;
}

export class ManyCodes {
  private readonly pictures = new Map<string, number>();
  private readonly most = new Map<string, number>();

  /** What this picture shows. */
  picture(reads: readonly CameraRead[]): Sighting[] {
    const here = new Map<string, number>();
    for (const read of reads) if (read.text !== '') here.set(read.text, (here.get(read.text) ?? 0) + 1);
    for (const [text, count] of here) {
      this.pictures.set(text, (this.pictures.get(text) ?? 0) + 1);
      this.most.set(text, Math.max(this.most.get(text) ?? 0, count));
    }
    return reads
      .filter((read) => read.text !== '')
      .map((read) => ({ text: read.text, corners: read.corners ?? [], believed: this.isBelieved(read) }));
  }

  /** Believed codes in the order in which they were first seen. */
  counts(reads: readonly CameraRead[] = []): ManyCount[] {
    const proven = new Set(reads.filter(provesItself).map((read) => read.text));
    for (const text of proven) this.pictures.set(text, Math.max(2, this.pictures.get(text) ?? 0));
    return [...this.most].filter(([text]) => (this.pictures.get(text) ?? 0) >= 2).map(([text, count]) => ({ text, count }));
  }

  private isBelieved(read: CameraRead): boolean {
    return provesItself(read) || (this.pictures.get(read.text) ?? 0) >= 2;
  }
}
