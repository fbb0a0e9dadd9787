/* An order file goes up as it is: the bytes are the body, so that what is kept in the inbox is what the shop wrote. */
import { ApiProblem, NoAnswer } from '../api/client';
import type { ImportOutcome } from './shapes';

const UPLOAD_MS = 120_000;

export async function uploadOrders(channel: string, file: File, fetcher: typeof fetch = fetch): Promise<ImportOutcome> {
  const query = new URLSearchParams({ channel, file_name: file.name });
  let answer: Response;
  try {
    answer = await fetcher(`/api/orders/upload?${query.toString()}`, {
      method: 'POST', body: file, signal: AbortSignal.timeout(UPLOAD_MS),
      headers: { 'X-Rampa': '1', 'Content-Type': 'application/octet-stream', Accept: 'application/json' },
    });
  } catch (error) {
    throw new NoAnswer(`expected an answer to the upload of ${file.name}, got none`, { cause: error });
  }
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (answer.ok) return body as unknown as ImportOutcome;
  const text = (key: string): string => (typeof body[key] === 'string' ? body[key] : '');
  const sentence = text('detail') || `expected an outcome, got status ${answer.status}`;
  throw new ApiProblem({ status: answer.status, code: text('code') || `HTTP_${answer.status}`, sentence, body });
}
