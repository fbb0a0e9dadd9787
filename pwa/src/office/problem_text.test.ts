import { expect, test } from 'vitest';
import { ApiProblem } from '../api/client';
import { problemText } from './problem_text';
import { loadSay } from './texts/texts';

const problem = (code: string): ApiProblem =>
  new ApiProblem({ status: 422, code, sentence: 'the server’s own words', body: {} });

test('a rule that a label breaks is told in the language of the office, an unknown one in the words of the server', async () => {
  const say = await loadSay('cs');
  expect(problemText(say, problem('code-content'))).toBe('Tento druh kódu takový obsah neunese. Zvolte jiný druh kódu.');
  expect(problemText(say, problem('no-such-rule'))).toBe('the server’s own words');
});
