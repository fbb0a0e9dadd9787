"""The parcel's own label, A6: for own-van rounds and the practice carrier.

From top to bottom as the driver needs it: who carries it and which piece it is, from whom, to whom in letters that are
read from the van's step, route and cash, the code, the small print.
"""

import msgspec

from backend.documents.canvas import Barcode, Box, Element, Layout, LayoutProblem, Line, Media, Weight
from backend.documents.lettering import printable, width_em
from backend.documents.sign_parts import boxed
from backend.documents.template import LabelData, RunShape, Short, Template, Wording
from backend.documents.wording import money, weight, word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("A6", 105, 148)
_LEFT, _WIDE = 4.0, 97.0
_WIDEST_EM = 1.15
"""No ASCII letter of our faces is wider: the W of the bold one has 1.1."""


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Wording
    company: Wording = ""
    street: Wording = ""
    postcode: Short = ""
    city: Wording = ""
    country: Short = ""
    phone: Short = ""


class ParcelLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`parcel_code` is what the bars hold: our own code text or the carrier's number. `cod_minor` in minor units."""

    parcel_code: Short
    parcel_number: Short
    carrier: Short
    service: Short = ""
    sender: Address
    recipient: Address
    weight_g: int | None = None
    route: Short = ""
    stop: Short = ""
    piece: int = 1
    pieces: int = 1
    cod_minor: int | None = None
    currency: Short = "CZK"
    order_number: Short = ""
    note: Wording = ""
    qr: Wording = ""
    """What the square code holds; empty means the parcel code again, for cameras."""


def draw(data: ParcelLabel) -> Layout:
    if not 1 <= data.piece <= data.pieces:
        raise LayoutProblem(
            "piece-of-pieces",
            expected="piece between 1 and pieces",
            got=f"{data.piece} of {data.pieces}",
            cure="correct the data",
        )
    elements = (
        *_header(data),
        *_sender(data),
        *_recipient(data),
        *_route_and_cash(data),
        *_code(data),
        *_foot(data),
    )
    return Layout(MEDIA, elements)


def _slots(data: ParcelLabel) -> tuple[str, ...]:
    """What changes from parcel to parcel and stands on the label as it is; company, name and street first."""
    to = data.recipient
    return (
        to.company,
        to.name,
        to.street,
        _town(to),
        to.country,
        _phone_text(data),
        data.parcel_code,
        data.parcel_number,
        data.carrier,
        data.service,
        _piece_text(data),
        data.order_number,
        _weight_text(data),
        data.route,
        data.stop,
        _cash_text(data),
        data.note,
    )


def _shape(data: ParcelLabel) -> tuple[object, ...]:
    heights = tuple(_row_height(*row) for row in _rows(data.recipient))
    return data.language, data.sender, data.qr, 1 <= data.piece <= data.pieces, heights


def _town(address: Address) -> str:
    return " ".join(part for part in (address.postcode, address.city) if part)


def _phone_text(data: ParcelLabel) -> str:
    return f"{word('phone', data.language)} {data.recipient.phone}" if data.recipient.phone else ""


def _piece_text(data: ParcelLabel) -> str:
    return f"{data.piece}/{data.pieces}"


def _weight_text(data: ParcelLabel) -> str:
    return "" if data.weight_g is None else weight(data.weight_g, data.language)


def _cash_text(data: ParcelLabel) -> str:
    return (
        money(data.cod_minor, data.currency, data.language) if data.cod_minor is not None and data.cod_minor > 0 else ""
    )


def _header(data: ParcelLabel) -> tuple[Element, ...]:
    label = word("parcel", data.language)
    return (
        boxed(_LEFT, 3.5, 66, 8, data.carrier, 7, weight="condensed", vertical="middle"),
        boxed(_LEFT, 11.8, 66, 4.4, data.service, 3.6, vertical="middle"),
        boxed(72, 3.5, 29, 3, label, 2.4, align="right"),
        boxed(72, 6.2, 29, 10, _piece_text(data), 9.5, weight="bold", align="right", vertical="middle"),
        Line(x_mm=_LEFT, y_mm=17.2, length_mm=_WIDE, stroke_mm=0.5),
    )


def _sender(data: ParcelLabel) -> tuple[Element, ...]:
    sender, language = data.sender, data.language
    lines = "\n".join(part for part in (_place(sender), sender.phone) if part)
    facts = [(word("order", language), data.order_number)]
    if data.weight_g is not None:
        facts.append((word("weight", language), _weight_text(data)))
    elements: list[Element] = [
        boxed(_LEFT, 18.4, 58, 2.8, word("sender", language), 2.2),
        boxed(_LEFT, 21.2, 58, 4.2, sender.company or sender.name, 3.4, weight="condensed"),
        boxed(_LEFT, 25.4, 58, 7.4, lines, 2.8, fit="wrap"),
        Line(x_mm=_LEFT, y_mm=33.6, length_mm=_WIDE, stroke_mm=0.5),
    ]
    for place, (label, value) in enumerate(fact for fact in facts if fact[1]):
        y = 18.4 + place * 7.4
        elements.append(boxed(66, y, 35, 2.8, label, 2.2, align="right"))
        elements.append(boxed(66, y + 2.6, 35, 4.4, value, 3.6, weight="bold", align="right"))
    return tuple(elements)


def _place(address: Address) -> str:
    return ", ".join(part for part in (address.street, _town(address)) if part)


def _recipient(data: ParcelLabel) -> tuple[Element, ...]:
    to = data.recipient
    elements: list[Element] = [boxed(_LEFT, 34.8, 40, 2.8, word("recipient", data.language), 2.2)]
    if to.phone:
        elements.append(boxed(50, 34.6, 51, 4.2, _phone_text(data), 3.4, align="right"))
    rows = _rows(to)
    heights = [_row_height(text, size, face) for text, size, face in rows]
    # Stacked upwards from the town, so that the address stays one block whatever is missing.
    y = 64.6 - sum(heights)
    for (text, size, face), height in zip(rows, heights, strict=True):
        elements.append(boxed(_LEFT, y, _WIDE, height, text, size, weight=face, min_size_mm=3.4, fit="wrap"))
        y += height
    elements.append(
        boxed(_LEFT, 64.6, 82, 9.6, _town(to), 8.2, weight="condensed", min_size_mm=3.9, vertical="bottom", fit="wrap")
    )
    elements.append(boxed(87, 64.6, 14, 9.6, to.country, 8.2, weight="condensed", align="right", vertical="bottom"))
    return tuple(elements)


def _rows(to: Address) -> list[tuple[str, float, Weight]]:
    """What of company, name and street there is, its size and face."""
    rows: list[tuple[str, float, Weight]] = [
        (to.company, 5.8, "condensed"),
        (to.name, 5.4 if to.company else 7.6, "bold"),
        (to.street, 5.2 if to.company else 6.0, "regular"),
    ]
    return [row for row in rows if row[0]]


def _row_height(text: str, size: float, face: Weight) -> float:
    """Room for one line of an address, or for two small ones: an address is not to be cut before it must be."""
    if text.isascii() and len(text) * _WIDEST_EM * size * 0.65 <= _WIDE:
        return size * 1.25
    return size * 1.25 if width_em(face, printable(face, text)) * size * 0.65 <= _WIDE else 8.3


def _route_and_cash(data: ParcelLabel) -> tuple[Element, ...]:
    language = data.language
    y, height = 76.2, 14.0
    elements: list[Element] = []
    amount = _cash_text(data)
    if data.route:
        wide = 26 if data.stop else 43
        elements += [
            Box(x_mm=_LEFT, y_mm=y, width_mm=47, height_mm=height, stroke_mm=0.5),
            boxed(6, y + 1.1, 21, 2.8, word("route", language), 2.2),
            boxed(6, y + 3.4, wide, 10, data.route, 9, weight="condensed", vertical="middle", min_size_mm=3),
        ]
    if data.route and data.stop:
        elements += [
            boxed(31, y + 1.1, 18, 2.8, word("stop", language), 2.2, align="right"),
            boxed(
                33, y + 3.4, 16, 10, data.stop, 9, weight="condensed", vertical="middle", align="right", min_size_mm=3
            ),
        ]
    if amount:
        elements += [
            boxed(53, y, 48, 4.8, word("cod", language), 3.2, weight="bold", inverse=True, vertical="middle"),
            Box(x_mm=53, y_mm=y, width_mm=48, height_mm=height, stroke_mm=0.5),
            boxed(55, y + 4.8, 44, height - 5, amount, 7.6, weight="condensed", vertical="middle", align="center"),
        ]
    return tuple(elements)


def _code(data: ParcelLabel) -> tuple[Element, ...]:
    return (
        Barcode(
            x_mm=_LEFT,
            y_mm=92.6,
            width_mm=_WIDE,
            height_mm=25.6,
            symbology="code128",
            content=data.parcel_code,
            module_max_mm=0.5,
        ),
        boxed(_LEFT, 118.6, _WIDE, 6, data.parcel_number, 5, weight="bold", align="center", vertical="middle"),
    )


def _foot(data: ParcelLabel) -> tuple[Element, ...]:
    label = word("note", data.language)
    elements: list[Element] = [
        Line(x_mm=_LEFT, y_mm=125.4, length_mm=_WIDE, stroke_mm=0.3),
        Barcode(
            x_mm=83,
            y_mm=126.4,
            width_mm=20,
            height_mm=20,
            symbology="qr",
            content=data.qr or data.parcel_code,
            module_max_mm=0.76,
            align="right",
        ),
    ]
    if data.note:
        elements += [
            boxed(_LEFT, 126.8, 40, 2.8, label, 2.2),
            boxed(_LEFT, 129.6, 76, 14.4, data.note, 3.6, fit="wrap", min_size_mm=2.6),
        ]
    return tuple(elements)


TEMPLATE = Template(
    code="parcel",
    title="Parcel label of our own van and of the practice carrier",
    media=MEDIA,
    data=ParcelLabel,
    draw=draw,
    example={
        "language": "cs",
        "parcel_code": build_own_code("parcel", "26-000123-1"),
        "parcel_number": "26-000123-1",
        "carrier": "Vlastní rozvoz",
        "service": "Na adresu, dnes do 18:00",
        "sender": {
            "name": "Sklad",
            "company": "Kořenka s. r. o.",
            "street": "Skladová 12",
            "postcode": "301 00",
            "city": "Plzeň",
            "country": "CZ",
            "phone": "+420 377 123 456",
        },
        "recipient": {
            "name": "Jiří Žďárský",
            "street": "Na Příkopě 1047/17",
            "postcode": "110 00",
            "city": "Praha 1",
            "country": "CZ",
            "phone": "+420 601 234 567",
        },
        "weight_g": 2450,
        "route": "P4",
        "stop": "12",
        "piece": 1,
        "pieces": 2,
        "cod_minor": 125000,
        "currency": "CZK",
        "order_number": "26-000123",
        "note": "Zvonek nefunguje, volejte prosím 10 minut předem. Druhé patro vlevo.",
        "qr": "",
    },
    variants={
        "paid": {"cod_minor": None},
        "no-route": {"route": "", "stop": ""},
        "company": {
            "recipient": {
                "name": "Eva Nováková",
                "company": "Papírnictví U Zvonu s. r. o.",
                "street": "Náměstí Míru 12",
                "postcode": "120 00",
                "city": "Praha 2",
                "country": "CZ",
            }
        },
    },
    longest={
        "parcel_code": build_own_code("parcel", "26-000123456-12"),
        "parcel_number": "26-000123456-12",
        "carrier": "Vlastní rozvoz po městě a blízkém okolí, odpolední okruh",
        "service": "Na adresu, dnes mezi 16:00 a 18:00, s vynáškou do patra",
        "weight_g": 31_999,
        "route": "PLZEŇ-SEVER-14",
        "stop": "123",
        "piece": 12,
        "pieces": 12,
        "cod_minor": 123_456_789,
        "currency": "HUF",
        "order_number": "ESHOP-2026-000123456",
        "qr": "https://rampa.example/t/26-000123456-12",
    },
    run=RunShape(slots=_slots, shape=_shape),
)
