"""Cart sign 100 x 50 mm: scanned when a person takes the cart, read across the aisle by who looks for it."""

from backend.documents.canvas import Barcode, Layout, Media, Text
from backend.documents.sign_parts import band, wide_bars
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code

MEDIA = Media("100x50", 100, 50)


class CartLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code` is the whole code text; `places` says how many totes stand on it."""

    code: Short
    name: Short
    places: Wording = ""


def draw(data: CartLabel) -> Layout:
    return Layout(
        MEDIA,
        (
            band(MEDIA, word("cart", data.language), 7.6, 4.2),
            Text(
                x_mm=3, y_mm=8.4, width_mm=66, height_mm=16, text=data.name, size_mm=14, min_size_mm=5,
                weight="condensed", vertical="middle",
            ),
            Text(x_mm=3, y_mm=24.4, width_mm=66, height_mm=4, text=data.places, size_mm=3),
            Barcode(
                x_mm=72, y_mm=8.2, width_mm=26, height_mm=20, symbology="qr", content=data.code, module_max_mm=0.8,
            ),
            wide_bars(MEDIA, data.code, 29, 20),
        ),
    )  # fmt: skip


TEMPLATE = Template(
    code="cart",
    title="Cart sign",
    media=MEDIA,
    data=CartLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("cart", "C-3"),
        "name": "VOZÍK 3",
        "places": "12 přepravek",
    },
    longest={"code": build_own_code("cart", "PATRO-DLOUHE-3"), "name": "VOZÍK PATROVÝ 3"},
)
