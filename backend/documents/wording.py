"""Words that stand on labels and papers, and how numbers and dates are written, per language."""

import datetime
from decimal import Decimal
from typing import Literal

from backend.platform.money import MINOR_DIGITS

Language = Literal["cs", "sk", "hu", "en"]
_ORDER = ("cs", "sk", "hu", "en")

_WORDS: dict[str, tuple[str, str, str, str]] = {
    "sender": ("Odesílatel", "Odosielateľ", "Feladó", "From"),
    "recipient": ("Příjemce", "Príjemca", "Címzett", "To"),
    "parcel": ("Balík", "Balík", "Csomag", "Parcel"),
    "weight": ("Hmotnost", "Hmotnosť", "Tömeg", "Weight"),
    "order": ("Objednávka", "Objednávka", "Rendelés", "Order"),
    "route": ("Trasa", "Trasa", "Útvonal", "Route"),
    "stop": ("Zastávka", "Zastávka", "Megálló", "Stop"),
    "cod": ("Dobírka", "Dobierka", "Utánvét", "Cash on delivery"),
    "paid": ("Zaplaceno", "Zaplatené", "Kifizetve", "Paid"),
    "note": ("Poznámka", "Poznámka", "Megjegyzés", "Note"),
    "phone": ("Tel.", "Tel.", "Tel.", "Phone"),
    "lot": ("Šarže", "Šarža", "Tétel", "Lot"),
    "best_before": ("Min. trvanlivost", "Min. trvanlivosť", "Minőségét megőrzi", "Best before"),
    "serial": ("Sériové č.", "Sériové č.", "Sorozatszám", "Serial"),
    "sku": ("Kód", "Kód", "Cikkszám", "SKU"),
    "location": ("Pozice", "Pozícia", "Tárhely", "Location"),
    "zone": ("Zóna", "Zóna", "Zóna", "Zone"),
    "tote": ("Přepravka", "Prepravka", "Láda", "Tote"),
    "station": ("Pracoviště", "Pracovisko", "Munkahely", "Station"),
    "badge": ("Karta pracovníka", "Karta pracovníka", "Dolgozói kártya", "Worker badge"),
    "badge_hint": (
        "Načtením se přihlásíte. Nepůjčujte, ztrátu ihned hlaste.",
        "Načítaním sa prihlásite. Nepožičiavajte, stratu ihneď hláste.",
        "Beolvasásával bejelentkezik. Ne adja kölcsön, elvesztését azonnal jelentse.",
        "Scan to sign in. Do not lend it; report a loss at once.",
    ),
    "cart": ("Vozík", "Vozík", "Kocsi", "Cart"),
    "beam": ("Regál", "Regál", "Állvány", "Rack"),
    "undo": ("Zpět", "Späť", "Vissza", "Undo"),
    "undo_hint": (
        "Vrátí poslední načtení. Zboží vraťte tam, odkud jste je vzali.",
        "Vráti posledné načítanie. Tovar vráťte tam, odkiaľ ste ho vzali.",
        "Visszavonja az utolsó beolvasást. Tegye vissza az árut oda, ahonnan elvette.",
        "Takes the last scan back. Put the goods back where you took them from.",
    ),
    "scanner": ("Karta čtečky", "Karta čítačky", "Olvasókártya", "Scanner card"),
    "scanner_hint": (
        "Naskenujte všechny tři kódy na každém zařízení, ke kterému čtečku připojíte. Na pořadí nezáleží.",
        "Naskenujte všetky tri kódy na každom zariadení, ku ktorému čítačku pripojíte. Na poradí nezáleží.",
        "Olvassa be mindhárom kódot minden eszközön, amelyhez az olvasót csatlakoztatja. A sorrend mindegy.",
        "Scan all three codes on each device that the scanner is connected to. Their order does not matter.",
    ),
    "scanner_end": ("Konec kódu", "Koniec kódu", "A kód vége", "End of code"),
    "scanner_layout": (
        "Rozložení klávesnice",
        "Rozloženie klávesnice",
        "Billentyűzetkiosztás",
        "Keyboard layout",
    ),
    "scanner_separator": ("Oddělovač GS1", "Oddeľovač GS1", "GS1-elválasztó", "GS1 separator"),
    "net_weight": ("Čistá hmotnost", "Čistá hmotnosť", "Nettó tömeg", "Net weight"),
    "count": ("Počet", "Počet", "Darabszám", "Count"),
    "return": ("Vratka", "Vrátenie", "Visszáru", "Return"),
    "return_to": ("Vrátit na adresu", "Vrátiť na adresu", "Visszaküldési cím", "Return to"),
    "return_reason": ("Důvod vrácení", "Dôvod vrátenia", "A visszaküldés oka", "Reason"),
    "return_reasons": (
        "☐ nevyhovuje   ☐ vadné   ☐ jiné zboží   ☐ poškozeno cestou",
        "☐ nevyhovuje   ☐ chybné   ☐ iný tovar   ☐ poškodené cestou",
        "☐ nem felel meg   ☐ hibás   ☐ más áru   ☐ sérült",
        "☐ does not suit   ☐ faulty   ☐ other goods   ☐ damaged on the way",
    ),
    "your_sku": ("Váš kód", "Váš kód", "Az Ön cikkszáma", "Your item"),
    "carton": ("Krabice", "Škatuľa", "Doboz", "Carton"),
    "inside": ("Vnitřní rozměr", "Vnútorný rozmer", "Belső méret", "Inside"),
    "most": ("Nejvýše", "Najviac", "Legfeljebb", "At most"),
    "page": ("Strana", "Strana", "Oldal", "Page"),
    "of": ("z", "z", "/", "of"),
    "total": ("Celkem", "Spolu", "Összesen", "Total"),
    "carrier": ("Dopravce", "Dopravca", "Futár", "Carrier"),
    "date": ("Datum", "Dátum", "Dátum", "Date"),
    "handover": ("Předávací protokol", "Odovzdávací protokol", "Átadási jegyzék", "Handover manifest"),
    "handover_number": ("Číslo předání", "Číslo odovzdania", "Átadás száma", "Handover number"),
    "parcels": ("Balíků", "Balíkov", "Csomagok", "Parcels"),
    "pieces": ("Kusů", "Kusov", "Darab", "Pieces"),
    "tracking": ("Číslo zásilky", "Číslo zásielky", "Csomagszám", "Tracking number"),
    "city": ("Město", "Mesto", "Város", "City"),
    "courier": ("Převzal řidič", "Prevzal vodič", "Átvevő futár", "Taken over by"),
    "handed_by": ("Předal", "Odovzdal", "Átadta", "Handed over by"),
    "signature": ("Podpis", "Podpis", "Aláírás", "Signature"),
    "content_hash": ("Otisk seznamu", "Odtlačok zoznamu", "A jegyzék lenyomata", "Hash of the list"),
    "previous_hash": ("Předchozí seznam", "Predchádzajúci zoznam", "Az előző jegyzék", "List before"),
    "packing_slip": ("Dodací list", "Dodací list", "Szállítólevél", "Packing slip"),
    "product": ("Zboží", "Tovar", "Termék", "Product"),
    "quantity": ("Množství", "Množstvo", "Mennyiség", "Quantity"),
    "packed_by": ("Zabalil", "Zabalil", "Csomagolta", "Packed by"),
    "ship_to": ("Dodací adresa", "Dodacia adresa", "Szállítási cím", "Ship to"),
    "route_list": ("Rozvozový list", "Rozvozový list", "Kiszállítási lista", "Route list"),
    "driver": ("Řidič", "Vodič", "Sofőr", "Driver"),
    "vehicle": ("Vozidlo", "Vozidlo", "Jármű", "Vehicle"),
    "window": ("Okno", "Okno", "Idősáv", "Window"),
    "to_collect": ("K vybrání", "Na výber", "Beszedendő", "To collect"),
    "thanks": (
        "Děkujeme za nákup. Zkontrolujte prosím obsah; kdyby něco chybělo, ozvěte se nám.",
        "Ďakujeme za nákup. Skontrolujte prosím obsah; ak by niečo chýbalo, ozvite sa nám.",
        "Köszönjük a vásárlást. Kérjük, ellenőrizze a tartalmat, és jelezze, ha valami hiányzik.",
        "Thank you for your order. Please check the contents and tell us if anything is missing.",
    ),
}


WORD_KEYS = tuple(_WORDS)


def word(key: str, language: Language) -> str:
    """One word or sentence; a key without a text is our bug and raises `KeyError`."""
    return _WORDS[key][_ORDER.index(language)]


def words(language: Language) -> dict[str, str]:
    """All texts of one language, for papers."""
    place = _ORDER.index(language)
    return {key: texts[place] for key, texts in _WORDS.items()}


def money(minor: int, currency: str, language: Language) -> str:
    """Minor units as a person of that language writes them.

    >>> money(125000, "CZK", "cs")
    '1\\xa0250,00\\xa0Kč'
    >>> money(499000, "HUF", "hu")
    '4\\xa0990\\xa0Ft'
    """
    digits = 0 if currency == "HUF" and minor % 100 == 0 else MINOR_DIGITS.get(currency, 2)
    value = Decimal(minor).scaleb(-MINOR_DIGITS.get(currency, 2))
    sign = {"CZK": "Kč", "HUF": "Ft", "EUR": "€"}.get(currency, currency)
    if language == "en":
        return f"{currency}\u00a0{value:,.{digits}f}"
    return f"{value:,.{digits}f}".replace(",", "\u00a0").replace(".", ",") + f"\u00a0{sign}"


def weight(weight_g: int, language: Language) -> str:
    """Grams as kilograms, two digits unless whole.

    >>> weight(2450, "cs")
    '2,45\\xa0kg'
    """
    text = f"{Decimal(weight_g).scaleb(-3):.{2 if weight_g % 1000 else 0}f}"
    return (text if language == "en" else text.replace(".", ",")) + "\u00a0kg"


def day(date: datetime.date, language: Language) -> str:
    """A date in figures.

    >>> day(datetime.date(2026, 3, 9), "cs")
    '9.\\xa03.\\xa02026'
    """
    if language == "en":
        return f"{date.day} {date:%b %Y}"
    if language == "hu":
        return f"{date.year}.\u00a0{date.month:02}.\u00a0{date.day:02}."
    return f"{date.day}.\u00a0{date.month}.\u00a0{date.year}"


def moment(time: datetime.datetime, language: Language) -> str:
    """Date and time; the caller has already turned UTC into the shop's zone."""
    return f"{day(time.date(), language)} {time:%H:%M}"
