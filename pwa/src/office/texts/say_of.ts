/*
 * Dictionaries of one page, in the pattern of the floor's: Czech is the type, the other languages must satisfy it.
 */
import { makeSay, type Language, type Plural, type Say, type Texts, type Values } from '../../texts/texts';

export type { Plural } from '../../texts/texts';
export type Dictionary = Readonly<Record<string, string | Plural>>;
export type SameTexts<D> = { readonly [K in keyof D]: D[K] extends string ? string : Plural };
export type SayOf<D> = ((key: keyof D & string, values?: Values) => string) &
  Pick<Say, 'language' | 'code' | 'has' | 'number' | 'weight'>;

/** The floor's engine (places, plurals, codes inside values) over another dictionary. */
export function sayOf<D extends Dictionary>(texts: SameTexts<D>, language: Language): SayOf<D> {
  return makeSay(texts as unknown as Texts, language) as unknown as SayOf<D>;
}

/** Widens the forms of a plural, so that each language may have those it needs. */
export const plural = (forms: Plural): Plural => forms;
