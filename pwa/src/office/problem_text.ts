/* What went wrong, in the reader's language where we have the text, otherwise in the server's own sentence. */
import { ApiProblem, NoAnswer } from '../api/client';
import type { Say } from '../texts/texts';

/** Rules that a label breaks have texts of their own; everything else is a problem. */
export function problemText(say: Pick<Say, 'code' | 'has'>, error: unknown): string {
  if (error instanceof NoAnswer) return say.code('problem', 'NO_ANSWER', error.message);
  if (error instanceof ApiProblem) {
    const { code, sentence, body } = error.problem;
    return say.code(say.has(`rule.${code}`) ? 'rule' : 'problem', code, sentence, body);
  }
  return error instanceof Error ? error.message : String(error);
}

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.problem.status === 401;
