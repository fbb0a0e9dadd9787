/* What went wrong, in the reader's language where we have the text, otherwise in the server's own sentence. */
import { ApiProblem, NoAnswer } from '../api/client';
import type { Say } from '../texts/texts';

export function problemText(say: Pick<Say, 'code'>, error: unknown): string {
  if (error instanceof NoAnswer) return say.code('problem', 'NO_ANSWER', error.message);
  if (error instanceof ApiProblem) {
    const { code, sentence, body } = error.problem;
    return say.code('problem', code, sentence, body);
  }
  return error instanceof Error ? error.message : String(error);
}

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.problem.status === 401;
