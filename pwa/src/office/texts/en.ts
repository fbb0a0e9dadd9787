import type { cs } from './cs';
import { facts } from './facts.en';
import { goods } from './goods.en';
import { inbound } from './inbound.en';
import { labels } from './labels.en';
import { orders } from './orders.en';
import { outbound } from './outbound.en';
import { people } from './people.en';
import { printing } from './printing.en';
import { problems } from './problems.en';
import { reasons } from './reasons.en';
import { plural, type SameTexts } from './say_of';
import { setup } from './setup.en';
import { stock } from './stock.en';
import { told } from './told.en';
import { upkeep } from './upkeep.en';

export const en = {
  'app.title': 'Rampa – office',
  'app.loading': 'Loading…',
  'app.retry': 'Try again',
  'app.close': 'Close',
  'app.back': 'Back',
  'app.yes': 'Yes',
  'app.no': 'No',
  'app.more': 'Load more',
  'app.save': 'Save',
  'app.language': 'Language',
  'app.sure': 'Are you sure?',
  'nav.orders': 'Orders',
  'nav.waves': 'Waves',
  'nav.handover': 'Handover',
  'nav.printing': 'Printing',
  'nav.trouble': 'Trouble',
  'nav.devices': 'Devices',
  'nav.import': 'Import',
  'nav.admin': 'Admin',
  'nav.schema': 'API',
  'nav.sign_out': 'Sign out',
  'nav.menu': 'Account and language',
  'live.live': 'Live',
  'live.polling': 'Refreshed every 10 s',
  'live.late': 'News arrive late',
  'live.offline': 'No connection. Showing the last known state.',
  'count.orders': plural({ one: '{n} order', other: '{n} orders' }),
  'count.lines': plural({ one: '{n} line', other: '{n} lines' }),
  'count.pieces': plural({ one: '{n} piece', other: '{n} pieces' }),
  'count.parcels': plural({ one: '{n} parcel', other: '{n} parcels' }),
  'sign_in.title': 'Sign in to the office',
  'sign_in.email': 'E-mail',
  'sign_in.password': 'Password',
  'sign_in.badge': 'Badge',
  'sign_in.badge_help': 'Scan your badge into this field.',
  'sign_in.pin': 'PIN',
  'sign_in.do': 'Sign in',
  'sign_in.by_password': 'E-mail and password',
  'sign_in.by_badge': 'Badge and PIN',
  ...goods, ...inbound, ...labels,
  ...orders,
  ...reasons,
  ...facts,
  ...outbound,
  ...people,
  ...printing,
  ...setup,
  ...stock,
  ...told,
  ...upkeep,
  ...problems,
} satisfies SameTexts<typeof cs>;
