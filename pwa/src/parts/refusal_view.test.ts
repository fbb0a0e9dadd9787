import { describe, expect, test } from 'vitest';
import type { Refusal } from '../flows/flow';
import { refusalView } from './refusal_view';

const refusal = (code: string, values: Record<string, unknown>, got = {}, expected = {}): Refusal => ({
  code, expected, got, cure: '', values,
});

describe('the card of a wrong scan', () => {
  test('shows what is held, what was wanted, and where what is held belongs', () => {
    const values = { sku: 'T-2', name: 'Čaj mátový', belongs: 'B-04-2', wanted_sku: 'T-1', wanted_name: 'Čaj lesní' };
    const got = { kind: 'product', sku: 'T-2', name: 'Čaj mátový', picture: '/p/2.webp', location: 'B-04-2' };

    expect(refusalView(refusal('WRONG_PRODUCT', values, got, { sku: 'T-1', name: 'Čaj lesní', picture: null }))).toEqual({
      hold: { sku: 'T-2', name: 'Čaj mátový', picture: '/p/2.webp' },
      wanted: { sku: 'T-1', name: 'Čaj lesní', picture: null },
      belongs: 'B-04-2',
      codes: null,
      wantedKind: '',
    });
  });

  test('does not invent a place for goods whose place is not known', () => {
    const shown = refusalView(refusal('NOT_IN_THIS_ORDER', { sku: '', name: '8590000000011', belongs: '' }));
    expect([shown.belongs, shown.wanted, shown.hold?.name]).toEqual(['', null, '8590000000011']);
  });

  test.each(['WRONG_LOCATION', 'WRONG_TOTE', 'WRONG_LOT'])('%s shows both codes side by side', (code) => {
    expect(refusalView(refusal(code, { got: 'A-2', wanted: 'A-1' })).codes).toEqual({ got: 'A-2', wanted: 'A-1' });
  });

  test('an unknown code stands beside the wanted one, or beside its kind where any would do', () => {
    const unknown = (expected: Record<string, unknown>) =>
      refusalView(refusal('CODE_UNKNOWN', { got: '4006381333931' }, { kind: 'unknown', code: '4006381333931' }, expected));
    expect(unknown({ kind: 'product', code: 'T-1' })).toMatchObject({ codes: { got: '4006381333931', wanted: 'T-1' }, wantedKind: '' });
    expect(unknown({ kind: 'tote', code: '' })).toMatchObject({ codes: { wanted: '' }, wantedKind: 'tote' });
  });

  test('an unknown code stands beside the goods of the line in work, by name', () => {
    const line = { sku: 'T-1', name: 'Čaj lesní', picture: null };
    const told = (code: string) => refusalView(refusal('CODE_UNKNOWN', { got: '123' }, { code: '123' }, { kind: 'product', code }), line);
    expect(told('T-1')).toMatchObject({ codes: { got: '123', wanted: '' }, wanted: line });
    expect(told('T-9')).toMatchObject({ codes: { got: '123', wanted: 'T-9' }, wanted: null });
  });

  test('too many shows both numbers', () => {
    const shown = refusalView(refusal('TOO_MANY', { got: 12, quantity: 2, name: 'Čaj lesní' }));
    expect(shown.codes).toEqual({ got: '12', wanted: '2' });
  });

  test('says nothing of goods when it is about something else', () => {
    const shown = refusalView(refusal('ORDER_CANCELLED', { order: 'O7', name: 'x' }));
    expect(shown).toEqual({ hold: null, wanted: null, belongs: '', codes: null, wantedKind: '' });
  });
});
