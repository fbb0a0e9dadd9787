import type { device as cs } from './device.cs';
import type { Plural } from './texts';

export const device = {
  'storage.not_kept': 'A böngésző törölheti az elküldetlen beolvasásokat. Tegye az alkalmazást a kezdőképernyőre.',
  'storage.nearly_full': 'Az eszköz {n} elküldetlen beolvasást őriz. Fejezze be a megkezdett munkát, és menjen jelre; új munkát már nem ad.',
  'storage.full': 'Az eszköz megtelt: {n} elküldetlen beolvasást őriz. Semmi sem veszett el. Menjen jelre, aztán olvasson tovább.',
  'storage.lost': {
    one: 'Ez az eszköz {n} elküldetlen beolvasást elveszített (áramkimaradás vagy törölt adatok). Szóljon a műszakvezetőnek, és számolja újra az utolsó munkát.',
    other: 'Ez az eszköz {n} elküldetlen beolvasást elveszített (áramkimaradás vagy törölt adatok). Szóljon a műszakvezetőnek, és számolja újra az utolsó munkát.',
  },
  'menu.ahead': 'Munka az útra',
  'menu.ahead_help': 'további hullámokat tölt le, mielőtt a jel elmegy',
  'menu.ahead_came': {
    one: '{n} hullám van az eszközben. Kapcsolat nélkül is itt találja.',
    other: '{n} hullám van az eszközben. Kapcsolat nélkül is itt találja.',
  },
  'menu.ahead_none': 'Most nincs több munka. Ami megvan, az eszközben marad.',
  'volume.title': 'Hallotta a hangot?',
  'volume.play': 'Újra',
  'volume.louder': 'Hangosabban',
  'volume.yes': 'Jól hallom',
  'taken.by': 'Ezt a munkát {person} átvette ezen az eszközön: {device}. Az Ön beolvasásai megmaradtak, a szerver összerakja őket.',
  'taken.leave': 'A menübe',
  'silent.text': '{device} hallgat {time} óta, kész {done} / {all}. Lehetnek rajta beolvasások, amelyekről a szerver nem tud.',
  'silent.recount': 'Számolja meg a ládákat az alábbi számok szerint. Ami ezen felül bennük van, olvassa be újra kiszedettként. A nyitott helyeket leltározni fogják.',
  'silent.held': { one: 'utoljára {n} elküldetlen beolvasást őrzött', other: 'utoljára {n} elküldetlen beolvasást őrzött' },
  'news.title': 'Újdonságok',
  'news.0.1.0': 'A munkát előre letöltheti, és egész nap jel nélkül dolgozhat. A megkezdett munkát egy másik eszköz a hullám vagy a láda beolvasásával átveszi. Az alkalmazás szól, ha az eszköz elveszített valamit.',
} satisfies { [K in keyof typeof cs]: string | Plural };
