"""Sheets of codes with captions, A4: for training, demos and a wall beside the packing table."""

from typing import Annotated, Any

import msgspec

from backend.documents.barcodes import encode
from backend.documents.canvas import LayoutProblem
from backend.documents.paper import Paper, PaperData, Short, Wording, set_paper
from backend.documents.pdf import symbol_svg
from backend.documents.symbologies import LINEAR, Symbology, rule_of
from backend.documents.wording import Language
from backend.gs1.own_codes import build_own_code

_INNER_MM = 178.0
_GAP_MM = 5.0
_CARD_PADDING_MM = 6.0
_LINEAR_MODULE_MM = 0.5
_MATRIX_SIDE_MM = 26.0
_BAR_MM = 18.0


class CodeCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`text` is the code's content, GS1 with brackets; `hidden` leaves the readable line out."""

    caption: Wording
    text: Wording
    symbology: Symbology = "code128"
    note: Wording = ""
    hidden: bool = False


class CodeSheet(PaperData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Short
    cards: Annotated[tuple[CodeCard, ...], msgspec.Meta(max_length=1000)]
    columns: Annotated[int, msgspec.Meta(ge=1, le=4)] = 2


def content(data: CodeSheet) -> dict[str, Any]:
    room = (_INNER_MM - _GAP_MM * (data.columns - 1)) / data.columns - _CARD_PADDING_MM
    return {
        "title": data.title,
        "columns": data.columns,
        "cards": [_card(card, room) for card in data.cards],
    }


def code_sheet(title: str, cards: list[CodeCard], language: Language = "cs", columns: int = 2) -> bytes:
    """A PDF with one card for each code. Raises `LayoutProblem` where a code does not fit its card."""
    return set_paper(PAPER, CodeSheet(title=title, cards=tuple(cards), language=language, columns=columns))


def _card(card: CodeCard, room_mm: float) -> dict[str, Any]:
    symbol = encode(card.symbology, card.text)
    rule = rule_of(card.symbology, "floor")
    quiet = max(rule.quiet_left, rule.quiet_right)
    total = symbol.width + 2 * quiet
    linear = card.symbology in LINEAR
    wished = _LINEAR_MODULE_MM if linear else _MATRIX_SIDE_MM / max(symbol.width, symbol.height)
    module = min(wished, room_mm / total, rule.module_max_mm)
    if module < rule.module_min_mm:
        raise LayoutProblem(
            "box-too-small",
            expected=f"a module of {rule.module_min_mm:g} mm or more for {card.symbology}",
            got=f"{module:.3f} mm for {card.text[:30]!r} in a card of {room_mm:.0f} mm",
            cure="use fewer columns or a matrix code",
        )
    height = max(_BAR_MM, rule.height_min_mm) if linear else symbol.height * module
    return {
        "caption": card.caption,
        "svg": symbol_svg(symbol, height / module),
        "width": symbol.width * module,
        "height": height,
        "quiet": min(quiet, 4) * module,
        "hri": "" if card.hidden else symbol.hri,
        "note": card.note,
    }


PAPER = Paper(
    code="code-sheet",
    title="Sheet of codes",
    data=CodeSheet,
    source="code_sheet.typ",
    content=content,
    example={
        "language": "cs",
        "title": "Cvičné kódy",
        "columns": 2,
        "cards": [
            {"caption": "Pozice A-04-2", "text": build_own_code("location", "A-04-2")},
            {"caption": "Přepravka 0042", "text": build_own_code("tote", "0042")},
            {"caption": "Hrnek žlutý", "text": "8591234567893", "symbology": "ean13", "note": "HRN-04-ZL"},
            {
                "caption": "Perník, šarže L2611A",
                "text": "(01)08591234567893(15)270531(10)L2611A",
                "symbology": "gs1-datamatrix",
            },
            {"caption": "Zpět", "text": build_own_code("command", "undo"), "symbology": "qr"},
        ],
    },
)
