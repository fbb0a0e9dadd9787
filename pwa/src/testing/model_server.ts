/* A model of the server's queue for tests: takes each number once, answers repeats with the stored verdict. */
import type { StoredScan } from '../offline/local_store';
import type { Verdict } from '../flows/flow';

export interface Fault {
  /** 'lost': the request never arrives. 'unanswered': it is applied, the answer is lost. 'broken': status 500 before. */
  (request: number): 'none' | 'lost' | 'unanswered' | 'broken';
}

export class ModelServer {
  acked_seq = 0;
  requests = 0;
  readonly taken: StoredScan[] = [];
  readonly verdicts = new Map<number, Verdict>();
  readonly sizes: number[] = [];
  fault: Fault = () => 'none';
  /** Whether anything but scans is answered. */
  fetchOther: 'answered' | 'lost' = 'answered';
  judge: (scan: StoredScan) => Verdict['refusal'] = () => null;
  /** Other addresses, by method and path. */
  routes: Record<string, (body: unknown) => unknown> = {};
  corrections: unknown[] = [];
  work_changed = false;
  server_time = '2026-11-21T19:00:00.000Z';

  readonly fetch = async (address: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const path = String(address);
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    if (path !== '/api/scans') return this.other(`${init?.method ?? 'GET'} ${path}`, body);
    this.requests += 1;
    const fault = this.fault(this.requests);
    if (fault === 'lost') throw new TypeError('network cut');
    if (fault === 'broken') return answer({ code: 'BROKEN' }, 500);
    const reply = this.take(body as { scans: StoredScan[]; from_seq: number });
    if (fault === 'unanswered') throw new TypeError('answer lost');
    return reply;
  };

  private take({ scans }: { scans: StoredScan[] }): Response {
    this.sizes.push(scans.length);
    const verdicts: Verdict[] = [];
    for (const scan of scans) {
      if (scan.seq > this.acked_seq + 1) {
        if (verdicts.length > 0) break;
        const expected_seq = this.acked_seq + 1;
        return answer({ code: 'SEQ_GAP', expected_seq, acked_seq: this.acked_seq }, 409);
      }
      if (scan.seq === this.acked_seq + 1) {
        const refusal = this.judge(scan);
        this.acked_seq = scan.seq;
        this.taken.push(scan);
        this.verdicts.set(scan.seq, {
          seq: scan.seq, id: scan.id, outcome: refusal === null ? 'ok' : 'refused', refusal, note: null,
        });
      }
      const verdict = this.verdicts.get(scan.seq);
      if (verdict !== undefined) verdicts.push(verdict);
    }
    const { acked_seq, corrections, work_changed, server_time } = this;
    return answer({ verdicts, acked_seq, cursor: acked_seq, corrections, work_changed, server_time });
  }

  private other(name: string, body: unknown): Response {
    if (this.fetchOther === 'lost') throw new TypeError('network cut');
    const route = this.routes[name];
    if (route === undefined) return answer({ code: 'NOT_FOUND', detail: name }, 404);
    const made = route(body);
    return made instanceof Response ? made : answer(made);
  }
}

export function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
