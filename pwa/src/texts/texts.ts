/*
 * Texts by typed key: cs.ts is the type, en, sk and hu must satisfy it, so a missing text does not compile.
 *
 * One language is loaded at a time, in two parts: what the first screens say, and the rest with the menu. A text may hold places like {name}; a plural is chosen by the value `n`.
 */
import type { cs } from './cs';
import type { first } from './first.cs';

export type Plural = { one?: string; few?: string; many?: string; other: string };
export type TextKey = keyof typeof cs;
type SameAs<T> = { readonly [K in keyof T]: T[K] extends string ? string : Plural };
export type Texts = SameAs<typeof cs>;
export type FirstTexts = SameAs<typeof first>;
export type Values = Readonly<Record<string, unknown>>;

export const LANGUAGES = ['cs', 'sk', 'hu', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  cs: 'Čeština', sk: 'Slovenčina', hu: 'Magyar', en: 'English',
};

const FIRST: Readonly<Record<Language, () => Promise<{ first: FirstTexts }>>> = {
  cs: () => import('./first.cs'), sk: () => import('./first.sk'), hu: () => import('./first.hu'), en: () => import('./first.en'),
};
const WORK: Readonly<Record<Language, () => Promise<{ work: object }>>> = {
  cs: () => import('./work.cs'), sk: () => import('./work.sk'), hu: () => import('./work.hu'), en: () => import('./work.en'),
};

export const isLanguage = (language: string): language is Language => LANGUAGES.includes(language as Language);

export function languageOf(wanted: readonly string[]): Language {
  for (const each of wanted) {
    const short = each.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return 'cs';
}

/** Says a text in one language. */
export interface Say {
  (key: TextKey, values?: Values): string;
  readonly language: Language;
  /** A text whose key comes from elsewhere (a code of the server); `otherwise` when this app has none for it. */
  code(prefix: string, code: string, otherwise: string, values?: Values): string;
  has(key: string): boolean;
  /** Until then only the texts of the first screens are here; to be awaited before the menu and the jobs. */
  whole(): Promise<void>;
  number(value: number, digits?: number): string;
  /** 1 250 g as "1,25 kg" in the language's own way. */
  weight(weight_g: number): string;
}

/** Values that are codes themselves are said by their own texts, e.g. {got} of WRONG_KIND by `kind.location`. */
const CODED: Readonly<Record<string, string>> = {
  kind: 'kind', hold: 'hold', state: 'parcel_state', because: 'refusal', got: 'kind',
};

export function makeSay(texts: Texts, language: Language, whole: () => Promise<void> = () => Promise.resolve()): Say {
  const rules = new Intl.PluralRules(language);
  const table = texts as unknown as Readonly<Record<string, string | Plural>>;

  const fill = (template: string, values: Values, coded: boolean): string =>
    template.replace(/\{(\w+)\}/g, (_place, name: string) => {
      const value = values[name];
      if (typeof value === 'number') return new Intl.NumberFormat(language).format(value);
      const plain = value === null || value === undefined ? '' : String(value);
      const prefix = coded ? CODED[name] : undefined;
      const known = prefix === undefined ? undefined : table[`${prefix}.${plain}`];
      // Such a text may hold places of its own, e.g. the order in "was cancelled".
      // A place it has no value for leaves no hole behind.
      if (typeof known !== 'string') return plain;
      return fill(known, values, false).replace(/ {2,}/g, ' ').replace(/[\s:,]+([.!?])$/, '$1');
    });

  const pick = (text: string | Plural, values: Values): string => {
    if (typeof text === 'string') return text;
    const n = Number(values['n'] ?? values['quantity'] ?? 0);
    return text[rules.select(n) as keyof Plural] ?? text.other;
  };

  const say = (key: TextKey, values: Values = {}): string => fill(pick(texts[key], values), values, false);
  return Object.assign(say, {
    language,
    has: (key: string) => key in table,
    whole,
    code: (prefix: string, code: string, otherwise: string, values: Values = {}): string => {
      const text = table[`${prefix}.${code}`];
      return text === undefined ? otherwise : fill(pick(text, values), values, true);
    },
    number: (value: number, digits = 0): string =>
      new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value),
    weight: (weight_g: number): string =>
      weight_g < 1_000
        ? `${new Intl.NumberFormat(language).format(weight_g)} g`
        : `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(weight_g / 1_000)} kg`,
  });
}

export async function loadSay(language: Language): Promise<Say> {
  const table = { ...(await FIRST[language]()).first };
  const whole = async (): Promise<void> => void Object.assign(table, (await WORK[language]()).work);
  return makeSay(table as unknown as Texts, language, whole);
}
