/* The flow of the simulated worker: each input leaves exactly one record, and the state remembers the last one. */
import type { Bundle, Effect, Flow, FlowState, Tone } from '../flows/flow';

export interface TallyState extends FlowState {
  last: string | null;
}

export const TALLY: Bundle = { flow: 'tally', task: 'tally:1' };

export const tally: Flow<TallyState> = {
  name: 'tally',
  start: () => ({ path: 'tally.open', last: null }),
  step(state, input, newAct) {
    const recorded = (kind: string, raw: string, local: string, tone: Tone): { state: TallyState; effects: Effect[] } => ({
      state: { ...state, last: raw },
      effects: [
        { type: 'record', scan: { kind, step: state.path, act: null, keys: [], raw, local, body: {} } },
        { type: 'feedback', tone },
      ],
    });
    if (input.type === 'undo') return recorded('undo', newAct(), 'ok', 'warning');
    if (input.type !== 'scan') return { state, effects: [] };
    if (input.raw.startsWith('wrong')) return recorded('product', input.raw, 'WRONG_PRODUCT', 'wrong_thing');
    return recorded('product', input.raw, 'ok', 'piece');
  },
};
