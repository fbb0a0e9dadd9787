/* The office's texts: one language is loaded at a time. */
import type { Language } from '../../texts/texts';
import type { cs } from './cs';
import { sayOf, type SameTexts, type SayOf } from './say_of';

export type OfficeKey = keyof typeof cs;
export type OfficeTexts = SameTexts<typeof cs>;
export type OfficeSay = SayOf<typeof cs>;

const LOAD: Readonly<Record<Language, () => Promise<OfficeTexts>>> = {
  cs: async () => (await import('./cs')).cs,
  sk: async () => (await import('./sk')).sk,
  hu: async () => (await import('./hu')).hu,
  en: async () => (await import('./en')).en,
};

export async function loadSay(language: Language): Promise<OfficeSay> {
  return sayOf<typeof cs>(await LOAD[language](), language);
}
