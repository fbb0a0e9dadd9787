/* Calls to the server: JSON in and out, problems as values with a stable code, a limit on waiting. */

export interface Problem {
  status: number;
  code: string;
  sentence: string;
  body: Record<string, unknown>;
}

export class ApiProblem extends Error {
  override name = 'ApiProblem';
  constructor(readonly problem: Problem) {
    super(problem.sentence);
  }
}

/** No answer came: no network, no server, or too late. Trying again later is right. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

export interface Credentials {
  device: string | null;
  session: string | null;
}

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  timeout_ms?: number;
}

export type Api = <T>(path: string, call?: Call) => Promise<T>;

async function readProblem(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (key: string): string => (typeof body[key] === 'string' ? body[key] : '');
  const sentence = text('detail') || text('title') || `expected an answer from the server, got status ${answer.status}`;
  return { status: answer.status, code: text('code') || `HTTP_${answer.status}`, sentence, body };
}

/** `credentials` is asked at each call, so a new session needs no new client. Cookies go along for the office. */
export function apiClient(credentials: () => Credentials, base = '', fetcher: typeof fetch = fetch): Api {
  return async <T>(path: string, call: Call = {}): Promise<T> => {
    const { device, session } = credentials();
    const headers: Record<string, string> = { Accept: 'application/json', 'X-Rampa': '1', ...call.headers };
    if (device !== null) headers['Authorization'] ??= `Bearer ${device}`;
    if (session !== null) headers['X-Session'] = session;
    const init: RequestInit = { method: call.method ?? 'GET', headers, cache: 'no-store' };
    if (call.body instanceof Blob) {
      headers['Content-Type'] = call.body.type || 'application/octet-stream';
      init.body = call.body;
    } else if (call.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(call.body);
    }
    let answer: Response;
    try {
      answer = await fetcher(base + path, { ...init, signal: AbortSignal.timeout(call.timeout_ms ?? 8_000) });
    } catch (error) {
      throw new NoAnswer(`expected an answer to ${path}, got none`, { cause: error });
    }
    if (!answer.ok) throw new ApiProblem(await readProblem(answer));
    if (answer.status === 204) return undefined as T;
    try {
      return (await answer.json()) as T;
    } catch (error) {
      throw new NoAnswer(`expected JSON from ${path}, got something else`, { cause: error });
    }
  };
}
