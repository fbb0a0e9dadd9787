/* Names of the fields that a label can show, in the office's language; they come with the label editor only. */
import type { Language } from '../texts/texts';

export type FieldNames = Readonly<Record<string, string>>;

const LOAD: Readonly<Record<Language, () => Promise<{ fields: FieldNames }>>> = {
  cs: () => import('./texts/label_fields.cs'),
  sk: () => import('./texts/label_fields.sk'),
  hu: () => import('./texts/label_fields.hu'),
  en: () => import('./texts/label_fields.en'),
};
export const loadFieldNames = async (language: Language): Promise<FieldNames> => (await LOAD[language]()).fields;

/** `recipient.city` of any label as "Recipient: town"; undefined for a field that this app does not know. */
export function fieldName(names: FieldNames, label: string, field: string): string | undefined {
  const own = names[`${label}/${field}`] ?? names[field];
  if (own !== undefined) return own;
  const [whose = '', part = ''] = field.split('.');
  const [first, second] = [names[whose], names[`part.${part}`]];
  return first === undefined || second === undefined ? undefined : `${first}: ${second}`;
}
