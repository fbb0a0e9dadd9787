/*
 * The network as a model: requests and answers are lost, late, doubled and out of order, as the seed says. What the
 * device sends and hears are copies: nobody on one side sees what changes on the other.
 */
import { ApiProblem, NoAnswer, type Api, type Call } from '../api/client';
import type { StoredScan } from '../offline/local_store';
import type { Answer, Books } from './books';
import type { Chance } from './chance';
import type { Clock, PageTimers } from './clock';

export type Weather = 'good' | 'rough' | 'none';

export interface WireCounts {
  lost: number;
  unanswered: number;
  doubled: number;
  late: number;
  broken: number;
  died: number;
}

export class Wire {
  weather: Weather = 'good';
  readonly counts: WireCounts = { lost: 0, unanswered: 0, doubled: 0, late: 0, broken: 0, died: 0 };

  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
    private readonly books: Books,
    private readonly other: (path: string, call: Call) => unknown,
  ) {}

  /** The client of one page; `device` is asked at each call. It falls silent when the page dies. */
  client(timers: PageTimers, device: () => string): Api {
    return <T>(path: string, call: Call = {}): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const text = call.body === undefined ? null : JSON.stringify(call.body);
        const sender = device();
        let over = false;
        const end = (settle: () => void): void => {
          if (over) return;
          over = true;
          timers.clear(late);
          settle();
        };
        const silence = (): void => end(() => reject(new NoAnswer(`expected an answer to ${path}, got none`)));
        const late = timers.set(silence, call.timeout_ms ?? 8_000);
        const arrive = (): void => {
          const answer = this.serve(path, call, sender, text);
          if (answer === null) return;
          const tell = (): void =>
            end(() => {
              const body = JSON.parse(answer.text) as Record<string, unknown>;
              if (answer.status < 300) resolve(body as T);
              else reject(new ApiProblem({ status: answer.status, code: String(body['code']), sentence: '', body }));
            });
          if (this.weather === 'rough' && this.chance.hit(0.15)) this.counts.unanswered += 1;
          else timers.set(tell, this.delay());
        };
        this.send(arrive, silence, timers);
      });
  }

  private send(arrive: () => void, silence: () => void, timers: PageTimers): void {
    const { chance, counts } = this;
    if (this.weather === 'none' || (this.weather === 'rough' && chance.hit(0.15))) {
      counts.lost += 1;
      // Sometimes the device is told at once, sometimes it waits in vain.
      if (chance.hit(0.7)) timers.set(silence, 5);
      return;
    }
    // Requests travel on their own: they arrive even when the page that sent them has gone.
    this.clock.set(arrive, this.delay());
    if (this.weather === 'rough' && chance.hit(0.1)) {
      counts.doubled += 1;
      this.clock.set(arrive, chance.between(0, 90_000));
    }
  }

  private delay(): number {
    if (this.weather !== 'rough') return this.chance.between(2, 40);
    if (!this.chance.hit(0.1)) return this.chance.between(5, 900);
    this.counts.late += 1;
    return this.chance.between(5_000, 40_000);
  }

  private serve(path: string, call: Call, device: string, text: string | null): Answer | null {
    const { chance, counts } = this;
    if (path !== '/api/scans') return { status: 200, text: JSON.stringify(this.other(path, call)) };
    if (this.weather === 'rough' && chance.hit(0.08)) {
      counts.broken += 1;
      return { status: chance.pick([500, 502, 503, 429]), text: '{"code":"BROKEN"}' };
    }
    const dies = this.weather === 'rough' && chance.hit(0.08) ? chance.between(0, 2) : null;
    if (dies !== null) counts.died += 1;
    const body = JSON.parse(text ?? '{}') as { from_seq: number; scans: StoredScan[] };
    return this.books.take(device, body, new Date(this.clock.now_ms).toISOString(), dies);
  }
}
