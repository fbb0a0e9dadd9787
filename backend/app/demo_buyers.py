"""Sixty plausible buyers. Names, streets and towns are common Czech, Slovak and Hungarian ones; nobody real is meant."""

import random
from typing import Any

_FIRST = ("Jana", "Petr", "Eva", "Tomáš", "Lenka", "Martin", "Hana", "Jiří", "Věra", "Ondřej", "Kateřina", "Pavel",
          "Alena", "Michal", "Zuzana", "Lukáš", "Ivana", "Jakub", "Barbora", "Radek")  # fmt: skip
_LAST_M = ("Novák", "Svoboda", "Dvořák", "Černý", "Procházka", "Kučera", "Veselý", "Horák", "Němec", "Pokorný")
_LAST_F = ("Nováková", "Svobodová", "Dvořáková", "Černá", "Procházková", "Kučerová", "Veselá", "Horáková", "Němcová",
           "Pokorná")  # fmt: skip
_WOMEN = frozenset({"Jana", "Eva", "Lenka", "Hana", "Věra", "Kateřina", "Alena", "Zuzana", "Ivana", "Barbora"})
_STREETS = ("Dlouhá", "Krátká", "Na Výsluní", "Husova", "Palackého", "Komenského", "Nádražní", "Zahradní", "Polní",
            "U Lípy", "Školní", "Riegrova")  # fmt: skip
_TOWNS = (("Praha 6", "160 00"), ("Brno", "602 00"), ("Plzeň", "301 00"), ("Olomouc", "779 00"), ("Liberec", "460 01"),
          ("Hradec Králové", "500 02"), ("České Budějovice", "370 01"), ("Ústí nad Labem", "400 01"), ("Zlín", "760 01"),
          ("Jihlava", "586 01"), ("Pardubice", "530 02"), ("Kutná Hora", "284 01"))  # fmt: skip
_ABROAD = (
    ("Ľubica Kováčová", "Hlavná 12", "Košice", "040 01", "SK"),
    ("Žofia Horváthová", "Štúrova 3", "Nitra", "949 01", "SK"),
    ("Kőszegi Árpád", "Petőfi Sándor utca 7", "Győr", "9021", "HU"),
    ("Szűcs Ilona", "Kossuth Lajos tér 2", "Szeged", "6720", "HU"),
)


def demo_buyers(count: int, seed: int = 2026) -> list[dict[str, Any]]:
    """Address dictionaries with name, street, city, zip, country, email, phone."""
    chance = random.Random(seed)
    buyers: list[dict[str, Any]] = []
    for number in range(count):
        if number % 15 == 7:
            name, street, city, zip_code, country = _ABROAD[(number // 15) % len(_ABROAD)]
        else:
            first = chance.choice(_FIRST)
            name = f"{first} {chance.choice(_LAST_F if first in _WOMEN else _LAST_M)}"
            street = f"{chance.choice(_STREETS)} {chance.randint(1, 180)}"
            (city, zip_code), country = chance.choice(_TOWNS), "CZ"
        prefix = {"CZ": "+420 6", "SK": "+421 9", "HU": "+36 30"}[country]
        phone = prefix + "".join(str(chance.randint(0, 9)) for _ in range(8 if country != "HU" else 7))
        buyers.append(
            {
                "name": name, "street": street, "city": city, "zip": zip_code, "country": country,
                "email": f"kupujici{number + 1:02d}@example.com", "phone": phone,
            }
        )  # fmt: skip
    return buyers
