"""Route list of the own van, A4: stops in driving order, who, what, how much cash, room for a signature."""

import datetime
from collections import Counter
from typing import Annotated, Any

import msgspec

from backend.documents.paper import Paper, PaperData, Short, Wording
from backend.documents.wording import day, money


class RouteStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`parcels`: numbers as printed on the labels."""

    stop: Short
    name: Wording
    address: Wording
    phone: Short = ""
    window: Short = ""
    parcels: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1)]
    cod_minor: int = 0
    currency: Short = "CZK"
    note: Wording = ""


class RouteList(PaperData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    route: Short
    date: datetime.date
    driver: Short = ""
    vehicle: Short = ""
    stops: Annotated[tuple[RouteStop, ...], msgspec.Meta(max_length=500)]


def content(data: RouteList) -> dict[str, Any]:
    language = data.language
    cash: Counter[str] = Counter()
    for stop in data.stops:
        cash[stop.currency] += stop.cod_minor
    return {
        "route": data.route,
        "date": day(data.date, language),
        "driver": data.driver,
        "vehicle": data.vehicle,
        "count": str(sum(len(stop.parcels) for stop in data.stops)),
        "cash": ", ".join(money(minor, currency, language) for currency, minor in sorted(cash.items()) if minor),
        "stops": [
            {
                "stop": stop.stop,
                "name": stop.name,
                "address": stop.address,
                "phone": stop.phone,
                "window": stop.window,
                "parcels": list(stop.parcels),
                "cash": money(stop.cod_minor, stop.currency, language) if stop.cod_minor else "",
                "note": stop.note,
            }
            for stop in data.stops
        ],
    }


PAPER = Paper(
    code="route-list",
    title="Route list of the own van",
    data=RouteList,
    source="route_list.typ",
    content=content,
    example={
        "language": "cs",
        "route": "P4",
        "date": "2026-11-20",
        "driver": "Pavel Říha",
        "vehicle": "5P3 1234",
        "stops": [
            {
                "stop": "1",
                "name": "Jiří Žďárský",
                "address": "Na Příkopě 1047/17, 110 00 Praha 1",
                "phone": "+420 601 234 567",
                "window": "16-18",
                "parcels": ["26-000123-1", "26-000123-2"],
                "cod_minor": 125000,
                "note": "Zvonek nefunguje, volejte předem.",
            },
            {
                "stop": "2",
                "name": "Květinářství Růže",
                "address": "Úzká 3, 120 00 Praha 2",
                "window": "16-18",
                "parcels": ["26-000125-1"],
            },
        ],
    },
)
