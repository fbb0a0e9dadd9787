/* Texts of the guided story, one language at a time. */
import { sayOf, type SameTexts, type SayOf } from '../../office/texts/say_of';
import type { Language } from '../../texts/texts';
import type { cs } from './cs';

export type DemoTexts = SameTexts<typeof cs>;
export type DemoSay = SayOf<typeof cs>;

const LOAD: Readonly<Record<Language, () => Promise<DemoTexts>>> = {
  cs: async () => (await import('./cs')).cs,
  sk: async () => (await import('./sk')).sk,
  hu: async () => (await import('./hu')).hu,
  en: async () => (await import('./en')).en,
};

export async function loadSay(language: Language): Promise<DemoSay> {
  return sayOf<typeof cs>(await LOAD[language](), language);
}
