/*
 * One device, its worker, the network and the server, driven by a seed through steps of work and misfortune.
 *
 * The device's own code runs here as it is: shift, job, outbox, sender, witness. Only disk, wire, clock and books are
 * models. Held up to: every scan that was shown as taken is in the books once and in order, a good tone never sounds
 * without a stored scan, a state is stored with its scan, and what a power cut or a deleted database takes is counted.
 */
import { isGood, type Earcon } from '../feedback/tones';
import type { Flow } from '../flows/flow';
import type { StoredScan, StoredTask, StoredVerdict } from '../offline/local_store';
import { noWitness, type Witnessed } from '../offline/witness';
import { Job } from '../shift/job';
import { Shift } from '../shift/shift';
import { Books } from './books';
import { Chance } from './chance';
import { Clock, PageTimers } from './clock';
import { Connection, Disk } from './disk';
import { dropAll, plant, type Twist } from './planted';
import { TALLY, tally, type TallyState } from './tally';
import { Wire, type Weather } from './wire';

/** A power cut may take what was scanned within this time before it; the app promises a strict write after 400 ms. */
const POWER_CUT_MS = 450;

export interface Report {
  scans: number;
  shown: number;
  faults: number;
  requests: number;
  lostToPower: number;
  lostToWipes: number;
  failures: string[];
}

interface Page {
  timers: PageTimers;
  connection: Connection;
  shift: Shift;
  /** Scans that were judged right and whose tone has not sounded yet. */
  accepted: string[];
}

export class World {
  private readonly chance: Chance;
  private readonly clock: Clock;
  private readonly disk: Disk;
  private readonly books: Books;
  private readonly wire: Wire;
  private page: Page | null = null;
  private tab: Page | null = null;
  private sending: Page | null = null;
  private remembered: Witnessed | null = null;
  private offset_ms = 0;
  private scans = 0;
  private faults = 0;
  private restored = false;
  private troubled_ms = 0;
  private app = 1;
  private readonly shown = new Set<string>();
  private readonly gone = new Set<string>();
  private lostToPower = 0;
  private lostToWipes = 0;
  readonly failures: string[] = [];

  constructor(seed: number, private readonly bug: Twist | null = null) {
    this.chance = new Chance(seed);
    this.clock = new Clock(() => this.disk.open > 0, () => this.disk.ended);
    this.disk = new Disk(this.clock);
    this.books = new Books(this.chance, bug);
    this.wire = new Wire(this.clock, this.chance, this.books, (path) => this.other(path));
  }

  async run(steps: number): Promise<Report> {
    await this.start();
    for (let step = 0; step < steps && this.failures.length === 0; step += 1) await this.step();
    await this.end();
    const { scans, faults, lostToPower, lostToWipes, failures } = this;
    return { scans, shown: this.shown.size, faults, requests: this.books.requests, lostToPower, lostToWipes, failures };
  }

  private fail(text: string): void {
    this.failures.push(text);
  }

  // Pages

  private newPage(): Page {
    const timers = new PageTimers(this.clock);
    const connection = new Connection(this.disk);
    const page: Page = { timers, connection, accepted: [], shift: null as unknown as Shift };
    page.shift = new Shift({
      store: connection.asLocalStore,
      feedback: { play: (earcon) => this.hear(page, earcon), vibrate: () => undefined },
      readCode: (text) => ({ kind: 'text', keys: [`text:${text}`], elements: {}, error: null }),
      loadFlow: async () => tally as unknown as Flow,
      loadJob: async () => ({ Job }),
      app: String(this.app),
      timers,
      now_ms: () => this.clock.now_ms + this.offset_ms,
      alone: (work) => this.alone(page, work),
      random: () => this.chance.next(),
      api: (device) => this.wire.client(timers, () => device() ?? ''),
      witness: this.bug === 'no_witness' ? noWitness : {
        read: () => this.remembered, write: (seen) => void (this.remembered = seen), forget: () => void (this.remembered = null),
      },
    });
    plant(this.bug, page.shift.outbox, connection);
    return page;
  }

  private async alone(page: Page, work: () => Promise<void>): Promise<boolean> {
    if (this.sending !== null) return false;
    this.sending = page;
    try {
      await work();
    } finally {
      if (this.sending === page) this.sending = null;
    }
    return true;
  }

  private async start(): Promise<void> {
    this.heal();
    const page = this.newPage();
    this.page = page;
    await this.drive(page.shift.open());
    if (page.shift.view.device === null) {
      this.wire.weather = 'good';
      await this.drive(page.shift.enrol('token', 'Handheld'));
    }
    await this.openJob();
  }

  private async openJob(): Promise<void> {
    await this.drive(this.page?.shift.openJob(TALLY));
  }

  private die(page: Page | null): void {
    if (page === null) return;
    page.shift.stop();
    page.timers.die();
    page.connection.vanish();
    if (this.sending === page) this.sending = null;
  }

  private async reload(): Promise<void> {
    this.die(this.page);
    this.page = null;
    await this.clock.rest();
    this.checkState();
    await this.start();
  }

  /** Lets time pass until it has settled; what fails there fails for the page, not for the world. */
  private async drive(work: Promise<unknown> | undefined): Promise<void> {
    let over = false;
    work?.catch(() => undefined).finally(() => (over = true));
    for (let turn = 0; work !== undefined && !over && turn < 2_000; turn += 1) {
      await this.clock.pass(turn < 2 ? 0 : turn < 8 ? 20 : 500);
    }
    if (work !== undefined && !over) this.fail('something that was begun never ends');
  }

  // Steps

  private async step(): Promise<void> {
    const { chance } = this;
    const dice = chance.next();
    if (dice < 0.6) await this.scan();
    else if (dice < 0.83) await this.clock.pass(chance.hit(0.1) ? chance.between(20_000, 90_000) : chance.between(1, 2_500));
    else if (dice < 0.88) this.wire.weather = chance.pick<Weather>(['good', 'rough', 'rough', 'rough', 'none']);
    else await this.misfortune(chance.between(0, 99));
  }

  private async scan(): Promise<void> {
    const { page, chance } = this;
    if (page === null) return;
    if (page.shift.job === null) await this.openJob();
    this.scans += 1;
    const dice = chance.next();
    const word = dice < 0.93 ? 'right' : dice < 0.995 ? 'wrong' : 'poison';
    const raw = `${word}-${String(this.scans).padStart(4, '0')}`;
    const { job } = page.shift;
    if (chance.hit(0.04)) job?.input({ type: 'undo' });
    else {
      const reading = { kind: 'text', keys: [`text:${raw}`], elements: {}, error: null };
      const tone = job?.input({ type: 'scan', reading, raw, source: 'wedge' }) ?? null;
      if (tone !== null && isGood(tone)) page.accepted.push(raw);
    }
    // Twenty a second, or with a look in between.
    await this.clock.pass(chance.hit(0.3) ? chance.between(0, 50) : chance.between(50, 900));
  }

  private async misfortune(dice: number): Promise<void> {
    const { chance, disk } = this;
    this.faults += 1;
    if (dice < 25) await this.reload();
    else if (dice < 40) await this.powerCut();
    else if (dice < 50) {
      disk.full = !disk.full;
      this.troubled_ms = this.clock.now_ms;
    } else if (dice < 58) {
      disk.aborts = chance.between(1, 3);
      this.troubled_ms = this.clock.now_ms;
    } else if (dice < 68) {
      disk.slow_ms = disk.slow_ms > 0 ? 0 : chance.pick([30, 300, 1_200, 2_500]);
      this.troubled_ms = this.clock.now_ms;
    } else if (dice < 74) this.offset_ms = chance.pick([0, 13, -13, 400, -9]) * 3_600_000;
    else if (dice < 80) {
      // As when the connection dies under the page: the app starts anew.
      this.page?.connection.close();
      if (chance.hit(0.5)) await this.scan();
      await this.reload();
    } else if (dice < 84) {
      this.books.restore(this.remembered?.device ?? 'device-1', chance);
      this.restored = true;
    } else if (dice < 92) await this.changePerson();
    else if (dice < 96) await this.otherTab();
    else if (dice < 98) await this.wipe();
    else {
      this.app += 1;
      await this.reload();
    }
  }

  private async powerCut(): Promise<void> {
    this.die(this.page);
    this.die(this.tab);
    this.page = this.tab = null;
    const lost = this.disk.powerCut(this.chance.next());
    const scans = lost.filter((each) => each.name === 'scans' && each.value !== undefined);
    let gone = 0;
    for (const each of scans) {
      const { raw } = each.value as StoredScan;
      if (!this.shown.has(raw)) continue;
      gone += 1;
      this.gone.add(raw);
      const age_ms = this.clock.now_ms - each.at_ms;
      if (age_ms > POWER_CUT_MS && Math.max(this.troubled_ms, this.disk.aborted_ms) < each.at_ms && this.disk.slow_ms === 0 && !this.disk.full) {
        this.fail(`a power cut took ${raw}, which was ${age_ms} ms old`);
      }
    }
    this.lostToPower += gone;
    await this.reload();
    const told = this.page === null ? 0 : (this.page as Page).shift.view.lost;
    if (told < gone) this.fail(`a power cut took ${gone} scans, the device tells of ${told}`);
  }

  private async wipe(): Promise<void> {
    this.die(this.page);
    this.die(this.tab);
    this.page = this.tab = null;
    const unsent = [...this.disk.rows('scans').values()].filter((scan) => (scan as StoredScan).kind !== 'lost').length;
    const known = this.ledger();
    for (const raw of this.shown) {
      if (known.has(raw) || this.gone.has(raw)) continue;
      this.gone.add(raw);
      this.lostToWipes += 1;
    }
    this.disk.wipe();
    const page = this.newPage();
    await this.drive(page.shift.open());
    if (this.bug === null && !this.restored && page.shift.view.lost < unsent) {
      this.fail(`the database was deleted with ${unsent} unsent scans, the device tells of ${page.shift.view.lost}`);
    }
    this.die(page);
    await this.start();
  }

  /** The next one signs in with a badge's hash, which is the machine's own work and takes real time: left out here. */
  private async changePerson(): Promise<void> {
    const shift = this.page?.shift;
    if (shift === undefined) return;
    await this.drive(shift.signOut());
    if (this.bug === 'drop_on_sign_out' && this.page !== null) await this.drive(dropAll(this.page.connection));
    await this.openJob();
  }

  /** A second tab that sends and does not scan. */
  private async otherTab(): Promise<void> {
    if (this.tab !== null) {
      this.die(this.tab);
      this.tab = null;
      return;
    }
    this.tab = this.newPage();
    await this.drive(this.tab.shift.open());
  }

  private heal(): void {
    this.disk.slow_ms = 0;
    this.disk.aborts = 0;
    this.disk.full = false;
  }

  // Checks

  private hear(page: Page, earcon: Earcon): void {
    if (earcon === 'not_saved') page.accepted = [];
    if (earcon !== 'piece') return;
    const raw = page.accepted.shift();
    if (raw === undefined) return this.fail('a good tone sounded for nothing');
    if (!this.isStored(raw)) this.fail(`a good tone sounded for ${raw}, which is not stored`);
    this.shown.add(raw);
  }

  private isStored(raw: string): boolean {
    for (const scan of this.disk.rows('scans').values()) if ((scan as StoredScan).raw === raw) return true;
    for (const kept of this.disk.rows('verdicts').values()) if ((kept as StoredVerdict).scan.raw === raw) return true;
    return false;
  }

  /** Whenever a page ends: the stored state belongs to the newest stored scan. */
  private checkState(): void {
    const task = this.disk.rows('tasks').get(TALLY.task) as StoredTask | undefined;
    const last = (task?.state as TallyState | undefined)?.last ?? null;
    if (last === null) return;
    const scans = [...this.disk.rows('scans').values()] as StoredScan[];
    for (const kept of this.disk.rows('verdicts').values()) scans.push((kept as StoredVerdict).scan);
    const newest = scans.filter((scan) => scan.kind !== 'lost').reduce<StoredScan | null>(
      (found, scan) => (found === null || scan.seq > found.seq ? scan : found), null,
    );
    if (newest !== null && newest.raw !== last) this.fail(`the stored state follows ${last}, the newest scan is ${newest.raw}`);
  }

  private ledger(): Map<string, number> {
    const found = new Map<string, number>();
    for (const queue of this.books.queues.values()) {
      for (const entry of queue.entries) if (entry.kind !== 'lost') found.set(entry.raw, (found.get(entry.raw) ?? 0) + 1);
    }
    return found;
  }

  private async end(): Promise<void> {
    if (this.failures.length > 0) return;
    this.heal();
    this.offset_ms = 0;
    this.wire.weather = 'good';
    if (this.page === null) await this.start();
    for (let turn = 0; turn < 30; turn += 1) {
      await this.clock.pass(30_000);
      if (this.disk.rows('scans').size === 0 && turn > 1) break;
    }
    const waiting = this.disk.rows('scans').size;
    if (waiting > 0) this.fail(`${waiting} scans are never sent`);
    this.checkState();
    this.checkBooks();
  }

  private checkBooks(): void {
    const known = this.ledger();
    for (const [raw, times] of known) if (times > 1) this.fail(`${raw} is in the books ${times} times`);
    for (const raw of this.shown) {
      if (!known.has(raw) && !this.gone.has(raw)) this.fail(`${raw} was shown as taken and is not in the books`);
    }
    for (const [device, queue] of this.books.queues) {
      const seqs = queue.entries.map((entry) => entry.seq);
      if (seqs.some((seq, place) => seq !== place + 1)) this.fail(`${device} has gaps in the books`);
      const order = queue.entries.filter((entry) => /^(right|wrong|poison)-/.test(entry.raw) && entry.kind !== 'lost');
      const numbers = order.map((entry) => Number(entry.raw.split('-')[1]));
      if (numbers.some((number, place) => place > 0 && number <= (numbers[place - 1] ?? 0))) this.fail(`${device} is out of order`);
    }
    if (!this.restored) this.checkVerdicts();
  }

  private checkVerdicts(): void {
    const entries = this.books.queues.get(this.remembered?.device ?? 'device-1')?.entries ?? [];
    const told = new Map(entries.map((entry) => [entry.seq, entry.verdict]));
    for (const kept of this.disk.rows('verdicts').values()) {
      const { seq, verdict } = kept as StoredVerdict;
      if (told.get(seq) !== JSON.stringify(verdict)) this.fail(`the device heard another verdict of ${seq} than the books hold`);
    }
  }

  // The rest of the server

  private other(path: string): unknown {
    if (path === '/api/devices') return { device: this.books.enrol(), token: 'secret', name: 'Handheld' };
    if (path.startsWith('/api/work/')) return { bundle: null };
    if (path === '/api/work') return { bundles: [TALLY], corrections: [] };
    return {};
  }
}
