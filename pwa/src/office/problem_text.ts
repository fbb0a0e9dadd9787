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

/** What is stored of a problem, or of a row that was left out: the code, and what fills the places of its text. */
export type Kept = Readonly<Record<string, unknown>>;

/** The text of a stored code; null where there is none, as in what an older version of the server has kept. */
export function keptText(say: Pick<Say, 'code' | 'has'>, kept: Kept | null | undefined): string | null {
  const code = String(kept?.['code'] ?? '');
  const prefix = ['row', 'rule', 'problem'].find((each) => say.has(`${each}.${code}`));
  return prefix === undefined ? null : say.code(prefix, code, '', kept ?? {});
}

const BEHIND = 'behind a job that could not be sent: ';
/** What the printing program wrote about a paper begins with the state of its printer, if that was the reason. */
export function paperText(say: Pick<Say, 'code' | 'has'>, state: string, detail: string): string | null {
  const behind = detail.startsWith(BEHIND);
  const printer = /^(\w+): /.exec(behind ? detail.slice(BEHIND.length) : detail)?.[1] ?? '';
  const words = say.has(`printer_do.${printer}`)
    ? `${say.code('printer_state', printer, '')}. ${say.code('printer_do', printer, '')}`
    : say.code('job_do', state, '');
  return [behind ? say.code('job_do', 'behind', '') : '', words].filter(Boolean).join(' ') || null;
}

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.problem.status === 401;
