import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as courierCs from '../../courier/texts/cs';
import * as courierEn from '../../courier/texts/en';
import * as courierHu from '../../courier/texts/hu';
import * as courierSk from '../../courier/texts/sk';
import * as demoCs from '../../demo/texts/cs';
import * as demoEn from '../../demo/texts/en';
import * as demoHu from '../../demo/texts/hu';
import * as demoSk from '../../demo/texts/sk';
import { cs } from './cs';
import { en } from './en';
import { hu } from './hu';
import type { Dictionary } from './say_of';
import { sk } from './sk';

const PAGES: Record<string, Record<string, Dictionary>> = {
  office: { cs, sk, hu, en },
  courier: { cs: courierCs.cs, sk: courierSk.sk, hu: courierHu.hu, en: courierEn.en },
  demo: { cs: demoCs.cs, sk: demoSk.sk, hu: demoHu.hu, en: demoEn.en },
};
const each = Object.entries(PAGES).flatMap(([page, languages]) =>
  Object.entries(languages).map(([language, table]) => ({ page, language, table, czech: languages['cs'] as Dictionary })),
);
const contract = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../../contracts/${name}.json`, import.meta.url), 'utf8')) as T;
const forms = (text: unknown): string[] => (typeof text === 'string' ? [text] : Object.values(text as object));
const places = (text: unknown): string[] =>
  [...new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')))].sort();

describe.each(each)('$page in $language', ({ language, table, czech }) => {
  test('has exactly the texts of Czech, none of them empty', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(czech).sort());
    for (const [key, text] of Object.entries(table)) for (const form of forms(text)) expect(form.trim(), key).not.toBe('');
  });

  test('has the same places in each text as Czech', () => {
    for (const [key, text] of Object.entries(table)) expect(places(text), key).toEqual(places(czech[key]));
  });

  test('has all plural forms that the language needs', () => {
    const needed = new Set([0, 1, 2, 5, 1.5].map((n) => new Intl.PluralRules(language).select(n)));
    for (const [key, text] of Object.entries(table)) {
      if (typeof text !== 'string') for (const form of needed) expect(Object.keys(text), key).toContain(form);
    }
  });
});

test('no language is a copy of English', () => {
  for (const [page, languages] of Object.entries(PAGES)) {
    for (const language of ['cs', 'sk', 'hu']) {
      const table = languages[language] as Dictionary;
      const same = Object.keys(table).filter((key) => JSON.stringify(table[key]) === JSON.stringify(languages['en']?.[key]));
      expect(same.filter((key) => !/nav\.(schema|import)|sign_in\.(email|pin)|handover\.signed_by|^pin$|\.previous$/.test(key)), `${page} ${language}`).toEqual([]);
    }
  }
});

interface Fact {
  kind: string;
  order: boolean;
  values: string[];
}
// Made on the way from values of the fact: the sentence of a code, a weight in words.
const MADE = ['reason', 'weight'];

describe.each(Object.entries(PAGES['office'] as Record<string, Dictionary>))('contracts in %s', (_language, table) => {
  test('each fact of an order has a sentence with places that the fact fills', () => {
    for (const fact of contract<Fact[]>('facts').filter((one) => one.order)) {
      const keys = Object.keys(table).filter((key) => key === `fact.${fact.kind}` || key.startsWith(`fact.${fact.kind}.`));
      expect(keys, fact.kind).toContain(`fact.${fact.kind}`);
      for (const key of keys) expect([...fact.values, ...MADE], key).toEqual(expect.arrayContaining(places(table[key])));
    }
  });

  test('each reason why a row of a file was left out has a text with places that the row fills', () => {
    const { rows } = contract<{ rows: { code: string; values: string[] }[] }>('row_reasons');
    for (const { code, values } of rows) {
      expect(table[`row.${code}`], code).toBeTypeOf('string');
      expect(values, code).toEqual(expect.arrayContaining(places(table[`row.${code}`])));
      expect([table[`rule.${code}`], table[`problem.${code}`]], `${code} would be said twofold`).toEqual([undefined, undefined]);
    }
  });

  test('each task that may be given up has a name', () => {
    for (const name of contract<string[]>('reactions')) expect(table[`reaction.${name}`], name).toBeTypeOf('string');
  });

  test('each reason why an order stands has a sentence, each hold a short name as well', () => {
    const reasons = contract<Record<'holds' | 'why', { code: string; values: string[] }[]>>('order_reasons');
    for (const [prefix, told] of [['hold', reasons.holds], ['why', reasons.why]] as const) {
      for (const { code, values } of told) {
        expect(table[`${prefix}.${code}`], `${prefix}.${code}`).toBeTypeOf('string');
        expect(values).toEqual(expect.arrayContaining(places(table[`${prefix}.${code}`])));
        if (prefix === 'hold') expect(table[`hold_name.${code}`], code).toBeTypeOf('string');
      }
    }
  });
});

test.each(Object.entries(PAGES['courier'] as Record<string, Dictionary>))('the courier reads every refusal of a handover in %s', (_language, table) => {
  const wanted = contract<{ code: string; flows: string[] }[]>('refusals').filter((one) => one.flows.includes('handover'));
  const silent = ['ACT_REPEATED', 'NOTHING_TO_UNDO', 'PERSON_NEEDED', 'TASK_UNKNOWN'];
  for (const { code } of wanted) if (!silent.includes(code)) expect(table[`refusal.${code}`], code).toBeTypeOf('string');
});
