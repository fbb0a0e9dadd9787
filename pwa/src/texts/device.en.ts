import type { device as cs } from './device.cs';
import type { Plural } from './texts';

export const device = {
  'storage.not_kept': 'The browser may delete unsent scans. Add the app to the home screen.',
  'storage.nearly_full': 'The device holds {n} unsent scans. Finish what is open and find a connection; it gives out no new work.',
  'storage.full': 'The device is full: it holds {n} unsent scans. Nothing was lost. Find a connection, then scan on.',
  'storage.lost': {
    one: 'This device lost {n} unsent scan (power cut or deleted data). Tell the shift leader and recount the last job.',
    other: 'This device lost {n} unsent scans (power cut or deleted data). Tell the shift leader and recount the last job.',
  },
  'menu.ahead': 'Work to take along',
  'menu.ahead_help': 'fetches more waves before you leave the signal',
  'menu.ahead_came': {
    one: '{n} wave is in the device. You find it here without a connection, too.',
    other: '{n} waves are in the device. You find them here without a connection, too.',
  },
  'menu.ahead_none': 'There is no more work now. What you have stays in the device.',
  'volume.title': 'Did you hear the tone?',
  'volume.play': 'Play again',
  'volume.louder': 'Louder',
  'volume.yes': 'I hear it well',
  'taken.by': '{person} has taken this job over on device {device}. Your scans are kept; the server puts both together.',
  'taken.leave': 'To the menu',
  'silent.text': 'Device {device} is silent since {time}, {done} of {all} done. It may hold scans that the server does not know.',
  'silent.recount': 'Recount the totes against the numbers below. What is in them beyond that, scan again as picked. The open places will be counted.',
  'silent.held': { one: 'it last held {n} unsent scan', other: 'it last held {n} unsent scans' },
  'news.title': 'What is new',
  'news.0.1.0': 'You can fetch work ahead and carry it all day without a signal. A second device takes a running job over by scanning its wave or tote. The app tells when a device has lost something.',
} satisfies { [K in keyof typeof cs]: string | Plural };
