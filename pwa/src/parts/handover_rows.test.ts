import { expect, test } from 'vitest';
import { choices, type HandoverTold } from './handover_rows';

const told = (more: Partial<HandoverTold>): HandoverTold => ({
  id: 0, number: '', carrier: 'fake', carrier_name: 'Dopravce Fake', state: 'none', loaded: 0, waiting: 3, ...more,
});

test('open lists come first, a carrier with an open list is not offered twice, signed ones are history', () => {
  const rows = choices([
    told({ carrier: 'own_van', carrier_name: '' }),
    told({ carrier: 'fake' }),
    told({ id: 4, number: 'H4', state: 'open', loaded: 1 }),
    told({ id: 3, number: 'H3', state: 'signed' }),
    told({ carrier: 'empty', waiting: 0 }),
  ]);

  expect(rows.map((row) => [row.id, row.carrier, row.name])).toEqual([[4, 'fake', 'Dopravce Fake'], [0, 'own_van', 'own_van']]);
});
