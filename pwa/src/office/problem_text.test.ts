import { expect, test } from 'vitest';
import { ApiProblem } from '../api/client';
import { keptText, paperText, problemText } from './problem_text';
import { loadSay } from './texts/texts';

const problem = (code: string): ApiProblem =>
  new ApiProblem({ status: 422, code, sentence: 'the server’s own words', body: {} });

test('a rule that a label breaks is told in the language of the office, an unknown one in the words of the server', async () => {
  const say = await loadSay('cs');
  expect(problemText(say, problem('code-content'))).toBe('Tento druh kódu takový obsah neunese. Zvolte jiný druh kódu.');
  expect(problemText(say, problem('no-such-rule'))).toBe('the server’s own words');
});

test.each([
  [{ code: 'CARRIER_OTHER_PARCELS', got: 'P9', expected: 'P1' }, 'Dopravce odpověděl za jiné balíky (P9), čekaly se P1. Vyřiďte to s ním a objednejte znovu.'],
  [{ code: 'CELLS', got: 9, expected: 1200 }, 'Řádek má 9 sloupců, nadpis 1\u00a0200. Zkontrolujte oddělovače a uvozovky.'],
  [{ code: 'bars-too-short', got: '3 mm' }, 'Čáry kódu by byly moc nízké. Zvyšte díl nebo vypněte číslo pod kódem.'],
  [{ code: 'NEWER_THAN_THIS_APP' }, null],
  [{}, null],
  [null, null],
])('what is stored as %j is said in Czech', async (kept, text) => {
  expect(keptText(await loadSay('cs'), kept)).toBe(text);
});

test.each([
  ['failed', 'no_media: media out', 'Out of paper. Put in new labels and close the cover. Printing then goes on by itself.'],
  ['failed', 'behind a job that could not be sent: jam: paper jam', 'It stood behind a paper that could not be sent. Paper jam. Open the cover, take the paper out, close it.'],
  ['failed', 'Expected a format the printer takes, got pdf.', 'The printer did not take the paper. Look at it, then print again.'],
  ['unknown', 'the agent fell silent', 'The line to the printer broke while printing. Look at what came out.'],
  ['queued', 'x', null],
])('a paper that is %s with "%s"', async (state, detail, text) => {
  expect(paperText(await loadSay('en'), state, detail)).toBe(text);
});
