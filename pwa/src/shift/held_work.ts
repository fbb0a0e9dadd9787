/*
 * Work that lies on the device: jobs begun here, and bundles fetched ahead for hours without network.
 *
 * A finished job stays until the server has answered its last scan; opened again before, it would begin from a bundle
 * that does not know what was done.
 */
import { NoAnswer, type Api } from '../api/client';
import { isOver, type Bundle, type Correction, type Flow } from '../flows/flow';
import type { StoredTask } from '../offline/local_store';
import { HELD_FOR_WORK, type Outbox } from '../offline/outbox';
import type { WorkRequest } from './shift_view';

/** So many unsent scans that no new job is opened: the open ones must still find room. */
export class DeviceFull extends Error {
  override name = 'DeviceFull';
  constructor(readonly unsent: number) {
    super(`expected fewer than ${HELD_FOR_WORK} unsent scans, got ${unsent}; find a connection, then take new work`);
  }
}

export interface Known {
  bundles: Bundle[];
  /** null: the server was not asked, or did not answer. */
  corrections: Correction[] | null;
}

const matches = (task: StoredTask, request: WorkRequest): boolean => {
  if (task.flow !== request.flow || isOver(task.state.path)) return false;
  const { mode, code, number } = task.bundle as Bundle & { mode?: string; code?: string; number?: string };
  if (request.wave !== undefined) return number === request.wave || code === request.wave;
  if (request.key !== undefined && request.key !== '') return false;
  return request.mode === undefined || mode === undefined || mode === request.mode;
};

export class HeldWork {
  constructor(
    private readonly api: Api,
    private readonly outbox: Outbox,
    private readonly loadFlow: (name: string) => Promise<Flow | null>,
  ) {}

  /** Throws DeviceFull when the device holds so much that it should not begin anything. */
  async needRoom(): Promise<void> {
    const { unsent } = await this.outbox.counts();
    if (unsent >= HELD_FOR_WORK) throw new DeviceFull(unsent);
  }

  /** Asks the server; without an answer what was fetched ahead is found. Null: there is none. */
  async find(request: WorkRequest): Promise<Bundle | null> {
    await this.needRoom();
    try {
      const { bundle } = await this.ask(request);
      return bundle;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const held = (await this.outbox.tasks()).find((task) => matches(task, request));
      if (held === undefined) throw error;
      return held.bundle;
    }
  }

  /** Fetches up to `count` more jobs and keeps them on the device, not begun. Returns how many came. */
  async fetchAhead(request: WorkRequest, count: number, newAct: () => string): Promise<number> {
    await this.needRoom();
    const flow = await this.loadFlow(request.flow);
    for (let fetched = 0; fetched < count; fetched += 1) {
      const { bundle } = await this.ask(request, true);
      const known = bundle === null ? undefined : await this.outbox.openTask(bundle.task);
      if (flow === null || bundle === null || known !== undefined) return fetched;
      const state = flow.start(bundle, newAct);
      await this.outbox.append([], { task: bundle.task, flow: bundle.flow, bundle, state, shape: flow.shape ?? 1 });
    }
    return count;
  }

  /** What is open: on the server when it answers, on the device in any case. */
  async open(): Promise<Known> {
    const stored = await this.outbox.tasks();
    const here = stored.filter((task) => !isOver(task.state.path)).map((task) => task.bundle);
    try {
      const { bundles, corrections } = await this.api<Known>('/api/work', { timeout_ms: 4_000 });
      const known = new Set(bundles.map((bundle) => bundle.task));
      const { unsent } = await this.outbox.counts();
      if (unsent > 0) return { bundles: await this.merged(bundles, here, stored), corrections };
      for (const task of stored) if (!known.has(task.task)) await this.outbox.removeTask(task.task);
      return { bundles, corrections };
    } catch (error) {
      if (error instanceof NoAnswer) return { bundles: here, corrections: null };
      throw error;
    }
  }

  /** Finished jobs whose scans are all answered are forgotten. */
  async forgetFinished(): Promise<void> {
    for (const task of await this.outbox.tasks()) {
      if (isOver(task.state.path) && (await this.outbox.unsentOf(task.task)) === 0) await this.outbox.removeTask(task.task);
    }
  }

  private async merged(bundles: Bundle[], here: Bundle[], stored: StoredTask[]): Promise<Bundle[]> {
    const known = new Set(bundles.map((bundle) => bundle.task));
    const over = new Set(stored.filter((task) => isOver(task.state.path)).map((task) => task.task));
    return [...bundles.filter((each) => !over.has(each.task)), ...here.filter((each) => !known.has(each.task))];
  }

  /** `beside`: jobs that the server must not give again, because the device has finished or fetched them. */
  private async ask(request: WorkRequest, ahead = false): Promise<{ bundle: Bundle | null }> {
    const stored = await this.outbox.tasks();
    const beside = stored.filter((task) => ahead || isOver(task.state.path)).map((task) => task.task);
    return this.api('/api/work', { method: 'POST', body: beside.length > 0 ? { ...request, beside } : request });
  }
}
