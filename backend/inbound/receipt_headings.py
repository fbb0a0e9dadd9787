"""Headings of delivery tables as office programs of the region write them: Czech, Slovak, Hungarian, English.

A heading is compared without accents, capitals, marks and blanks: `Číslo objednávky`, `CISLO_OBJEDNAVKY`.
"""

import re

from backend.orders.incoming import fold

HEADINGS: dict[str, tuple[str, ...]] = {
    "reference": (
        "reference", "order", "order number", "purchase order", "delivery note", "objednávka", "číslo objednávky",
        "číslo dokladu", "doklad", "dodací list", "číslo dodacího listu", "dodací list č.", "objednávka č.",
        "číslo objednávky vydané", "dodací list číslo", "doklad číslo", "číslo dodacieho listu", "rendelés",
        "rendelésszám", "rendelés száma", "bizonylatszám", "szállítólevél", "szállítólevél száma",
    ),
    "quantity": (
        "quantity", "qty", "pieces", "množství", "počet", "počet kusů", "ks", "kusů", "množstvo", "počet kusov", "kusov",
        "mennyiség", "darab", "darabszám", "db",
    ),
    "sku": (
        "sku", "item", "item number", "code", "kód", "kód zboží", "kód produktu", "katalog", "katalogové číslo", "číslo zboží",
        "kód tovaru", "katalógové číslo", "číslo tovaru", "cikkszám", "termékkód",
    ),
    "gtin": ("gtin", "ean", "ean13", "barcode", "čárový kód", "ean kód", "kód ean", "čiarový kód", "vonalkód"),
    "supplier_sku": (
        "supplier sku", "part number", "kód dodavatele", "číslo dílu", "kód dodávateľa", "beszállítói cikkszám",
    ),
    "lot": ("lot", "batch", "šarže", "číslo šarže", "šarža", "tétel", "tételszám", "lot szám", "gyártási tétel"),
    "best_before": (
        "best before", "expiry", "expiration", "use by", "trvanlivost", "minimální trvanlivost", "datum spotřeby",
        "spotřebujte do", "expirace", "exspirace", "datum expirace", "trvanlivosť", "minimálna trvanlivosť",
        "dátum spotreby", "expirácia", "exspirácia", "lejárat", "lejárati dátum", "szavatosság", "minőségét megőrzi",
    ),
    "sscc": ("sscc", "pallet", "paleta", "kód palety", "raklap", "raklapkód"),
    "supplier": ("supplier", "vendor", "dodavatel", "dodávateľ", "beszállító", "szállító"),
    "expected_on": (
        "expected on", "expected", "delivery date", "termín", "termín dodání", "datum dodání", "očekáváno",
        "termín dodania", "dátum dodania", "várható", "szállítási határidő", "várható érkezés",
    ),
    "note": ("note", "comment", "poznámka", "megjegyzés"),
    "dock": ("dock", "rampa", "příjem", "príjem", "kapu", "átvétel"),
    "kind": ("kind", "druh"),
}  # fmt: skip


def _bare(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(heading))


_NAMES = {_bare(heading): name for name, headings in HEADINGS.items() for heading in headings}


def name_of(heading: str) -> str:
    """The column that a heading means; the heading itself in small letters where it means none."""
    return _NAMES.get(_bare(heading), heading.strip().lower().replace(" ", "_"))
