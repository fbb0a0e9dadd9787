import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCode } from '../codes/scan_keys';
import type { Input } from '../flows/flow';
import { receive } from '../flows/receive';
import { lineOf, received, type ReceiveBundle, type ReceiveState } from '../flows/receive_state';
import { TakingMany } from './taking_many';

const { bundles } = JSON.parse(readFileSync(new URL('../../../contracts/flows/receive.json', import.meta.url), 'utf8')) as {
  bundles: Record<string, ReceiveBundle>;
};
const [TEA, TEA_CASE, OIL, LAMP, STRANGER] = ['9520000000011', '19520000000018', '9520000000028', '9520000000042', '4006381333931'];
const [TEA_LINE, OIL_LINE] = [1, 2];

class Dock {
  state: ReceiveState = receive.start(bundles['mixed'] as ReceiveBundle, () => 'a');
  readonly many = new TakingMany();
  private act = 0;

  input(input: Input<ReceiveBundle>): void {
    this.state = receive.step(this.state, input, () => `act-${(this.act += 1)}`).state;
  }
  scan(text: string): void {
    this.input({ type: 'scan', reading: readCode(text), raw: text, source: 'camera' });
  }
  run(): void {
    for (let next = this.many.next(this.state); next !== null; next = this.many.next(this.state)) {
      if (next.type === 'scan') this.scan(next.text);
      else this.input(next);
    }
  }
  pieces(line: number): number {
    const found = lineOf(this.state, line);
    return found === undefined ? -1 : received(this.state, found);
  }
}

test('pieces and cases of the picture are counted with the numbers that were confirmed', () => {
  const dock = new Dock();
  dock.many.begin([{ text: TEA, count: 3 }, { text: TEA_CASE, count: 1 }]);
  dock.run();
  expect([dock.pieces(TEA_LINE), dock.many.left, dock.state.path]).toEqual([15, 0, 'receive.scan']);
});

test('what was counted before is added to, not replaced', () => {
  const dock = new Dock();
  dock.scan(TEA);
  dock.many.begin([{ text: TEA, count: 2 }]);
  dock.run();
  expect(dock.pieces(TEA_LINE)).toBe(3);
});

test('a lot and a date are asked first; their number and the next code follow the answer', () => {
  const dock = new Dock();
  dock.many.begin([{ text: OIL, count: 4 }, { text: TEA, count: 2 }]);
  dock.run();
  expect([dock.state.path, dock.many.left]).toEqual(['receive.lot', 1]);
  dock.input({ type: 'confirm', what: 'lot', body: { lot: 'L9' } });
  dock.run();
  expect(dock.state.path).toBe('receive.date');
  dock.input({ type: 'confirm', what: 'date', body: { date: '2027-01-31' } });
  dock.run();
  expect([dock.pieces(OIL_LINE), dock.pieces(TEA_LINE), dock.state.path]).toEqual([4, 2, 'receive.scan']);
});

test('more than expected is asked; a no keeps the piece that was scanned and goes on', () => {
  const dock = new Dock();
  dock.many.begin([{ text: TEA, count: 30 }, { text: TEA_CASE, count: 1 }]);
  dock.run();
  expect(dock.state.path).toBe('receive.ask');
  dock.input({ type: 'confirm', what: 'cancel' });
  dock.run();
  expect([dock.pieces(TEA_LINE), dock.many.left]).toEqual([13, 0]);
});

test('goods of no line are looked up before the next code comes', () => {
  const dock = new Dock();
  dock.many.begin([{ text: STRANGER, count: 2 }, { text: TEA, count: 1 }]);
  dock.run();
  expect([dock.state.path, dock.pieces(TEA_LINE)]).toEqual(['receive.unknown', 0]);
  dock.input({ type: 'confirm', what: 'set_aside', body: { quantity: 2 } });
  dock.run();
  expect(dock.pieces(TEA_LINE)).toBe(1);
});

test('serials are asked one by one, whatever the picture counted', () => {
  const dock = new Dock();
  dock.many.begin([{ text: LAMP, count: 2 }]);
  dock.run();
  expect(dock.state.path).toBe('receive.serial');
  dock.scan('SN-1');
  dock.scan('SN-2');
  dock.run();
  expect([dock.state.path, dock.pieces(4)]).toEqual(['receive.scan', 2]);
});

test('what was set to nothing by hand is not taken', () => {
  const dock = new Dock();
  dock.many.begin([{ text: TEA, count: 0 }]);
  dock.run();
  expect(dock.pieces(TEA_LINE)).toBe(0);
});
