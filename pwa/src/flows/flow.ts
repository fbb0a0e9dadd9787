/*
 * A flow is a job of the floor as a pure machine: bundle in, then input by input to a new state and effects.
 *
 * The same rules run on the server in Python; contracts/flows/<name>.json holds both to the same answers. A flow knows
 * nothing of screens, storage or time: ids come from `newAct`, effects say what the app is to do.
 */

/** What a code text turned out to be; made by `codes/`. */
export interface CodeReading {
  kind: string;
  keys: readonly string[];
  elements: Readonly<Record<string, string>>;
  error: string | null;
  healed_from?: string | null;
}

export type Source = 'wedge' | 'camera' | 'typed' | 'button';

/** A floor refusal as a value; its text is found under `refusal.<code>` in texts/. */
export interface Refusal {
  code: string;
  expected: Record<string, unknown>;
  got: Record<string, unknown>;
  cure: string;
  values: Record<string, unknown>;
}

export interface Verdict {
  seq: number;
  id: string;
  outcome: 'ok' | 'refused' | 'unreadable' | 'parked';
  refusal: Refusal | null;
  note: Record<string, unknown> | null;
}

/** What a person must do after the server refused something that the device had accepted. */
export interface Correction {
  id: string;
  code: string;
  values: Record<string, unknown>;
  /** Scan keys that confirm it as done, such as the location where the goods belong. */
  keys?: readonly string[];
  task?: string;
}

export type Tone = 'piece' | 'line' | 'order' | 'wrong_thing' | 'wrong_place' | 'already' | 'later' | 'warning';

/** What a flow wants stored; the outbox adds id, seq, time, source and session. */
export interface ScanRecord {
  kind: string;
  step: string;
  act: string | null;
  keys: readonly string[];
  raw: string;
  local: string;
  body: Record<string, unknown>;
}

export type Input<B = Bundle> =
  | { type: 'scan'; reading: CodeReading; raw: string; source: Source }
  | { type: 'quantity'; value: number }
  | { type: 'undo' }
  | { type: 'skip' }
  | { type: 'confirm'; what: string; body?: Record<string, unknown> }
  | { type: 'verdict'; verdict: Verdict }
  | { type: 'bundle_changed'; bundle: B };

export type Effect =
  | { type: 'record'; scan: ScanRecord }
  | { type: 'feedback'; tone: Tone }
  | { type: 'refuse'; refusal: Refusal }
  | { type: 'ask'; question: string; values?: Record<string, unknown> }
  | { type: 'done' };

export interface Step<S> {
  state: S;
  effects: Effect[];
}

/** Every bundle says which task of which flow it is. */
export interface Bundle {
  flow: string;
  task: string;
}

/** Every state is plain data (it is stored beside the scans) and names its step as a path, e.g. "pick.at_location". */
export interface FlowState {
  path: string;
}

export interface Flow<S extends FlowState = FlowState, B extends Bundle = Bundle> {
  readonly name: string;
  /** Counts up when the state's members change their meaning: stored states of another shape are not read. 1 if absent. */
  readonly shape?: number;
  start(bundle: B, newAct: () => string): S;
  step(state: S, input: Input<B>, newAct: () => string): Step<S>;
}

/** Nothing is left to do; read from the path, so that undo takes a finished job up again. */
export const isOver = (path: string): boolean => /\.(done|signed)$/.test(path);
