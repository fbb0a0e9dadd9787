/* Texts about the printers of a bench. */
import type { Plural } from './texts';

export const printers = {
  'print_sign.ask': 'Vytiskl se štítek {title}?',
  'print_sign.where': 'Podívejte se do tiskárny {printer}.',
  'print_sign.yes': 'Ano, vytiskl',
  'print_sign.no': 'Ne, tisknout znovu',
  'print_sign.waiting': { one: 'Čeká {n} štítek.', few: 'Čekají {n} štítky.', many: 'Čeká {n} štítku.', other: 'Čeká {n} štítků.' },
  'printer_state.no_media': 'došly štítky',
  'printer_state.jam': 'zaseknutý papír',
  'printer_state.open': 'otevřený kryt',
  'printer_state.disconnected': 'není připojená',
  'printer_state.blocked': 'stojí',
  'printer_do.no_media': 'Vložte nové štítky a zavřete kryt. Tisk pak pokračuje sám.',
  'printer_do.jam': 'Otevřete kryt, vyjměte papír a zavřete.',
  'printer_do.open': 'Zavřete kryt tiskárny.',
  'printer_do.disconnected': 'Je zapnutá a zapojená? Běží počítač u ní?',
  'printer_do.blocked': 'Podívejte se na ni: nejčastěji došly štítky, je otevřená nebo pozastavená.',
} satisfies Record<string, string | Plural>;
