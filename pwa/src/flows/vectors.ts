/* Reads the short notation of contracts/flows/*.json (not pick.json); used by tests only. */
import type { Bundle, Effect, Flow, FlowState, Input, Source } from './flow';

export interface VectorStep {
  in: string;
  path: string;
  tone?: string;
  refusal?: string;
  ask?: string;
  values?: Record<string, unknown>;
  scan?: VectorScan | VectorScan[];
  done?: boolean;
}

interface VectorScan {
  kind: string;
  act: string | null;
  local?: string;
  body: Record<string, unknown>;
}

export interface VectorCase {
  name: string;
  bundle: string;
  steps: VectorStep[];
}

export const uid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** "#3" anywhere becomes the third id. */
export function expanded<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replace(/"#(\d+)"/g, (_, n: string) => `"${uid(Number(n))}"`)) as T;
}

export function counter(): () => string {
  let n = 0;
  return () => uid(++n);
}

export function inputOf<B extends object>(text: string, bundle: B): Input<B> {
  const [word = '', ...rest] = text.split(' ');
  const argument = rest.join(' ');
  switch (word) {
    case 'scan': {
      const raw = (rest[0] ?? '').slice((rest[0] ?? '').indexOf(':') + 1);
      const reading = { kind: 'any', keys: rest, elements: {}, error: null };
      return { type: 'scan', reading, raw, source: 'wedge' as Source };
    }
    case 'quantity':
      return { type: 'quantity', value: Number(argument) };
    case 'undo':
      return { type: 'undo' };
    case 'confirm':
      return { type: 'confirm', what: rest[0] ?? '', body: JSON.parse(rest.slice(1).join(' ')) as Record<string, unknown> };
    case 'bundle':
      return { type: 'bundle_changed', bundle: { ...bundle, ...expanded(JSON.parse(argument) as object) } };
    case 'verdict': {
      const refusal = { code: argument, expected: {}, got: {}, cure: '', values: {} };
      return { type: 'verdict', verdict: { seq: 1, id: '', outcome: 'refused', refusal, note: null } };
    }
    default:
      throw new Error(`expected scan, quantity, undo, confirm, bundle or verdict, got ${text}`);
  }
}

/** What one step showed, in the notation of the vectors. */
export function shown(path: string, effects: readonly Effect[]): Omit<VectorStep, 'in'> {
  const step: Omit<VectorStep, 'in'> = { path };
  const scans: VectorScan[] = [];
  for (const effect of effects) {
    if (effect.type === 'feedback') step.tone = effect.tone;
    if (effect.type === 'done') step.done = true;
    if (effect.type === 'ask') step.ask = effect.question;
    if (effect.type === 'refuse') {
      step.refusal = effect.refusal.code;
      step.values = effect.refusal.values;
    }
    if (effect.type === 'record') {
      const { kind, act, local, body } = effect.scan;
      scans.push(local === 'ok' ? { kind, act, body } : { kind, act, local, body });
    }
  }
  const [first, ...others] = scans;
  if (first !== undefined) step.scan = others.length > 0 ? scans : first;
  return step;
}

/** Runs a case; each row holds what was expected beside what came. */
export function run<S extends FlowState, B extends Bundle>(
  flow: Flow<S, B>, bundles: Record<string, B>, each: VectorCase,
): { expected: Omit<VectorStep, 'in'>; got: Omit<VectorStep, 'in'>; at: string }[] {
  const bundle = expanded(bundles[each.bundle]);
  if (bundle === undefined) throw new Error(`expected a bundle named ${each.bundle}`);
  const newAct = counter();
  let state = flow.start(bundle, newAct);
  return each.steps.map((step) => {
    const stepped = flow.step(state, inputOf(step.in, bundle), newAct);
    state = stepped.state;
    const got = shown(state.path, stepped.effects);
    const { in: at, ...rest } = expanded(step) as VectorStep & { verdict?: string; sent?: string };
    delete rest.verdict;
    delete rest.sent;
    if (rest.values === undefined) delete got.values;
    if (rest.ask === undefined) delete got.ask;
    return { at, expected: rest, got };
  });
}
