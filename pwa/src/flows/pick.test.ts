import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect, Input, Verdict } from './flow.ts';
import { canUndo, current, pick, progress, type PickBundle, type PickState } from './pick.ts';

interface CaseStep {
  do: string;
  path: string;
  record?: { kind: string; act: string | null; local: string; body: Record<string, unknown> };
  tone?: string;
  refusal?: Record<string, unknown>;
  ask?: Record<string, unknown>;
  done?: boolean;
}

interface Contract {
  bundles: Record<string, PickBundle>;
  cases: {
    name: string;
    bundle: string;
    steps: CaseStep[];
    end?: { lines: Record<string, [number, number]>; totes: Record<string, string | null> };
  }[];
}

const contract = JSON.parse(
  readFileSync(new URL('../../../contracts/flows/pick.json', import.meta.url), 'utf-8'),
) as Contract;

function bundle(name: string): PickBundle {
  const found = contract.bundles[name];
  if (found === undefined) throw new Error(`no bundle ${name}`);
  return structuredClone(found);
}

/** `scan loc:A-01-1 lot:L7`, `quantity 3`, `undo`, `skip`, `short` */
function read(text: string): Input<PickBundle> {
  const [word, ...rest] = text.split(' ');
  switch (word) {
    case 'scan': {
      const raw = (rest[0] ?? '').slice((rest[0] ?? '').indexOf(':') + 1);
      return { type: 'scan', reading: { kind: '', keys: rest, elements: {}, error: null }, raw, source: 'wedge' };
    }
    case 'quantity':
      return { type: 'quantity', value: Number(rest[0]) };
    case 'undo':
      return { type: 'undo' };
    case 'skip':
      return { type: 'skip' };
    default:
      return { type: 'confirm', what: text };
  }
}

class Device {
  acts = 0;
  state: PickState;
  newAct = (): string => `a${++this.acts}`;

  constructor(from: PickBundle) {
    this.state = pick.start(from, this.newAct);
  }

  send(input: Input<PickBundle>): Effect[] {
    const { state, effects } = pick.step(this.state, input, this.newAct);
    this.state = state;
    return effects;
  }

  do(...texts: string[]): void {
    for (const text of texts) this.send(read(text));
  }

  picked(line: number): [number, number] {
    const found = this.state.lines.find((each) => each.id === line);
    return found === undefined ? [-1, -1] : [found.picked, found.short];
  }
}

function refused(code: string, act: string): Verdict {
  const refusal = { code, expected: {}, got: {}, cure: 'PUT_BACK', values: {} };
  return { seq: 1, id: 'x', outcome: 'refused', refusal, note: { act, kind: 'tote' } };
}

describe('the table that server and device share', () => {
  for (const each of contract.cases) {
    it(each.name, () => {
      const device = new Device(bundle(each.bundle));
      for (const wanted of each.steps) {
        const before = device.state.path;
        const effects = device.send(read(wanted.do));
        const scan = effects.flatMap((effect) => (effect.type === 'record' ? [effect.scan] : []))[0];
        const seen = {
          do: wanted.do,
          path: device.state.path,
          record: scan && { kind: scan.kind, act: scan.act, local: scan.local, body: scan.body },
          tone: effects.flatMap((effect) => (effect.type === 'feedback' ? [effect.tone] : []))[0],
          refusal: effects.flatMap((effect) => (effect.type === 'refuse' ? [effect.refusal] : []))[0],
          ask: effects.flatMap((effect) =>
            effect.type === 'ask' ? [{ question: effect.question, values: effect.values }] : [],
          )[0],
          done: effects.some((effect) => effect.type === 'done') || undefined,
        };
        expect(seen).toEqual({ ask: undefined, done: undefined, record: undefined, refusal: undefined, ...wanted });
        if (scan !== undefined) expect(scan.step).toBe(before);
      }
      for (const [line, pieces] of Object.entries(each.end?.lines ?? {})) {
        expect(device.picked(Number(line)), `line ${line}`).toEqual(pieces);
      }
      for (const [slot, tote] of Object.entries(each.end?.totes ?? {})) {
        expect(device.state.slots.find((found) => found.slot === Number(slot))?.tote, `slot ${slot}`).toBe(tote);
      }
    });
  }
});

describe('a state can be stored and taken up again', () => {
  it('survives JSON at every step', () => {
    const [first] = contract.cases.filter((each) => each.bundle === 'cluster');
    const device = new Device(bundle('cluster'));
    for (const each of first?.steps ?? []) {
      device.state = JSON.parse(JSON.stringify(device.state)) as PickState;
      device.send(read(each.do));
      expect(device.state.path).toBe(each.path);
    }
  });
});

describe('what the server says afterwards', () => {
  const toTote = ['scan loc:A-01-1', 'scan gtin:09520000000001', 'scan tote:T-001'];

  it('takes a refused act off again and shows why', () => {
    const device = new Device(bundle('single'));
    device.do(...toTote);
    expect(device.picked(11)).toEqual([1, 0]);
    const effects = device.send({ type: 'verdict', verdict: refused('ORDER_CANCELLED', 'a1') });
    expect(device.picked(11)).toEqual([0, 0]);
    expect(device.state.slots[0]?.tote).toBeNull();
    expect(effects.map((each) => each.type)).toEqual(['feedback', 'refuse']);
  });

  it('empties the hand when its act was refused', () => {
    const device = new Device(bundle('single'));
    device.do('scan loc:A-01-1', 'scan gtin:09520000000001');
    device.send({ type: 'verdict', verdict: refused('TOO_MANY', 'a1') });
    expect(device.state.hand).toBeNull();
    expect(device.send({ type: 'verdict', verdict: refused('TOO_MANY', 'a1') })).toEqual([]);
  });

  it('reopens a line whose short was refused, and a refused undo stands no more', () => {
    const device = new Device(bundle('single'));
    device.do(...toTote, 'short');
    expect(device.state.path).toBe('pick.done');
    device.send({ type: 'verdict', verdict: refused('LINE_DONE', 'a2') });
    expect(device.state.path).toBe('pick.at_location');
    device.do('undo');
    expect(device.picked(11)).toEqual([0, 0]);
    device.send({ type: 'verdict', verdict: refused('ORDER_PACKED', 'a3') });
    expect(device.picked(11)).toEqual([1, 0]);
  });
});

describe('a fresh bundle', () => {
  it('neither doubles an act that it knows nor loses one that it does not', () => {
    const device = new Device(bundle('single'));
    device.do('scan loc:A-01-1', 'scan gtin:09520000000001', 'scan tote:T-001', 'scan gtin:09520000000001', 'scan tote:T-001');
    const fresh = bundle('single');
    fresh.lines[0]!.picked = 1;
    fresh.slots[0]!.tote = 'tote:T-001';
    fresh.acts = [{ act: 'a1', line: 11, kind: 'pick', quantity: 1, state: 'applied' }];
    device.send({ type: 'bundle_changed', bundle: fresh });
    expect(device.picked(11)).toEqual([2, 0]);
    expect(device.state.log).toHaveLength(1);
    device.do('undo', 'undo');
    expect(device.picked(11)).toEqual([0, 0]);
    const later = bundle('single');
    later.acts = [
      { act: 'a1', line: 11, kind: 'pick', quantity: 1, state: 'undone' },
      { act: 'a2', line: 11, kind: 'pick', quantity: 1, state: 'undone' },
    ];
    device.send({ type: 'bundle_changed', bundle: later });
    expect(device.picked(11)).toEqual([0, 0]);
    expect(device.state.log).toEqual([]);
    expect(canUndo(device.state)).toBe(false);
  });

  it('keeps an undo that the server has not seen', () => {
    const device = new Device(bundle('begun'));
    device.do('undo');
    expect(device.picked(31)).toEqual([0, 0]);
    device.send({ type: 'bundle_changed', bundle: bundle('begun') });
    expect(device.picked(31)).toEqual([0, 0]);
    expect(device.state.slots[0]?.tote).toBeNull();
  });

  it('keeps what is in the hand while it is wanted', () => {
    const device = new Device(bundle('single'));
    device.do('scan loc:A-01-1', 'scan gtin:09520000000001');
    device.send({ type: 'bundle_changed', bundle: bundle('single') });
    expect(current(device.state)?.inHand).toBe(1);
    expect(device.state.path).toBe('pick.at_location');
  });

  it('tells what to put back when the order in the hand was cancelled', () => {
    const device = new Device(bundle('single'));
    device.do('scan loc:A-01-1', 'scan gtin:09520000000001');
    const fresh = bundle('single');
    fresh.lines[0]!.cancelled = true;
    const effects = device.send({ type: 'bundle_changed', bundle: fresh });
    expect(effects.map((each) => each.type)).toEqual(['record', 'feedback', 'refuse', 'done']);
    expect(effects[0]).toMatchObject({ scan: { kind: 'undo', body: { of: 'a1' } } });
    expect(effects[2]).toMatchObject({ refusal: { code: 'ORDER_CANCELLED', values: { order: 'O1' } } });
    expect(device.state.hand).toBeNull();
  });

  it('leads to pieces found elsewhere after a short', () => {
    const device = new Device(bundle('single'));
    device.do('scan loc:A-01-1', 'short');
    expect(device.state.path).toBe('pick.done');
    const fresh = bundle('single');
    const line = fresh.lines[0]!;
    fresh.lines.push({ ...line, id: 12, sequence: 2, location: { ...line.location, key: 'loc:B-1', code: 'B-1' } });
    line.short = 3;
    fresh.acts = [{ act: 'a1', line: 11, kind: 'short', quantity: 3, state: 'applied' }];
    device.send({ type: 'bundle_changed', bundle: fresh });
    expect(device.state.path).toBe('pick.to_location');
    expect(current(device.state)?.location.code).toBe('B-1');
  });
});

describe('a shortage declared by mistake', () => {
  function afterShort(): PickBundle {
    const fresh = bundle('single');
    const line = fresh.lines[0]!;
    const elsewhere = { ...line.location, key: 'loc:B-1', code: 'B-1' };
    fresh.lines.push({ ...line, id: 12, sequence: 2, location: elsewhere, instead_of: 'a1' });
    line.short = 3;
    fresh.acts = [{ act: 'a1', line: 11, kind: 'short', quantity: 3, state: 'applied' }];
    return fresh;
  }

  it('is undone together with the lines that were to replace it', () => {
    const device = new Device(afterShort());
    expect(current(device.state)?.location.code).toBe('B-1');
    device.do('undo');
    expect(current(device.state)).toMatchObject({ location: { code: 'A-01-1' }, wanted: 3 });
    expect(progress(device.state)).toMatchObject({ lines: 1, pieces: 3 });
    expect(canUndo(device.state)).toBe(false);
  });

  it('stays when the office has decided', () => {
    const settled = afterShort();
    settled.acts[0]!.state = 'settled';
    const device = new Device(settled);
    expect(canUndo(device.state)).toBe(false);
  });
});

describe('selectors', () => {
  it('say where, what, how many, into which tote, and what comes next', () => {
    const device = new Device(bundle('cluster'));
    device.do('scan loc:A-01-1', 'scan gtin:09520000000001');
    expect(current(device.state)).toMatchObject({
      path: 'pick.at_location',
      location: { code: 'A-01-1' },
      product: { sku: 'TEA-100' },
      wanted: 2,
      inHand: 1,
      slot: 1,
      tote: null,
      next: { location: { code: 'A-01-1' }, wanted: 14 },
    });
    expect(progress(device.state)).toEqual({
      lines: 4, linesDone: 0, pieces: 19, piecesDone: 0, orders: 2, ordersDone: 0,
    });
    device.do('scan gtin:09520000000001', 'scan tote:T-001');
    expect(progress(device.state)).toMatchObject({ linesDone: 1, piecesDone: 2, ordersDone: 0 });
  });
});
