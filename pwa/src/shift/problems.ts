/* What went wrong when the server was asked, as values for the screen. */
import { ApiProblem, NoAnswer } from '../api/client';
import { NotLetIn } from './passes';
import type { Refusal } from '../flows/flow';

/** Told by a call that needs a person: none is signed in here (any more). */
export function needsSignIn(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  const { status, code, body } = error.problem;
  return (status === 401 && code === 'SIGN_IN_NEEDED') || (code === 'ROLE_TOO_LOW' && (body['got'] ?? '') === '');
}

/** Whatever went wrong as a code and an English sentence, for texts keyed by `problem.<code>` or `refusal.<code>`. */
export function problemOf(error: unknown): { code: string; sentence: string; refusal: Refusal | null } {
  if (error instanceof ApiProblem) {
    const { code, sentence, body } = error.problem;
    return { code, sentence, refusal: (body['refusal'] as Refusal | undefined) ?? null };
  }
  if (error instanceof NotLetIn) return { code: error.code, sentence: error.message, refusal: null };
  if (error instanceof NoAnswer) return { code: 'NO_ANSWER', sentence: error.message, refusal: null };
  return { code: 'APP_ERROR', sentence: error instanceof Error ? error.message : String(error), refusal: null };
}
