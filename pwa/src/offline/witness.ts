/*
 * A second memory of the device's numbers, apart from its database: a few bytes in localStorage.
 *
 * When the database is deleted under the app, restored from an old copy, or loses its newest writes to a power cut, the
 * witness still knows how far the numbers went. So a loss is known and counted, and no number is used twice.
 */

export interface Witnessed {
  device: string;
  name: string;
  last_seq: number;
  unsent: number;
}

export interface Witness {
  read(): Witnessed | null;
  write(seen: Witnessed): void;
  forget(): void;
}

const KEY = 'rampa-witness';

/** Nothing to remember with: a browser that refuses localStorage must not stop the work. */
export const noWitness: Witness = { read: () => null, write: () => undefined, forget: () => undefined };

export function localWitness(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Witness {
  const quietly = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch {
      return otherwise;
    }
  };
  return {
    read: () => quietly(() => witnessed(JSON.parse(storage.getItem(KEY) ?? 'null')), null),
    write: (seen) => quietly(() => storage.setItem(KEY, JSON.stringify(seen)), undefined),
    forget: () => quietly(() => storage.removeItem(KEY), undefined),
  };
}

function witnessed(value: unknown): Witnessed | null {
  const { device, name, last_seq, unsent } = (value ?? {}) as Partial<Witnessed>;
  if (typeof device !== 'string' || !Number.isInteger(last_seq) || !Number.isInteger(unsent)) return null;
  return { device, name: String(name ?? ''), last_seq: last_seq as number, unsent: unsent as number };
}
