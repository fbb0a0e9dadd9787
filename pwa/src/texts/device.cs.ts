/* Texts about the device itself: what it holds, what it lost, who took a job over, what a new version brings. */
import type { Plural } from './texts';

export const device = {
  'storage.not_kept': 'Prohlížeč může neodeslané skeny smazat. Přidejte aplikaci na plochu.',
  'storage.nearly_full': 'Zařízení drží {n} neodeslaných skenů. Dokončete rozdělanou práci a jděte na signál; novou práci už nevydá.',
  'storage.full': 'Zařízení je plné: drží {n} neodeslaných skenů. Nic se neztratilo. Jděte na signál, pak skenujte dál.',
  'storage.lost': {
    one: 'Toto zařízení přišlo o {n} neodeslaný sken (výpadek proudu nebo smazaná data). Řekněte to vedoucímu a poslední práci přepočítejte.',
    few: 'Toto zařízení přišlo o {n} neodeslané skeny (výpadek proudu nebo smazaná data). Řekněte to vedoucímu a poslední práci přepočítejte.',
    many: 'Toto zařízení přišlo o {n} neodeslaného skenu (výpadek proudu nebo smazaná data). Řekněte to vedoucímu a poslední práci přepočítejte.',
    other: 'Toto zařízení přišlo o {n} neodeslaných skenů (výpadek proudu nebo smazaná data). Řekněte to vedoucímu a poslední práci přepočítejte.',
  },
  'menu.ahead': 'Práce na cestu',
  'menu.ahead_help': 'stáhne další vlny, než odejdete ze signálu',
  'menu.ahead_came': {
    one: '{n} vlna je v zařízení. Najdete ji zde i bez spojení.',
    few: '{n} vlny jsou v zařízení. Najdete je zde i bez spojení.',
    many: '{n} vlny je v zařízení. Najdete ji zde i bez spojení.',
    other: '{n} vln je v zařízení. Najdete je zde i bez spojení.',
  },
  'menu.ahead_none': 'Další práce teď není. Co máte, to v zařízení zůstává.',
  'volume.title': 'Slyšeli jste tón?',
  'volume.play': 'Přehrát znovu',
  'volume.louder': 'Hlasitěji',
  'volume.yes': 'Slyším dobře',
  'taken.by': 'Tuto práci převzal {person} na zařízení {device}. Vaše skeny se nezrušily, server je složí dohromady.',
  'taken.leave': 'Do nabídky',
  'silent.text': 'Zařízení {device} mlčí od {time}, hotovo {done} z {all}. Odneslo si možná skeny, o kterých server neví.',
  'silent.recount': 'Přepočítejte přepravky proti číslům níže. Co je v nich navíc, naskenujte znovu jako vychystané. Otevřená místa půjdou k inventuře.',
  'silent.held': { one: 'naposledy drželo {n} neodeslaný sken', few: 'naposledy drželo {n} neodeslané skeny', many: 'naposledy drželo {n} neodeslaného skenu', other: 'naposledy drželo {n} neodeslaných skenů' },
  'news.title': 'Co je nového',
  'news.0.1.0': 'Práci si teď můžete stáhnout napřed a chodit s ní celý den bez signálu. Rozdělanou práci převezme druhé zařízení naskenováním vlny nebo přepravky. Aplikace řekne, když zařízení něco ztratilo.',
} satisfies Record<string, string | Plural>;
