"""Serial label 50 x 30 mm: one piece, one number, as bars for guns and in a square with the GTIN for cameras."""

from backend.documents.canvas import Barcode, Element, Layout, Media, Text
from backend.documents.sign_parts import tracked_content
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.templates.product import retail_code
from backend.documents.wording import word

MEDIA = Media("50x30", 50, 30)
BARS_MAX = 10
"""Characters of a serial whose bars surely fit beside the square's column; longer ones have the square alone."""


class SerialLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods without a GTIN carry the bare serial in the square."""

    name: Wording
    sku: Short
    serial: Short
    gtin: Short = ""


def draw(data: SerialLabel) -> Layout:
    if data.gtin:
        retail_code(data.gtin)
    content = tracked_content(data.gtin, "", None, data.serial)
    bars = len(data.serial) <= BARS_MAX
    elements: list[Element] = [
        Text(
            x_mm=1.5, y_mm=0.8, width_mm=47, height_mm=5, text=data.name, size_mm=2.6, min_size_mm=2, fit="wrap",
            weight="bold", vertical="middle",
        ),
        Barcode(
            x_mm=33.4, y_mm=6, width_mm=16, height_mm=14 if bars else 17, module_max_mm=0.63, content=content or data.serial,
            symbology="gs1-datamatrix" if content else "datamatrix",
        ),
        Text(x_mm=1.5, y_mm=6.4, width_mm=31, height_mm=2.8, text=data.sku, size_mm=2.3),
        Text(x_mm=1.5, y_mm=9.6, width_mm=31, height_mm=2.6, text=word("serial", data.language), size_mm=2.1),
        Text(
            x_mm=1.5, y_mm=12, width_mm=31, height_mm=7.6, text=data.serial, size_mm=6, min_size_mm=2.6,
            weight="condensed", vertical="middle", fit="wrap",
        ),
    ]  # fmt: skip
    if bars:
        elements.append(
            Barcode(
                x_mm=0.5, y_mm=20.6, width_mm=49, height_mm=8.8, symbology="code128", content=data.serial,
                module_max_mm=0.4,
            )
        )  # fmt: skip
    return Layout(MEDIA, tuple(elements))


TEMPLATE = Template(
    code="serial",
    title="Serial number label",
    media=MEDIA,
    data=SerialLabel,
    draw=draw,
    example={
        "language": "cs",
        "name": "Kávovar pákový KP-3, nerez",
        "sku": "KP-3-NX",
        "serial": "SN0042731",
        "gtin": "8591234567893",
    },
    variants={"no-gtin": {"gtin": ""}},
    longest={"sku": "KP-3-NX-CERNA-ZARUKA-36-MESICU", "serial": "SN-0123456789-ABCDEF"},
)
