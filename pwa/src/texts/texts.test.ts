import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cs } from './cs';
import { en } from './en';
import { hu } from './hu';
import { sk } from './sk';
import { languageOf, makeSay, type Language, type Texts } from './texts';

const ALL: Record<Language, Texts> = { cs, sk, hu, en };
const languages = Object.keys(ALL) as Language[];
interface Told {
  code: string;
  cure?: string;
  values: string[];
}
const contract = (name: string): Told[] =>
  JSON.parse(readFileSync(new URL(`../../../contracts/${name}.json`, import.meta.url), 'utf8')) as Told[];
const refusals = contract('refusals');
const corrections = contract('corrections');

const forms = (text: unknown): string[] => (typeof text === 'string' ? [text] : Object.values(text as object));
const places = (text: unknown): string[] =>
  [...new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')))].sort();

describe.each(languages)('%s', (language) => {
  const table = ALL[language] as unknown as Record<string, unknown>;

  test('has exactly the texts of Czech, none of them empty', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(cs).sort());
    for (const [key, text] of Object.entries(table)) for (const form of forms(text)) expect(form, key).not.toBe('');
  });

  test('has the same places in each text as Czech', () => {
    for (const [key, text] of Object.entries(table)) {
      expect(places(text), key).toEqual(places((cs as Record<string, unknown>)[key]));
    }
  });

  test('has all plural forms that the language needs', () => {
    const needed = new Set([0, 1, 2, 5, 1.5].map((n) => new Intl.PluralRules(language).select(n)));
    for (const [key, text] of Object.entries(table)) {
      if (typeof text === 'string') continue;
      for (const form of needed) expect(Object.keys(text as object), key).toContain(form);
    }
  });

  test.each(refusals.map((each) => [each.code, each] as const))('says refusal %s and what to do', (code, refusal) => {
    const text = table[`refusal.${code}`];
    expect(text, `refusal.${code}`).toBeTypeOf('string');
    expect(refusal.values).toEqual(expect.arrayContaining(places(text)));
    expect(table[`cure.${refusal.cure}`], `cure.${refusal.cure}`).toBeTypeOf('string');
  });

  test.each(corrections.map((each) => [each.code, each] as const))('says correction %s', (code, correction) => {
    const text = table[`correction.${code}`];
    expect(text).toBeTypeOf('string');
    expect(correction.values).toEqual(expect.arrayContaining(places(text)));
  });
});

test.each([
  ['cs', 1, '1 kus'], ['cs', 3, '3 kusy'], ['cs', 5, '5 kusů'], ['sk', 22, '22 kusov'], ['hu', 5, '5 darab'], ['en', 1, '1 piece'],
] as const)('%s counts %i as %s', (language, n, expected) => {
  expect(makeSay(ALL[language], language)('app.pieces', { n })).toBe(expected);
});

test('codes inside values are said in words', () => {
  const say = makeSay(cs, 'cs');
  expect(say.code('refusal', 'ORDER_ON_HOLD', '', { order: 'O7', hold: 'STOCK_SHORT' })).toBe(
    'Objednávka O7 je zastavená: chybí zboží.',
  );
  expect(say.code('correction', 'because', '', { because: 'ORDER_CANCELLED', order: 'O7' })).toBe(
    'Proč: Objednávka O7 byla zrušena.',
  );
});

test('a reason whose places have no value reads without holes', () => {
  expect(makeSay(cs, 'cs').code('correction', 'because', '', { because: 'WAVE_OVER' })).toBe('Proč: Vlna už skončila.');
  expect(makeSay(cs, 'cs').code('correction', 'because', '', { because: 'NOT_A_TOTE' })).toBe('Proč: To není přepravka.');
});

test('an unknown code of a newer server is said by its own sentence', () => {
  expect(makeSay(cs, 'cs').code('problem', 'SOMETHING_NEW', 'A sentence.')).toBe('A sentence.');
});

test('weights and numbers follow the language', () => {
  expect(makeSay(cs, 'cs').weight(1_250)).toBe('1,25 kg');
  expect(makeSay(en, 'en').weight(640)).toBe('640 g');
});

test.each([[['de', 'hu-HU'], 'hu'], [['sk'], 'sk'], [['de'], 'cs'], [[], 'cs']] as const)('%j is spoken to in %s', (wanted, expected) => {
  expect(languageOf(wanted)).toBe(expected);
});
