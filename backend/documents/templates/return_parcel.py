"""Return label A6: put into the parcel, so that what comes back is known by one scan before it is opened."""

from backend.documents.canvas import Barcode, Layout, Line, Media
from backend.documents.sign_parts import boxed
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.templates.parcel import Address
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("A6", 105, 148)
_LEFT, _WIDE = 4.0, 97.0


class ReturnLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code` is what the returns desk scans: the order's own code or a carrier's number of the way back."""

    code: Short
    order_number: Short
    buyer: Wording = ""
    return_to: Address
    note: Wording = ""


def draw(data: ReturnLabel) -> Layout:
    language, to = data.language, data.return_to
    town = " ".join(part for part in (to.postcode, to.city) if part)
    return Layout(
        MEDIA,
        (
            boxed(0, 0, 105, 15, word("return", language).upper(), 11, weight="condensed", inverse=True,
                  align="center", vertical="middle"),
            boxed(_LEFT, 17, _WIDE, 3.4, word("return_to", language), 2.6),
            boxed(_LEFT, 20.6, _WIDE, 9, to.company or to.name, 7, weight="condensed", vertical="middle"),
            boxed(_LEFT, 29.8, _WIDE, 7, to.street, 5.4, vertical="middle"),
            boxed(_LEFT, 37, 82, 9.6, town, 8, weight="condensed", vertical="middle", min_size_mm=3.6),
            boxed(87, 37, 14, 9.6, to.country, 8, weight="condensed", align="right", vertical="middle"),
            Line(x_mm=_LEFT, y_mm=48, length_mm=_WIDE, stroke_mm=0.5),
            boxed(_LEFT, 49.4, 60, 3.2, word("sender", language), 2.4),
            boxed(_LEFT, 52.8, 60, 8, data.buyer, 4.2, weight="bold", fit="wrap", min_size_mm=2.6),
            boxed(66, 49.4, 35, 3.2, word("order", language), 2.4, align="right"),
            boxed(66, 52.8, 35, 6, data.order_number, 4.6, weight="bold", align="right"),
            Barcode(x_mm=_LEFT, y_mm=63, width_mm=_WIDE, height_mm=30, symbology="code128", content=data.code,
                    module_max_mm=0.5, hri=True, hri_size_mm=3.4),
            Line(x_mm=_LEFT, y_mm=95.6, length_mm=_WIDE, stroke_mm=0.3),
            boxed(_LEFT, 97, 70, 3.2, word("return_reason", language), 2.6, weight="bold"),
            boxed(_LEFT, 101, 70, 18, word("return_reasons", language).replace("   ", "\n"), 3.6, fit="wrap"),
            boxed(_LEFT, 121, 70, 23, data.note, 3.2, fit="wrap", min_size_mm=2.2),
            Barcode(x_mm=75, y_mm=112, width_mm=28, height_mm=32, symbology="qr", content=data.code,
                    module_max_mm=0.9),
        ),
    )  # fmt: skip


TEMPLATE = Template(
    code="return",
    title="Return label for the way back",
    media=MEDIA,
    data=ReturnLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("order", "26-000123"),
        "order_number": "26-000123",
        "buyer": "Jiří Žďárský, Na Příkopě 1047/17, 110 00 Praha 1",
        "return_to": {
            "name": "Vratky",
            "company": "Kořenka s. r. o.",
            "street": "Skladová 12",
            "postcode": "301 00",
            "city": "Plzeň",
            "country": "CZ",
        },
        "note": "Zboží vraťte do 14 dnů v původním obalu. Peníze pošleme na účet, ze kterého přišly.",
    },
    longest={"code": build_own_code("order", "ESHOP-2026-000123"), "order_number": "ESHOP-2026-000123"},
)
