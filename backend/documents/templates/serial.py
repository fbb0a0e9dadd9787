"""Serial label 50 x 30 mm: one piece, one number, as bars for guns and in two squares with the GTIN for cameras."""

from backend.documents.canvas import Barcode, Element, Layout, Media, Text
from backend.documents.sign_parts import in_two_corners, tracked_content
from backend.documents.symbologies import Symbology
from backend.documents.template import LabelData, Short, Template, Wording
from backend.documents.templates.product import retail_code
from backend.documents.wording import word

MEDIA = Media("50x30", 50, 30)
BARS_MAX = 10
"""Characters of a serial whose bars surely fit beside the square's column; longer ones have the squares alone."""
BARS_MM = 8.6


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
    symbology: Symbology = "gs1-datamatrix" if content else "datamatrix"
    side_mm, foot_mm = (11.2, BARS_MM) if bars else (14.0, 0.0)
    left, top = side_mm + 1.2, side_mm + 0.8
    below_mm = MEDIA.height_mm - foot_mm - top
    elements: list[Element] = [
        *in_two_corners(
            MEDIA, symbology, content or data.serial, side_mm, module_max_mm=0.5 if bars else 0.625, foot_mm=foot_mm
        ),
        Text(
            x_mm=left, y_mm=0.6, width_mm=49 - left, height_mm=side_mm - 6, text=data.name, size_mm=2.6, min_size_mm=2,
            fit="wrap", weight="bold", vertical="middle",
        ),
        Text(x_mm=left, y_mm=side_mm - 5.2, width_mm=49 - left, height_mm=2.6, text=data.sku, size_mm=2.2),
        Text(
            x_mm=1, y_mm=top, width_mm=MEDIA.width_mm - side_mm - 2, height_mm=2.4, text=word("serial", data.language),
            size_mm=2,
        ),
        Text(
            x_mm=1, y_mm=top + 2.2, width_mm=MEDIA.width_mm - side_mm - 2, height_mm=below_mm - 2.6, text=data.serial,
            size_mm=6, min_size_mm=2.6, weight="condensed", vertical="middle", fit="wrap",
        ),
    ]  # fmt: skip
    if bars:
        elements.append(
            Barcode(
                x_mm=0.5, y_mm=MEDIA.height_mm - BARS_MM, width_mm=49, height_mm=BARS_MM - 0.4, symbology="code128",
                content=data.serial, module_max_mm=0.4,
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
