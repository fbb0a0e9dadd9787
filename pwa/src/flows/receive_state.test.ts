import { expect, test } from 'vitest';
import vectors from '../../../contracts/flows/receive.json';
import { receive } from './receive';
import { packagings, serialsInHand, type ReceiveBundle, type ReceiveLine } from './receive_state';
import { counter, inputOf } from './vectors';

test('a label is for a piece, or for each packaging with a code of its own, the smaller first', () => {
  const codes = [
    { key: 'gtin:1', quantity: 1, level: 'each' }, { key: 'gtin:2', quantity: 24, level: 'case' },
    { key: 'gtin:3', quantity: 6, level: 'inner' }, { key: 'gtin:4', quantity: 12, level: 'case' }, { key: 'text:A', quantity: 1 },
  ];

  expect(packagings({ codes } as unknown as ReceiveLine)).toEqual([
    { level: 'each', quantity: 1 }, { level: 'inner', quantity: 6 }, { level: 'case', quantity: 24 },
  ]);
});

test('serials in hand are those of the goods scanned last', () => {
  const bundle = (Object.values(vectors.bundles) as unknown as ReceiveBundle[]).find(({ lines }) => lines.some(({ tracking }) => tracking === 'serial'));
  const line = bundle?.lines.find(({ tracking }) => tracking === 'serial');
  const other = bundle?.lines.find(({ tracking, dated }) => tracking === 'none' && !dated);
  if (bundle === undefined || line === undefined || other === undefined) throw new Error('the vectors have no goods with serials');
  const newAct = counter();
  let state = receive.start(bundle, newAct);
  const scan = (keys: string): void => {
    state = receive.step(state, inputOf(`scan ${keys}`, bundle), newAct).state;
  };
  const code = line.codes[0]?.key ?? '';
  scan(`${code} serial:SN7`);
  scan(`${code} serial:SN8`);
  expect(serialsInHand(state)).toEqual(['SN7', 'SN8']);

  scan(other.codes[0]?.key ?? '');
  expect(serialsInHand(state)).toEqual([]);
});
