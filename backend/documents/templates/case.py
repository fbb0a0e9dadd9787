"""Case label: the GS1 logistic label on A6, for a case or a mixed unit that travels alone."""

from backend.documents.canvas import Layout, Media
from backend.documents.logistic import LogisticData, LogisticPaper, draw_logistic
from backend.documents.template import Template

PAPER = LogisticPaper(media=Media("A6", 105, 148), bars_from_mm=73, module_max_mm=0.51, matrix_mm=32, head_mm=27)


class CaseLabel(LogisticData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data of every logistic unit."""


def draw(data: CaseLabel) -> Layout:
    return draw_logistic(data, PAPER)


EXAMPLE = {
    "language": "cs",
    "sender": "Kořenka s. r. o.",
    "sender_lines": ["Skladová 12", "301 00 Plzeň"],
    "recipient": "Obchod Na Rohu a. s.",
    "recipient_lines": ["Na Příkopě 1047/17", "110 00 Praha 1"],
    "sscc": "385912345678901230",
    "gtin": "8591234567893",
    "count": 24,
    "name": "Medový perník v dárkové krabičce, 250 g",
    "lot": "L2611A",
    "best_before": "2027-05-31",
    "weight_g": 6480,
    "order_number": "26-000123",
}
VARIANTS = {
    "trade-item": {"count": None, "gtin": "18591234567890"},
    "mixed": {"gtin": "", "count": None, "lot": "", "best_before": None, "name": ""},
}
LONGEST = {
    "lot": "L2611A-0123456789-XY",
    "count": 99_999_999,
    "weight_g": 99_999_999,
    "order_number": "ESHOP-2026-000123",
}

TEMPLATE = Template(
    code="case",
    title="Case label with SSCC, GS1 logistic label",
    media=PAPER.media,
    data=CaseLabel,
    draw=draw,
    example=EXAMPLE,
    variants=VARIANTS,
    longest=LONGEST,
)
