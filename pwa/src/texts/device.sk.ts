import type { device as cs } from './device.cs';
import type { Plural } from './texts';

export const device = {
  'storage.not_kept': 'Prehliadač môže neodoslané skeny zmazať. Pridajte aplikáciu na plochu.',
  'storage.nearly_full': 'Zariadenie drží {n} neodoslaných skenov. Dokončite rozrobenú prácu a choďte na signál; novú prácu už nevydá.',
  'storage.full': 'Zariadenie je plné: drží {n} neodoslaných skenov. Nič sa nestratilo. Choďte na signál, potom skenujte ďalej.',
  'storage.lost': {
    one: 'Toto zariadenie prišlo o {n} neodoslaný sken (výpadok prúdu alebo zmazané dáta). Povedzte to vedúcemu a poslednú prácu prepočítajte.',
    few: 'Toto zariadenie prišlo o {n} neodoslané skeny (výpadok prúdu alebo zmazané dáta). Povedzte to vedúcemu a poslednú prácu prepočítajte.',
    many: 'Toto zariadenie prišlo o {n} neodoslaného skenu (výpadok prúdu alebo zmazané dáta). Povedzte to vedúcemu a poslednú prácu prepočítajte.',
    other: 'Toto zariadenie prišlo o {n} neodoslaných skenov (výpadok prúdu alebo zmazané dáta). Povedzte to vedúcemu a poslednú prácu prepočítajte.',
  },
  'menu.ahead': 'Práca na cestu',
  'menu.ahead_help': 'stiahne ďalšie vlny, kým odídete zo signálu',
  'menu.ahead_came': {
    one: '{n} vlna je v zariadení. Nájdete ju tu aj bez spojenia.',
    few: '{n} vlny sú v zariadení. Nájdete ich tu aj bez spojenia.',
    many: '{n} vlny je v zariadení. Nájdete ju tu aj bez spojenia.',
    other: '{n} vĺn je v zariadení. Nájdete ich tu aj bez spojenia.',
  },
  'menu.ahead_none': 'Ďalšia práca teraz nie je. Čo máte, to v zariadení zostáva.',
  'volume.title': 'Počuli ste tón?',
  'volume.play': 'Prehrať znova',
  'volume.louder': 'Hlasnejšie',
  'volume.yes': 'Počujem dobre',
  'taken.by': 'Túto prácu prevzal {person} na zariadení {device}. Vaše skeny sa nezrušili, server ich zloží dohromady.',
  'taken.leave': 'Do ponuky',
  'silent.text': 'Zariadenie {device} mlčí od {time}, hotovo {done} z {all}. Možno má skeny, o ktorých server nevie.',
  'silent.recount': 'Prepočítajte prepravky podľa čísel nižšie. Čo je v nich navyše, naskenujte znova ako vychystané. Otvorené miesta pôjdu na inventúru.',
  'silent.held': { one: 'naposledy držalo {n} neodoslaný sken', few: 'naposledy držalo {n} neodoslané skeny', many: 'naposledy držalo {n} neodoslaného skenu', other: 'naposledy držalo {n} neodoslaných skenov' },
  'news.title': 'Čo je nové',
  'news.0.1.0': 'Prácu si teraz môžete stiahnuť vopred a chodiť s ňou celý deň bez signálu. Rozrobenú prácu prevezme druhé zariadenie naskenovaním vlny alebo prepravky. Aplikácia povie, keď zariadenie niečo stratilo.',
} satisfies { [K in keyof typeof cs]: string | Plural };
