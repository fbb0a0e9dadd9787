/* The courier's texts; the phone's language decides. */
import { sayOf, type SameTexts, type SayOf } from '../../office/texts/say_of';
import type { Language } from '../../texts/texts';
import type { cs } from './cs';

export type CourierTexts = SameTexts<typeof cs>;
export type CourierSay = SayOf<typeof cs>;

const LOAD: Readonly<Record<Language, () => Promise<CourierTexts>>> = {
  cs: async () => (await import('./cs')).cs,
  sk: async () => (await import('./sk')).sk,
  hu: async () => (await import('./hu')).hu,
  en: async () => (await import('./en')).en,
};

export async function loadSay(language: Language): Promise<CourierSay> {
  return sayOf<typeof cs>(await LOAD[language](), language);
}
