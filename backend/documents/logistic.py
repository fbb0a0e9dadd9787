"""The GS1 logistic label: three blocks, one above the other, for cases and pallets.

From the top, as GS1's guideline has it: who sends to whom; what is inside, in words with data titles; the bars, the
SSCC lowest. Bars that are too wide for the paper, such as those of a long lot, are not squeezed: their data go into a GS1
Data Matrix beside the words, which every logistic scanner with a camera reads.
"""

import datetime

import msgspec

from backend.documents.barcodes import encode
from backend.documents.canvas import Barcode, Element, Layout, LayoutProblem, Line, Media, Text
from backend.documents.symbologies import rule_of
from backend.documents.template import LabelData, Short, Wording
from backend.documents.wording import day, weight, word

_BARS_MM = 31.9
"""GS1's minimum of 31.75 mm, and what rounding to dots may take."""
_HRI_MM = 3.4
_STEP_MM = 37.0
"""One block of bars with its readable line."""


class LogisticData(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`gtin` is the trade item inside, `count` how many of it: AI (02) with (37); without a count the unit itself is the
    trade item, AI (01). `sscc`: 18 digits."""

    sender: Wording
    sender_lines: tuple[Wording, ...] = ()
    recipient: Wording = ""
    recipient_lines: tuple[Wording, ...] = ()
    sscc: Short
    gtin: Short = ""
    count: int | None = None
    name: Wording = ""
    lot: Short = ""
    best_before: datetime.date | None = None
    weight_g: int | None = None
    order_number: Short = ""


class LogisticPaper(msgspec.Struct, frozen=True):
    """What differs between A6 and A5: the media, where the bars begin, how many blocks of bars there are."""

    media: Media
    bars_from_mm: float
    module_max_mm: float
    matrix_mm: float
    head_mm: float


def draw_logistic(data: LogisticData, paper: LogisticPaper) -> Layout:
    """Raises `LayoutProblem` sscc or count where the data cannot be GS1's."""
    if data.count is not None and not (data.gtin and 0 < data.count < 100_000_000):
        raise LayoutProblem(
            "count", expected="a GTIN and a count of 1 or more", got=repr(data.count), cure="correct the data"
        )
    rows, matrix = _bar_rows(data, paper)
    media = paper.media
    elements = [*_parties(data, paper), *_facts(data, paper, wide=not matrix)]
    if matrix:
        elements.append(
            Barcode(
                x_mm=media.width_mm - paper.matrix_mm - 2, y_mm=paper.head_mm + 1.4, width_mm=paper.matrix_mm,
                height_mm=paper.matrix_mm, symbology="gs1-datamatrix", content=matrix, use="logistics",
                module_max_mm=1.0, align="right",
            )
        )  # fmt: skip
    elements.append(Line(x_mm=3, y_mm=paper.bars_from_mm - 1, length_mm=media.width_mm - 6, stroke_mm=0.4))
    bottom = media.height_mm - 1
    for content in rows:
        bottom -= _STEP_MM
        elements.append(
            Barcode(
                x_mm=1, y_mm=bottom, width_mm=media.width_mm - 2, height_mm=_STEP_MM - 0.6, symbology="gs1-128",
                content=content, use="logistics", hri=True, hri_size_mm=_HRI_MM, module_max_mm=paper.module_max_mm,
            )
        )  # fmt: skip
    return Layout(media, tuple(elements))


def _bar_rows(data: LogisticData, paper: LogisticPaper) -> tuple[list[str], str]:
    """Element strings of the bars from the lowest up, and what goes into the square because bars have no room."""
    if data.gtin and data.count is not None:
        goods = f"(02){data.gtin.zfill(14)}(37){data.count}"
    else:
        goods = f"(01){data.gtin.zfill(14)}" if data.gtin else ""
    tracked = (f"(15){data.best_before:%y%m%d}" if data.best_before else "") + (f"(10){data.lot}" if data.lot else "")
    rows, left = [f"(00){data.sscc}"], ""
    room = int((paper.media.height_mm - 1 - paper.bars_from_mm) // _STEP_MM)
    for content in (goods, tracked):
        if not content:
            continue
        if len(rows) < room and _fits(content, paper.media.width_mm - 2):
            rows.append(content)
        else:
            left = _in_square(data, goods, tracked)
    return rows, left


def _in_square(data: LogisticData, goods: str, tracked: str) -> str:
    """All of it, fixed parts first: a square is read alone, so it names the unit again."""
    if data.count is None or not goods:
        return f"(00){data.sscc}{goods}{tracked}"
    return f"(00){data.sscc}(02){data.gtin.zfill(14)}{tracked}(37){data.count}"


def _fits(content: str, width_mm: float) -> bool:
    """Whether the bars fit at any resolution: 6 dots at 300 dpi, 0.508 mm, is the widest smallest module."""
    rule = rule_of("gs1-128", "logistics")
    return (encode("gs1-128", content).width + rule.quiet_left + rule.quiet_right) * 0.508 <= width_mm


def _parties(data: LogisticData, paper: LogisticPaper) -> list[Element]:
    half = paper.media.width_mm / 2
    height = paper.head_mm
    sides = (
        (3.0, half - 5, "sender", data.sender, data.sender_lines),
        (half, half - 3, "recipient", data.recipient, data.recipient_lines),
    )
    elements: list[Element] = [Line(x_mm=3, y_mm=height, length_mm=paper.media.width_mm - 6, stroke_mm=0.4)]
    for x, wide, label, name, lines in sides:
        if not name:
            continue
        elements += [
            Text(x_mm=x, y_mm=1.6, width_mm=wide, height_mm=2.8, text=word(label, data.language), size_mm=2.2),
            Text(
                x_mm=x, y_mm=4.4, width_mm=wide, height_mm=height * 0.24, text=name, size_mm=3.8, min_size_mm=2.4,
                weight="condensed", vertical="middle",
            ),
            Text(
                x_mm=x, y_mm=4.6 + height * 0.24, width_mm=wide, height_mm=height * 0.76 - 5.4, text="\n".join(lines),
                size_mm=3, min_size_mm=2, fit="wrap",
            ),
        ]  # fmt: skip
    return elements


def _facts(data: LogisticData, paper: LogisticPaper, *, wide: bool) -> list[Element]:
    """Data titles in words, as many as there is room for: goods first, then what the standard asks beside bars."""
    language = data.language
    pairs = [("SSCC", data.sscc)]
    if data.gtin:
        pairs.append(("GTIN", data.gtin.zfill(14)))
    if data.count is not None:
        pairs.append((word("count", language), str(data.count)))
    if data.best_before:
        pairs.append((word("best_before", language), day(data.best_before, language)))
    if data.lot:
        pairs.append((word("lot", language), data.lot))
    if data.weight_g is not None:
        pairs.append((word("net_weight", language), weight(data.weight_g, language)))
    if data.order_number:
        pairs.append((word("order", language), data.order_number))
    top, bottom = paper.head_mm + 1.2, paper.bars_from_mm - 1.6
    width = paper.media.width_mm - 6 - (0 if wide else paper.matrix_mm + 2)
    columns, lines = 2, -(-len(pairs) // 2) + bool(data.name)
    step = min(9.0, (bottom - top) / lines)
    elements: list[Element] = []
    if data.name:
        elements.append(
            Text(
                x_mm=3, y_mm=top, width_mm=width - 1.5, height_mm=step * 0.96, text=data.name, size_mm=step * 0.5,
                min_size_mm=2.2, weight="bold", vertical="middle", fit="wrap",
            )
        )  # fmt: skip
        top += step
    for place, (label, value) in enumerate(pairs):
        x = 3 + place % columns * width / columns
        y = top + place // columns * step
        box = width / columns - 1.5
        elements += [
            Text(x_mm=x, y_mm=y, width_mm=box, height_mm=step * 0.32, text=label, size_mm=min(2.4, step * 0.3)),
            Text(
                x_mm=x, y_mm=y + step * 0.32, width_mm=box, height_mm=step * 0.64, text=value, size_mm=step * 0.5,
                min_size_mm=1.8, weight="bold", vertical="middle",
            ),
        ]  # fmt: skip
    return elements
