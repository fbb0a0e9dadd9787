"""Pallet label: the GS1 logistic label on A5, for two sides of a pallet, 400 to 800 mm above the floor."""

from backend.documents.canvas import Layout, Media
from backend.documents.logistic import LogisticData, LogisticPaper, draw_logistic
from backend.documents.template import Template
from backend.documents.templates.case import EXAMPLE, LONGEST, VARIANTS

PAPER = LogisticPaper(media=Media("A5", 148, 210), bars_from_mm=98, module_max_mm=0.64, matrix_mm=36, head_mm=40)


class PalletLabel(LogisticData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data of every logistic unit."""


def draw(data: PalletLabel) -> Layout:
    return draw_logistic(data, PAPER)


TEMPLATE = Template(
    code="pallet",
    title="Pallet label with SSCC, GS1 logistic label",
    media=PAPER.media,
    data=PalletLabel,
    draw=draw,
    example={**EXAMPLE, "count": 1152, "weight_g": 311_040},
    variants=VARIANTS,
    longest=LONGEST,
)
