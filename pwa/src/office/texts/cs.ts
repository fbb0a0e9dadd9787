/* Czech: the type of all texts of the office. */
import { facts } from './facts.cs';
import { goods } from './goods.cs';
import { inbound } from './inbound.cs';
import { labels } from './labels.cs';
import { orders } from './orders.cs';
import { outbound } from './outbound.cs';
import { people } from './people.cs';
import { printing } from './printing.cs';
import { problems } from './problems.cs';
import { reasons } from './reasons.cs';
import { plural, type Dictionary } from './say_of';
import { setup } from './setup.cs';
import { stock } from './stock.cs';
import { told } from './told.cs';
import { upkeep } from './upkeep.cs';

export const cs = {
  'app.title': 'Rampa – kancelář',
  'app.loading': 'Načítám…',
  'app.retry': 'Zkusit znovu',
  'app.close': 'Zavřít',
  'app.back': 'Zpět',
  'app.yes': 'Ano',
  'app.no': 'Ne',
  'app.more': 'Načíst další',
  'app.save': 'Uložit',
  'app.language': 'Jazyk',
  'app.sure': 'Opravdu?',
  'nav.orders': 'Objednávky',
  'nav.waves': 'Vlny',
  'nav.handover': 'Předání',
  'nav.printing': 'Tisk',
  'nav.trouble': 'Potíže',
  'nav.devices': 'Zařízení',
  'nav.import': 'Import',
  'nav.admin': 'Správa dat',
  'nav.schema': 'API',
  'nav.sign_out': 'Odhlásit',
  'nav.menu': 'Účet a jazyk',
  'live.live': 'Živě',
  'live.polling': 'Obnovuji po 10 s',
  'live.late': 'Data se opožďují',
  'live.offline': 'Bez spojení. Ukazuji poslední známý stav.',
  'count.orders': plural({ one: '{n} objednávka', few: '{n} objednávky', many: '{n} objednávky', other: '{n} objednávek' }),
  'count.lines': plural({ one: '{n} řádek', few: '{n} řádky', many: '{n} řádku', other: '{n} řádků' }),
  'count.pieces': plural({ one: '{n} kus', few: '{n} kusy', many: '{n} kusu', other: '{n} kusů' }),
  'count.parcels': plural({ one: '{n} balík', few: '{n} balíky', many: '{n} balíku', other: '{n} balíků' }),
  'sign_in.title': 'Přihlášení do kanceláře',
  'sign_in.email': 'E-mail',
  'sign_in.password': 'Heslo',
  'sign_in.badge': 'Odznak',
  'sign_in.badge_help': 'Naskenujte odznak do tohoto pole.',
  'sign_in.pin': 'PIN',
  'sign_in.do': 'Přihlásit',
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
} satisfies Dictionary;
