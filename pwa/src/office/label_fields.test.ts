/* Every field that a label can show has a name in each language; contracts/label_fields.json is held to the server by pytest. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LANGUAGES } from '../texts/texts';
import { fieldName, loadFieldNames } from './label_fields';

const LABELS = JSON.parse(readFileSync(new URL('../../../contracts/label_fields.json', import.meta.url), 'utf8')) as Record<string, string[]>;

test.each(LANGUAGES)('every field of every label has a name of its own in %s', async (language) => {
  const names = await loadFieldNames(language);
  for (const [label, fields] of Object.entries(LABELS)) {
    const said = fields.map((field) => fieldName(names, label, field) ?? '');
    expect(fields.filter((_field, at) => said[at] === ''), label).toEqual([]);
    expect(new Set(said).size, `${label}: two fields of one name`).toBe(fields.length);
  }
});

test('no language is a copy of English', async () => {
  const en = await loadFieldNames('en');
  for (const language of ['cs', 'sk', 'hu'] as const) {
    const names = await loadFieldNames(language);
    expect(Object.keys(names).sort()).toEqual(Object.keys(en).sort());
    expect(Object.keys(names).filter((key) => names[key] === en[key]), language).toEqual([]);
  }
});

test('a part of an address is named with whose it is, an unknown field not at all', async () => {
  const names = await loadFieldNames('cs');
  expect(fieldName(names, 'parcel', 'recipient.city')).toBe('Příjemce: obec');
  expect([fieldName(names, 'tote', 'name'), fieldName(names, 'product', 'name')]).toEqual(['Číslo přepravky', 'Název']);
  expect(fieldName(names, 'parcel', 'of_tomorrow')).toBeUndefined();
});
