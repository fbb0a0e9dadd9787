/*
 * The server as a model: each device's queue is taken exactly once, in order, in chunks that commit one by one; a
 * number that comes again is answered by its stored verdict. Follows backend/scanning/intake and flows.
 */
import type { Correction, Verdict } from '../flows/flow';
import type { StoredScan } from '../offline/local_store';
import type { Chance } from './chance';
import type { Twist } from './planted';

const CHUNK = 20;

/** `text` is what travels: verdicts go out as they are stored. */
export interface Answer {
  status: number;
  text: string;
}

const refuse = (status: number, body: Record<string, unknown>): Answer => ({ status, text: JSON.stringify(body) });

interface Entry {
  seq: number;
  id: string;
  raw: string;
  kind: string;
  verdict: string;
}

class Queue {
  acked_seq = 0;
  entries: Entry[] = [];
}

export class Books {
  readonly queues = new Map<string, Queue>();
  readonly ids = new Set<string>();
  corrections: Correction[] = [];
  requests = 0;

  constructor(
    private readonly chance: Chance,
    private readonly bug: Twist | null,
  ) {}

  enrol(): string {
    const device = `device-${this.queues.size + 1}`;
    this.queues.set(device, new Queue());
    return device;
  }

  /** `chunks`: the server dies after so many committed chunks; null lives. The answer is lost when it dies. */
  take(device: string, body: { from_seq: number; scans: StoredScan[] }, now: string, chunks: number | null): Answer | null {
    this.requests += 1;
    const queue = this.queues.get(device);
    if (queue === undefined) return refuse(401, { code: 'DEVICE_UNKNOWN' });
    const scans = [...body.scans].sort((one, other) => one.seq - other.seq);
    if (scans.length > 1 && scans.some((scan) => scan.raw.startsWith('poison') && scan.kind !== 'unreadable')) {
      return refuse(422, { code: 'MALFORMED' });
    }
    if (scans[0]?.raw.startsWith('poison') === true && scans[0].kind !== 'unreadable') {
      return refuse(422, { code: 'MALFORMED' });
    }
    const verdicts: string[] = [];
    for (let at = 0, part = 0; at < Math.max(1, scans.length); at += CHUNK, part += 1) {
      if (chunks !== null && part >= chunks) return null;
      const dies = chunks !== null && part + 1 >= chunks;
      const answer = this.chunk(queue, scans.slice(at, at + CHUNK), verdicts, dies);
      if (answer === 'gap') break;
      if (answer !== null) return answer;
    }
    if (chunks !== null && this.bug !== 'server_acknowledges_before_commit') return null;
    return { status: 200, text: this.reply(queue, verdicts, now) };
  }

  private reply(queue: Queue, verdicts: string[], now: string): string {
    const { acked_seq } = queue;
    const rest = { acked_seq, cursor: acked_seq, corrections: this.corrections, work_changed: false, server_time: now };
    return `{"verdicts":[${verdicts.join(',')}],${JSON.stringify(rest).slice(1)}`;
  }

  private chunk(queue: Queue, scans: readonly StoredScan[], verdicts: string[], dies: boolean): Answer | 'gap' | null {
    const fresh: Entry[] = [];
    let acked = queue.acked_seq;
    for (const scan of scans) {
      const known = scan.seq <= acked ? queue.entries[scan.seq - 1] : undefined;
      if (known !== undefined && this.bug !== 'server_takes_repeats_again') {
        if (known.id !== scan.id) return refuse(409, { code: 'SEQ_REUSED' });
        verdicts.push(this.bug === 'server_judges_repeats_anew' ? this.judge(scan) : known.verdict);
      } else if (scan.seq === acked + 1 || known !== undefined || (this.bug === 'server_jumps_over_gaps' && scan.seq > acked)) {
        const entry = { seq: scan.seq, id: scan.id, raw: scan.raw, kind: scan.kind, verdict: this.judge(scan) };
        fresh.push(entry);
        verdicts.push(entry.verdict);
        acked = Math.max(acked, scan.seq);
      } else if (scan.seq > acked + 1) {
        if (verdicts.length > 0) {
          this.write(queue, fresh, acked, dies);
          return 'gap';
        }
        return refuse(409, { code: 'SEQ_GAP', expected_seq: acked + 1, acked_seq: acked });
      }
    }
    this.write(queue, fresh, acked, dies);
    return null;
  }

  private write(queue: Queue, fresh: readonly Entry[], acked: number, dies: boolean): void {
    // The planted bug: what is told as taken is lost when the server dies before its commit.
    if (dies && this.bug === 'server_acknowledges_before_commit') return;
    for (const entry of fresh) {
      queue.entries.push(entry);
      this.ids.add(entry.id);
    }
    queue.acked_seq = acked;
  }

  private judge(scan: StoredScan): string {
    const spent = this.ids.has(scan.id);
    const refused = scan.local === 'ok' && !spent && this.chance.hit(0.03);
    if (refused && this.chance.hit(0.5)) {
      this.corrections = [...this.corrections.slice(-2), { id: `c-${scan.seq}`, code: 'PUT_BACK', values: {} }];
    }
    const code = spent ? 'SCAN_ID_SPENT' : 'ORDER_CANCELLED';
    const refusal = refused || spent ? { code, expected: {}, got: {}, cure: 'PUT_BACK', values: {} } : null;
    const verdict: Verdict = {
      seq: scan.seq, id: scan.id, outcome: refusal === null ? 'ok' : 'refused', refusal, note: null,
    };
    return JSON.stringify(verdict);
  }

  /** Restored from a backup that is some scans old. */
  restore(device: string, chance: Chance): void {
    const queue = this.queues.get(device);
    if (queue === undefined) return;
    const lost = chance.between(0, Math.min(5, queue.acked_seq));
    for (const entry of queue.entries.splice(queue.entries.length - lost)) this.ids.delete(entry.id);
    queue.acked_seq -= lost;
  }
}
