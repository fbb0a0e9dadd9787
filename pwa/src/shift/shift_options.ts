/* What a shift is given by the page it runs on; tests and simulations give other things. */
import type { Api } from '../api/client';
import type { Feedback } from '../feedback/sounds';
import type { Flow } from '../flows/flow';
import type { CodeReader } from '../inputs/reading';
import type { LocalStore } from '../offline/local_store';
import type { Timers } from '../offline/sender';
import type { Witness } from '../offline/witness';
import type { Job } from './job';

export interface ShiftOptions {
  store: LocalStore;
  feedback: Feedback;
  readCode: CodeReader;
  loadFlow: (name: string) => Promise<Flow | null>;
  app: string;
  fetcher?: typeof fetch;
  timers?: Timers;
  now_ms?: () => number;
  alone?: (work: () => Promise<void>) => Promise<boolean>;
  witness?: Witness;
  /** Where the machinery of jobs comes from; its own chunk if nothing is said. */
  loadJob?: () => Promise<{ Job: typeof Job }>;
  /** Spreads the pauses between tries. */
  random?: () => number;
  /** Asks the server, in place of the client over HTTP. */
  api?: (device: () => string | null) => Api;
}
