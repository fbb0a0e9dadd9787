/*
 * The way of a shift's scans to the server: how many there are and how many it knows, the sender, and the witness that
 * knows the numbers when the database has lost them.
 */
import type { Api } from '../api/client';
import type { Verdict } from '../flows/flow';
import { readMeta, writeMeta, type Device, type StoredScan } from '../offline/local_store';
import type { Outbox, ScansReply } from '../offline/outbox';
import { Sender, type SenderNews, type Timers } from '../offline/sender';
import { noWitness, type Witness } from '../offline/witness';
import type { ShiftOptions } from './shift_options';
import type { ShiftView } from './shift_view';

const FLUSH_AFTER_MS = 400;

/** The shift as its queue sees it. */
interface Surroundings {
  readonly options: ShiftOptions;
  readonly outbox: Outbox;
  readonly api: Api;
  readonly view: ShiftView;
  set(change: Partial<ShiftView>): void;
  settled(answered: { scan: StoredScan; verdict: Verdict }[], reply: ScansReply): Promise<void>;
}

export class ScanQueue {
  private readonly timers: Timers;
  private readonly witness: Witness;
  private sender: Sender | null = null;
  private flushTimer: unknown = null;
  /** Where the shift began. */
  private shift_seq = 0;
  private last_seq = 0;
  /** Said already that scans are kept for later. */
  private away = false;

  constructor(private readonly around: Surroundings) {
    const { options } = around;
    this.witness = options.witness ?? noWitness;
    this.timers = options.timers ?? {
      set: (run, delay_ms) => setTimeout(run, delay_ms),
      clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    };
  }

  async open(device: Device | undefined): Promise<void> {
    this.shift_seq = (await readMeta(this.around.options.store, 'shift_seq')) ?? 0;
    await this.compareWithWitness(device);
    await this.count();
    if (device !== undefined) this.start(device);
  }

  /** Scans are shown to whoever works now from this number on. */
  async shiftBegins(seq: number): Promise<void> {
    this.shift_seq = seq;
    await writeMeta(this.around.options.store, 'shift_seq', seq);
  }

  /** What the database no longer knows is counted: here, and by the server, which is given the numbers as "lost". */
  private async compareWithWitness(device: Device | undefined): Promise<void> {
    const seen = this.witness.read();
    if (seen === null) return;
    if (device === undefined) this.around.set({ lost: seen.unsent });
    else if (seen.device === device.uid) this.around.set({ lost: await this.around.outbox.mourn(seen.last_seq) });
  }

  lossRead(): void {
    if (this.around.view.device === null) this.witness.forget();
    this.around.set({ lost: 0 });
  }

  poke(): void {
    this.sender?.pull();
  }

  stop(): void {
    this.sender?.stop();
  }

  async sendNow(): Promise<void> {
    await this.sender?.drain();
  }

  start(device: Device): void {
    this.sender?.stop();
    const { around } = this;
    const { options, outbox, api } = around;
    const { timers, alone, random } = options;
    this.sender = new Sender({
      outbox,
      api,
      device: device.uid,
      app: options.app,
      session: () => around.view.session?.uuid ?? null,
      cursor: async () => (await readMeta(options.store, 'cursor')) ?? 0,
      changed: (news) => this.linkChanged(news),
      reopened: () => void this.count().catch((error: unknown) => console.error(error)),
      settled: (answered, reply) => void around.settled(answered, reply).catch((error: unknown) => console.error(error)),
      ...(timers === undefined ? {} : { timers }),
      ...(alone === undefined ? {} : { alone }),
      ...(random === undefined ? {} : { random }),
    });
    this.sender.start();
  }

  private linkChanged(news: SenderNews): void {
    const { options, view } = this.around;
    const { link, refused, unsent } = view;
    // Told once: each try begins with "sending", and a day without a connection has thousands of tries.
    if (news.link === 'offline' && !this.away && unsent > 0) {
      this.away = true;
      options.feedback.play('later');
    }
    if (news.link === 'ok') this.away = false;
    if (news.link !== link || news.refused !== refused) this.around.set(news);
  }

  /** Scans lie in the database of the device. */
  stored(scans: StoredScan[]): void {
    this.last_seq = Math.max(this.last_seq, ...scans.map((scan) => scan.seq));
    const unsent = this.around.view.unsent + scans.length;
    this.around.set({ scanned: this.last_seq - this.shift_seq, unsent });
    this.sender?.kick(unsent);
    this.bearWitness();
    this.flushSoon();
  }

  /** `relaxed` survives a killed browser; one strict write soon after survives a pulled battery. */
  private flushSoon(): void {
    if (this.flushTimer !== null) return;
    this.flushTimer = this.timers.set(() => {
      this.flushTimer = null;
      this.around.outbox.flush().catch(() => this.flushSoon());
    }, FLUSH_AFTER_MS);
  }

  async count(): Promise<void> {
    const { last_seq, acked_seq, unsent } = await this.around.outbox.counts();
    this.last_seq = last_seq;
    const scanned = Math.max(0, last_seq - this.shift_seq);
    this.around.set({ scanned, saved: Math.min(scanned, Math.max(0, acked_seq - this.shift_seq)), unsent });
    this.bearWitness();
  }

  private bearWitness(): void {
    const { device, unsent } = this.around.view;
    if (device !== null) this.witness.write({ device: device.uid, name: device.name, last_seq: this.last_seq, unsent });
  }
}
