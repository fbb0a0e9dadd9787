/* Green: wanted here. Amber: known to the house. Red: known to nobody. Grey: not known yet: no answer, or not read surely. */
export type Colour = 'green' | 'amber' | 'red' | 'grey';

export interface Wanted {
  name: string;
  keys: readonly string[];
}

/** What the house said to a text: a name, null for "nobody knows it", nothing while there is no answer. */
export type Known = ReadonlyMap<string, string | null>;

export function wantedBy(keys: readonly string[], wanted: readonly Wanted[]): Wanted | null {
  return wanted.find((each) => each.keys.some((key) => keys.includes(key))) ?? null;
}

export function colourOf(text: string, keys: readonly string[], wanted: readonly Wanted[], known: Known): Colour {
  if (wantedBy(keys, wanted) !== null) return 'green';
  const name = known.get(text);
  return name === undefined ? 'grey' : name === null ? 'red' : 'amber';
}
