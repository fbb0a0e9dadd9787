/*
 * Still pictures for the server's better eyes: kept on the device until they are read, then until somebody has confirmed
 * or thrown away what was read.
 *
 * A database of their own: pictures are large, and whatever goes wrong with them must not touch the scans. Bounded and
 * never dropped silently: one too many is not taken, and that is said.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { ApiProblem, NoAnswer, type Api } from '../api/client';
import type { Timers } from './sender';

export interface ReadPhoto {
  /** Trusted by the server's rules. */
  codes: { text: string; symbology: string; reason: string }[];
  /** Readers did not agree on these: shown, never taken. */
  guesses: string[];
}

interface KeptPhoto {
  number?: number;
  taken_at: string;
  /** The job that was open; null: none. */
  task: string | null;
  title: string;
  type: string;
  content: ArrayBuffer;
  /** Codes that the job waited for. */
  known: string[];
  answer: ReadPhoto | null;
}

/** A picture that was read; somebody has to say yes or no. */
export interface PhotoAnswer extends ReadPhoto {
  number: number;
  taken_at: string;
  task: string | null;
  title: string;
}

export interface PhotosView {
  waiting: number;
  /** Oldest first. */
  answers: readonly PhotoAnswer[];
}

export const NO_PHOTOS: PhotosView = { waiting: 0, answers: [] };

interface PhotoSchema extends DBSchema {
  photos: { key: number; value: KeptPhoto };
}
export type PhotoStore = IDBPDatabase<PhotoSchema>;

export const PHOTOS_MAX = 20;
const KNOWN_MAX = 60;
const AGAIN_MS = 30_000;
const READ_MS = 20_000;

export const openPhotoStore = (name = 'rampa-photos'): Promise<PhotoStore> =>
  openDB<PhotoSchema>(name, 1, {
    upgrade: (database) => void database.createObjectStore('photos', { keyPath: 'number', autoIncrement: true }),
  });

/** Bodies of the keys that a picture may show; the server lets them break ties. */
export const textsOf = (keys: Iterable<string>): string[] =>
  [...keys].filter((key) => /^(gtin|sscc|track|text):/.test(key)).slice(0, KNOWN_MAX).map((key) => key.slice(key.indexOf(':') + 1));

export interface WaitingPhotosOptions {
  store: PhotoStore;
  api: Api;
  changed(view: PhotosView): void;
  timers?: Timers;
  now_ms?: () => number;
}

export class WaitingPhotos {
  private sending: Promise<void> | null = null;
  private timer: unknown = null;
  private readonly timers: Timers;

  constructor(private readonly options: WaitingPhotosOptions) {
    this.timers = options.timers ?? {
      set: (run, delay_ms) => setTimeout(run, delay_ms),
      clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    };
  }

  /** Keeps the picture first, then asks. False: the device holds as many as it may. */
  async add(picture: Blob, about: { task: string | null; title: string; known: Iterable<string> }): Promise<boolean> {
    const { store, now_ms = Date.now } = this.options;
    if ((await store.count('photos')) >= PHOTOS_MAX) return false;
    const content = await picture.arrayBuffer();
    const taken_at = new Date(now_ms()).toISOString();
    const kept: KeptPhoto = {
      taken_at, task: about.task, title: about.title, type: picture.type, content, known: textsOf(about.known), answer: null,
    };
    const transaction = store.transaction('photos', 'readwrite', { durability: 'strict' });
    await Promise.all([transaction.store.add(kept), transaction.done]);
    await this.tell();
    void this.send();
    return true;
  }

  /** Said yes or no to: the picture goes, and nothing of it stays anywhere. */
  async forget(number: number): Promise<void> {
    await this.options.store.delete('photos', number);
    await this.tell();
  }

  /** Sends all that waits, one after the other; silence and a busy server are tried again later. */
  send(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => (this.sending = null));
    return this.sending;
  }

  async tell(): Promise<void> {
    const kept = await this.options.store.getAll('photos');
    const answers = kept.flatMap(({ number = 0, taken_at, task, title, answer }) => (answer === null ? [] : [{ ...answer, number, taken_at, task, title }]));
    this.options.changed({ waiting: kept.length - answers.length, answers });
  }

  private async sendAll(): Promise<void> {
    this.timers.clear(this.timer);
    const { store } = this.options;
    const left = new Set<number>();
    let again = false;
    try {
      // Looked up anew each time: pictures are taken and thrown away meanwhile.
      for (;;) {
        const next = (await store.getAll('photos')).find(({ answer, number = 0 }) => answer === null && !left.has(number));
        if (next?.number === undefined) break;
        const answer = await this.ask(next);
        if (answer === null) {
          left.add(next.number);
          continue;
        }
        const transaction = store.transaction('photos', 'readwrite');
        if ((await transaction.store.count(next.number)) > 0) await transaction.store.put({ ...next, answer });
        await transaction.done;
        await this.tell();
      }
    } catch (error) {
      if (!(error instanceof NoAnswer) && !(error instanceof ApiProblem)) console.error(error);
      again = true;
    }
    if (again || left.size > 0) this.timer = this.timers.set(() => void this.send(), AGAIN_MS);
  }

  /** Null: the server broke on this one; it waits, and those behind it do not wait for it. */
  private async ask({ content, type, known }: KeptPhoto): Promise<ReadPhoto | null> {
    const query = known.map((text) => `known=${encodeURIComponent(text)}`).join('&');
    try {
      const { codes, guesses } = await this.options.api<ReadPhoto>(`/api/scans/photo?${query}`, {
        method: 'POST', body: new Blob([content], { type }), timeout_ms: READ_MS,
      });
      return { codes: codes.map(({ text, symbology, reason }) => ({ text, symbology, reason })), guesses };
    } catch (error) {
      // A picture that the server cannot take will not become better: it is answered as one without a code.
      const hopeless = error instanceof ApiProblem && [400, 413, 415, 422].includes(error.problem.status);
      if (hopeless) return { codes: [], guesses: [] };
      if (error instanceof ApiProblem && error.problem.status === 500) return null;
      throw error;
    }
  }
}
