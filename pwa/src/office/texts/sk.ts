import type { cs } from './cs';
import { facts } from './facts.sk';
import { goods } from './goods.sk';
import { inbound } from './inbound.sk';
import { labels } from './labels.sk';
import { orders } from './orders.sk';
import { outbound } from './outbound.sk';
import { people } from './people.sk';
import { printing } from './printing.sk';
import { problems } from './problems.sk';
import { reasons } from './reasons.sk';
import { plural, type SameTexts } from './say_of';
import { setup } from './setup.sk';
import { stock } from './stock.sk';
import { told } from './told.sk';
import { upkeep } from './upkeep.sk';

export const sk = {
  'app.title': 'Rampa – kancelária',
  'app.loading': 'Načítavam…',
  'app.retry': 'Skúsiť znova',
  'app.close': 'Zavrieť',
  'app.back': 'Späť',
  'app.yes': 'Áno',
  'app.no': 'Nie',
  'app.more': 'Načítať ďalšie',
  'app.save': 'Uložiť',
  'app.language': 'Jazyk',
  'app.sure': 'Naozaj?',
  'nav.orders': 'Objednávky',
  'nav.waves': 'Vlny',
  'nav.handover': 'Odovzdanie',
  'nav.printing': 'Tlač',
  'nav.trouble': 'Problémy',
  'nav.devices': 'Zariadenia',
  'nav.import': 'Import',
  'nav.admin': 'Správa dát',
  'nav.schema': 'API',
  'nav.sign_out': 'Odhlásiť',
  'nav.menu': 'Účet a jazyk',
  'live.live': 'Naživo',
  'live.polling': 'Obnovujem po 10 s',
  'live.late': 'Údaje meškajú',
  'live.offline': 'Bez spojenia. Ukazujem posledný známy stav.',
  'count.orders': plural({ one: '{n} objednávka', few: '{n} objednávky', many: '{n} objednávky', other: '{n} objednávok' }),
  'count.lines': plural({ one: '{n} riadok', few: '{n} riadky', many: '{n} riadka', other: '{n} riadkov' }),
  'count.pieces': plural({ one: '{n} kus', few: '{n} kusy', many: '{n} kusa', other: '{n} kusov' }),
  'count.parcels': plural({ one: '{n} balík', few: '{n} balíky', many: '{n} balíka', other: '{n} balíkov' }),
  'sign_in.title': 'Prihlásenie do kancelárie',
  'sign_in.email': 'E-mail',
  'sign_in.password': 'Heslo',
  'sign_in.badge': 'Odznak',
  'sign_in.badge_help': 'Naskenujte odznak do tohto poľa.',
  'sign_in.pin': 'PIN',
  'sign_in.do': 'Prihlásiť',
  'sign_in.by_password': 'E-mail a heslo',
  'sign_in.by_badge': 'Odznak a PIN',
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
