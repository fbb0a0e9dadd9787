import { expect, test } from 'vitest';
import { cs } from './texts/cs';
import { en } from './texts/en';
import { sayOf } from './texts/say_of';
import { factText, holdName, whyText } from './timeline';

const say = sayOf<typeof cs>(en, 'en');

test.each([
  ['OrderReceived', { channel: 'ESHOP', held: [] }, 'Came from channel ESHOP.'],
  ['OrderReceived', { channel: 'ESHOP', held: ['NOT_PAID', 'NO_CARRIER'] }, 'Came from channel ESHOP and waits: not paid, no carrier.'],
  ['OrderStateChanged', { before: 'ready', after: 'in_work' }, 'State: Ready → In work.'],
  ['OrderPromised', { pieces: 1200, partial: true }, 'A part of the goods is reserved, 1,200 pcs.'],
  ['OrderHeld', { code: 'NOT_PAID', values: { shop_state: 'pending' } }, 'Held. The shop says pending: the order waits for its payment.'],
  ['HoldReleased', { code: 'NOT_PAID', state: 'received' }, 'Released: not paid.'],
  ['OrderNotShippable', { code: 'NOT_ENOUGH_STOCK', values: { sku: 'T', name: 'tea', wanted: 3, free: 1, more: 2 } },
    'Cannot be sent yet. Goods are missing: T tea, 3 wanted, 1 free. And 2 more with the same fault.'],
  ['OrderCancelled', { before: 'ready', reason: '' }, 'Cancelled from state Ready.'],
  ['PickShort', { sku: 'T', location: 'A-1', short: 2, elsewhere: 0, missing: 2, held: true }, '2 × T missing at A-1, none elsewhere. The office decides.'],
  ['CheckUndone', { sku: 'T', quantity: 1, what: 'missing' }, 'Found after all: 1 × T.'],
  ['ParcelClosed', { parcel: 'P1', station: 'B1', weight_g: 1250, pieces: 3 }, 'Parcel P1 closed at station B1: 1.25 kg, 3 pcs.'],
  ['ParcelClosed', { parcel: 'P1', station: 'B1', weight_g: null, pieces: 3 }, 'Parcel P1 closed at station B1: 3 pcs.'],
  ['ConsignmentRefused', { carrier: 'FK', reason: 'unknown town', problem: {} }, 'The carrier refused the consignment. unknown town'],
  ['ConsignmentRefused', { carrier: 'FK', reason: 'Expected …', problem: { code: 'CARRIER_LATE' } },
    'The carrier could not be booked. The carrier did not answer in time. If it stays so, call the carrier.'],
  ['LabelNotQueued', { parcel: 'P1', reason: 'Expected …', problem: { code: 'NO_ROUTE', got: 'B1' } },
    'The label of parcel P1 has nowhere to print. Station B1 has no printer. Set one under printing.'],
  ['PaperFailed', { title: 'P1', reason: 'Expected …' }, 'Printing failed: P1. The printer did not take the paper. Look at it, then print again.'],
  ['SomethingNew', { x: 1 }, 'SomethingNew'],
] as const)('%s %j', (kind, payload, expected) => {
  expect(factText(say, { kind, payload })).toBe(expected);
});

test('a reason of a newer server is said in its own sentence, without our additions', () => {
  expect(whyText(say, { code: 'NEW_ONE', values: { more: 3 }, sentence: 'A new sentence.' })).toBe('A new sentence.');
  expect(holdName(say, 'NEW_ONE')).toBe('new one');
});

test('missing stock says where the goods are', () => {
  const values = { sku: 'T', name: 'tea', wanted: 5, free: 2, promised: 7, blocked: 0 };
  expect(whyText(say, { code: 'NOT_ENOUGH_STOCK', values, sentence: '' })).toBe('Goods are missing: T tea, 5 wanted, 2 free. 7 promised to other orders.');
});

test('what was wrong on our side is said in the language of the office, what the carrier said in its own words', () => {
  const hold = { code: 'CARRIER_REFUSED', hold: true, sentence: 'The carrier refused …' };
  expect(whyText(say, { ...hold, values: { reason: 'unknown town' } })).toBe('The carrier refused the consignment: unknown town');
  expect(whyText(say, { ...hold, values: { reason: 'Expected …', problem: { code: 'CARRIER_UNKNOWN', got: 'FK' } } }))
    .toBe('The carrier could not be booked. There is no such carrier: FK.');
});

test.each([
  ['ADDRESS_INCOMPLETE', { missing: 'street, zip' }, 'V adrese chybí ulice, PSČ. Zeptejte se zákazníka.'],
  ['AMOUNT_UNREADABLE', { field: 'price of HRN-04', got: 'nothing' }, 'Částka (nic) v poli cena (HRN-04) není číslo. Opravte ji v e-shopu.'],
  ['NO_CARRIER', { method: '(none)' }, 'Způsob dopravy (nic) nemá přiřazeného dopravce. Přiřaďte ho v nastavení kanálu.'],
])('the values of %s are words of the office as well', (code, values, text) => {
  expect(whyText(sayOf<typeof cs>(cs, 'cs'), { code, values, hold: true, sentence: '' })).toBe(text);
});
