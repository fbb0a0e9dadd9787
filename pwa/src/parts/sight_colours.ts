/* Green: wanted here. Amber: known to the house. Red: not sure of it, or known to nobody. */
export type Colour = 'green' | 'amber' | 'red';

export interface Wanted {
  name: string;
  keys: readonly string[];
}

/** What the house said to a text: a name, null for "nobody knows it", nothing while it was not asked. */
export type Known = ReadonlyMap<string, string | null>;

export function wantedBy(keys: readonly string[], wanted: readonly Wanted[]): Wanted | null {
  return wanted.find((each) => each.keys.some((key) => keys.includes(key))) ?? null;
}

export function colourOf(text: string, keys: readonly string[], wanted: readonly Wanted[], known: Known): Colour {
  if (wantedBy(keys, wanted) !== null) return 'green';
  return known.get(text) ? 'amber' : 'red';
}
