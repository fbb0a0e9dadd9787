/* Each page says every problem that it can meet: contracts/problems.json names them, pytest holds it to the server. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as courierCs from '../../courier/texts/cs';
import * as courierEn from '../../courier/texts/en';
import * as courierHu from '../../courier/texts/hu';
import * as courierSk from '../../courier/texts/sk';
import * as floorCs from '../../texts/cs';
import * as floorEn from '../../texts/en';
import * as floorHu from '../../texts/hu';
import * as floorSk from '../../texts/sk';
import { cs } from './cs';
import { en } from './en';
import { hu } from './hu';
import { sk } from './sk';

type Table = Readonly<Record<string, unknown>>;
const PAGES: Record<string, Record<string, Table>> = {
  office: { cs, sk, hu, en },
  floor: { cs: floorCs.cs, sk: floorSk.sk, hu: floorHu.hu, en: floorEn.en },
  courier: { cs: courierCs.cs, sk: courierSk.sk, hu: courierHu.hu, en: courierEn.en },
};
const contract = JSON.parse(readFileSync(new URL('../../../../contracts/problems.json', import.meta.url), 'utf8')) as {
  code: string;
  pages: string[];
}[];
/** Said by the app itself: no server answers with them. */
const OWN = /^(NO_ANSWER|APP_ERROR|OFFLINE_\w+)$/;
const PLACES = ['got', 'expected', 'sentence'];
const each = Object.entries(PAGES).flatMap(([page, languages]) =>
  Object.entries(languages).map(([language, table]) => [page, language, table] as const),
);

test.each(each)('%s in %s says each of its problems, and none that is gone', (page, _language, table) => {
  const wanted = contract.filter((one) => one.pages.includes(page)).map((one) => one.code);
  const said = Object.keys(table).filter((key) => key.startsWith('problem.')).map((key) => key.slice('problem.'.length));
  expect(wanted.filter((code) => !said.includes(code))).toEqual([]);
  const known = contract.map((one) => one.code);
  expect(said.filter((code) => !known.includes(code) && !OWN.test(code))).toEqual([]);
});

test.each(each)('%s in %s fills only places that every problem has', (_page, _language, table) => {
  for (const [key, text] of Object.entries(table)) {
    if (!key.startsWith('problem.')) continue;
    for (const [, place] of String(text).matchAll(/\{(\w+)\}/g)) expect(PLACES, key).toContain(place);
  }
});
