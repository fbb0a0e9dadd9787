/* Texts about still pictures and what was read in them. */
import type { Plural } from './texts';

export const camera = {
  'photo.take': 'Vyfotit',
  'photo.waiting': { one: '{n} fotka čeká na spojení.', few: '{n} fotky čekají na spojení.', many: '{n} fotky čeká na spojení.', other: '{n} fotek čeká na spojení.' },
  'photo.answered': { one: '{n} fotka je přečtená', few: '{n} fotky jsou přečtené', many: '{n} fotky je přečteno', other: '{n} fotek je přečteno' },
  'photo.of': 'Fotka v {time}',
  'photo.elsewhere': 'patří k práci {job}',
  'photo.nothing': 'Na fotce jsem kód nenašel. Vyfoťte ho zblízka a rovně, nebo ho opište.',
  'photo.unsure': 'Na fotce si nejsem jistý, proto kód neberu. Vyfoťte ho zblízka, nebo ho opište.',
  'photo.drop': 'Zahodit fotku',
  'photo.full': { one: 'V zařízení čeká {n} fotka, víc se nevejde. Jděte na signál.', few: 'V zařízení čekají {n} fotky, víc se nevejde. Jděte na signál.', many: 'V zařízení čeká {n} fotky, víc se nevejde. Jděte na signál.', other: 'V zařízení čeká {n} fotek, víc se nevejde. Jděte na signál.' },
  'photo.not_kept': 'Fotku se nepodařilo uložit. Zkuste to znovu.',
  'many.button': 'Vše v záběru',
  'many.green': 'čekáme ho tu',
  'many.amber': 'známe, sem ale nepatří',
  'many.red': 'nikdo nezná',
  'many.grey': 'zatím nevíme, ptáme se',
  'many.less': 'o jeden méně',
  'many.more': 'o jeden více',
  'many.look': 'Namiřte kameru na víc kódů najednou.',
  'many.left': { one: 'Ještě {n} kód ze záběru. Nejdřív odpovězte.', few: 'Ještě {n} kódy ze záběru. Nejdřív odpovězte.', many: 'Ještě {n} kódu ze záběru. Nejdřív odpovězte.', other: 'Ještě {n} kódů ze záběru. Nejdřív odpovězte.' },
  'look_up.label': 'Štítek',
  'look_up.photo': 'Fotka',
  'look_up.photo_room': 'Fotka je uložená. Nejstarší musela pryč, vejde se jich 50.',
} satisfies Record<string, string | Plural>;
