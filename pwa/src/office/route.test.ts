import { expect, test } from 'vitest';
import { addressOf, routeOf, withValues } from './route';

test.each([
  ['/office', 'orders', {}],
  ['/office/', 'orders', {}],
  ['/office/waves?show=all', 'waves', { show: 'all' }],
  ['/office/orders?state=on_hold&q=Nov%C3%A1k%201&carrier=', 'orders', { state: 'on_hold', q: 'Novák 1' }],
  ['/office/nowhere?x=1', 'orders', { x: '1' }],
] as const)('%s is read', (address, tab, values) => {
  expect(routeOf(address)).toEqual({ tab, values });
});

test('an address written is read back as it was', () => {
  const route = { tab: 'orders', values: { q: 'a&b=c č', state: 'ready' } } as const;
  expect(routeOf(addressOf(route))).toEqual(route);
  expect(addressOf({ tab: 'printing', values: { show: '' } })).toBe('/office/printing');
});

test('an empty value takes its name away and leaves the others', () => {
  const route = { tab: 'orders', values: { q: 'tea', order: 'O1' } } as const;
  expect(withValues(route, { order: '' })).toEqual({ tab: 'orders', values: { q: 'tea' } });
  expect(withValues(route, { order: 'O2' }).values).toEqual({ q: 'tea', order: 'O2' });
});
