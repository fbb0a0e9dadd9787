/* The smallest flow that has all kinds of effects: counts three pieces of one code, refuses any other. */
import type { Bundle, Effect, Flow, FlowState, Refusal } from '../flows/flow';

export interface CountingBundle extends Bundle {
  wanted: string;
}
export interface CountingState extends FlowState {
  bundle: CountingBundle;
  counted: number;
}

const refusal = (got: string): Refusal => ({
  code: 'WRONG_PRODUCT', expected: {}, got: {}, cure: 'PUT_BACK', values: { name: got },
});

export const counting: Flow<CountingState, CountingBundle> = {
  name: 'counting',
  start: (bundle) => ({ path: 'counting.open', bundle, counted: 0 }),
  step(state, input, newAct) {
    const record = (local: string, kind = 'product', keys: readonly string[] = []): Effect => ({
      type: 'record',
      scan: { kind, step: state.path, act: newAct(), keys, raw: keys[0] ?? '', local, body: {} },
    });
    if (input.type === 'undo') {
      const counted = Math.max(0, state.counted - 1);
      return { state: { ...state, counted, path: 'counting.open' }, effects: [record('ok', 'undo')] };
    }
    if (input.type === 'bundle_changed') return { state: { ...state, bundle: input.bundle }, effects: [] };
    if (input.type === 'verdict' && input.verdict.refusal !== null) {
      return { state, effects: [{ type: 'feedback', tone: 'wrong_thing' }, { type: 'refuse', refusal: input.verdict.refusal }] };
    }
    if (input.type !== 'scan') return { state, effects: [] };
    const { keys } = input.reading;
    if (!keys.includes(state.bundle.wanted)) {
      const effects: Effect[] = [record('WRONG_PRODUCT', 'product', keys), { type: 'feedback', tone: 'wrong_thing' }];
      return { state, effects: [...effects, { type: 'refuse', refusal: refusal(keys[0] ?? '') }] };
    }
    const counted = state.counted + 1;
    const effects: Effect[] = [record('ok', 'product', keys), { type: 'feedback', tone: counted === 3 ? 'order' : 'piece' }];
    if (counted === 3) effects.push({ type: 'done' });
    return { state: { ...state, counted, path: counted === 3 ? 'counting.done' : 'counting.open' }, effects };
  },
};
