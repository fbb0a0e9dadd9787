import type { cs } from './cs';
import { facts } from './facts.hu';
import { goods } from './goods.hu';
import { inbound } from './inbound.hu';
import { labels } from './labels.hu';
import { orders } from './orders.hu';
import { outbound } from './outbound.hu';
import { people } from './people.hu';
import { printing } from './printing.hu';
import { problems } from './problems.hu';
import { reasons } from './reasons.hu';
import { plural, type SameTexts } from './say_of';
import { setup } from './setup.hu';
import { stock } from './stock.hu';
import { told } from './told.hu';
import { upkeep } from './upkeep.hu';

export const hu = {
  'app.title': 'Rampa – iroda',
  'app.loading': 'Betöltés…',
  'app.retry': 'Újra',
  'app.close': 'Bezárás',
  'app.back': 'Vissza',
  'app.yes': 'Igen',
  'app.no': 'Nem',
  'app.more': 'Továbbiak betöltése',
  'app.save': 'Mentés',
  'app.language': 'Nyelv',
  'app.sure': 'Biztosan?',
  'nav.orders': 'Rendelések',
  'nav.waves': 'Hullámok',
  'nav.handover': 'Átadás',
  'nav.printing': 'Nyomtatás',
  'nav.trouble': 'Hibák',
  'nav.devices': 'Eszközök',
  'nav.import': 'Import',
  'nav.admin': 'Adatkezelés',
  'nav.schema': 'API',
  'nav.sign_out': 'Kijelentkezés',
  'nav.menu': 'Fiók és nyelv',
  'live.live': 'Élő',
  'live.polling': 'Frissítés 10 mp-enként',
  'live.late': 'Az adatok késnek',
  'live.offline': 'Nincs kapcsolat. Az utolsó ismert állapot látható.',
  'count.orders': plural({ one: '{n} rendelés', other: '{n} rendelés' }),
  'count.lines': plural({ one: '{n} tétel', other: '{n} tétel' }),
  'count.pieces': plural({ one: '{n} darab', other: '{n} darab' }),
  'count.parcels': plural({ one: '{n} csomag', other: '{n} csomag' }),
  'sign_in.title': 'Bejelentkezés az irodába',
  'sign_in.email': 'E-mail',
  'sign_in.password': 'Jelszó',
  'sign_in.badge': 'Dolgozói kártya',
  'sign_in.badge_help': 'Olvassa be a kártyát ebbe a mezőbe.',
  'sign_in.pin': 'PIN-kód',
  'sign_in.do': 'Bejelentkezés',
  'sign_in.by_password': 'E-mail és jelszó',
  'sign_in.by_badge': 'Kártya és PIN-kód',
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
