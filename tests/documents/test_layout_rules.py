"""A layout that a scanner or a carrier would punish is refused, with the rule's name and a cure."""

import io
from typing import Any

import pytest
from PIL import Image as Pillow

from backend.documents.canvas import Barcode, Box, Element, Image, Layout, LayoutProblem, Line, Media, Text
from backend.documents.page import DOTS_PER_MM, Dpi, place, quiet_area
from backend.documents.symbologies import Symbology, Use, rule_of

MEDIA = Media("100x60", 100, 60)


def _code(**changes: Any) -> Barcode:
    fields: dict[str, Any] = {
        "x_mm": 2,
        "y_mm": 2,
        "width_mm": 60,
        "height_mm": 26,
        "symbology": "code128",
        "content": "P.26-123.K",
    }
    return Barcode(**{**fields, **changes})


def _text(**changes: Any) -> Text:
    fields: dict[str, Any] = {"x_mm": 2, "y_mm": 40, "width_mm": 40, "height_mm": 6, "text": "words", "size_mm": 4}
    return Text(**{**fields, **changes})


BROKEN: list[tuple[str, str, tuple[Element, ...]]] = [
    ("text over the right edge", "on-the-label", (_text(x_mm=70),)),
    ("box over the lower edge", "on-the-label", (Box(x_mm=0, y_mm=50, width_mm=10, height_mm=11),)),
    ("line left of the label", "on-the-label", (Line(x_mm=-1, y_mm=5, length_mm=10),)),
    ("code in a narrow box", "box-too-small", (_code(width_mm=30),)),
    ("module capped under the rule", "box-too-small", (_code(module_max_mm=0.2),)),
    ("EAN at 2 dots", "box-too-small", (_code(symbology="ean13", content="8591234567893", width_mm=40),)),
    ("QR in a small box", "box-too-small", (_code(symbology="qr", width_mm=9, height_mm=9),)),
    ("low EAN", "bars-too-short", (_code(symbology="ean13", content="8591234567893", height_mm=15),)),
    ("low Code 128", "bars-too-short", (_code(height_mm=4),)),
    (
        "low logistic SSCC",
        "bars-too-short",
        (_code(symbology="gs1-128", content="(00)385912345678901230", width_mm=96, height_mm=26, use="logistics"),),
    ),
    ("text in the quiet zone", "quiet-zone", (_code(), _text(x_mm=48, y_mm=10, text="close"))),
    ("line along the bars", "quiet-zone", (_code(), Line(x_mm=13, y_mm=2, length_mm=20, upright=True))),
    ("two codes touching", "quiet-zone", (_code(), _code(x_mm=30, y_mm=20, content="AB"))),
    ("lower case in Code 39", "code-content", (_code(symbology="code39", content="abc", width_mm=90),)),
    ("letters in EAN", "code-content", (_code(symbology="ean13", content="85912345678AB"),)),
    ("wrong EAN check digit", "code-content", (_code(symbology="ean13", content="8591234567890"),)),
    ("GS1 without brackets", "code-content", (_code(symbology="gs1-128", content="0108591234567893"),)),
    (
        "wrong SSCC check digit",
        "code-content",
        (_code(symbology="gs1-128", content="(00)385912345678901236", width_mm=90),),
    ),
    ("control character", "code-content", (_code(content="A\x1dB"),)),
    (
        "second 13 characters beside a postal code",
        "lone-13",
        (
            _code(content="BA0305127240L", width_mm=96, height_mm=20),
            _code(content="1234567890123", y_mm=30, width_mm=96, height_mm=20),
        ),
    ),
    ("no picture", "picture", (Image(x_mm=2, y_mm=2, width_mm=10, height_mm=10, picture=b"GIF89a"),)),
]


@pytest.mark.parametrize(("rule", "elements"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_rule_is_named_with_a_cure(rule: str, elements: tuple[Element, ...]) -> None:
    """Each broken rule is refused before anything is drawn, in a sentence that says what to do."""
    from backend.documents.bitmap import draw_bitmap

    with pytest.raises(LayoutProblem) as caught:
        draw_bitmap(place(Layout(MEDIA, elements), 203))

    assert rule == caught.value.rule
    assert caught.value.cure in caught.value.sentence
    assert 422 == caught.value.status


def test_postal_code_beside_other_lengths_is_allowed() -> None:
    """The 13-character rule forbids only a second code of 13 characters."""
    layout = Layout(
        MEDIA,
        (
            _code(content="BA0305127240L", width_mm=96, height_mm=20),
            _code(content="P.26-123.K", y_mm=30, width_mm=96, height_mm=20),
        ),
    )

    assert 2 == len(place(layout, 203).codes)


def test_unknown_resolution_is_refused() -> None:
    """A resolution without a known head is not guessed."""
    unknown: Any = 150
    with pytest.raises(LayoutProblem, match="203, 300 or 600"):
        place(Layout(MEDIA, ()), unknown)


@pytest.mark.parametrize(
    ("symbology", "use", "dpi", "dots"),
    [
        ("ean13", "retail", 203, 3),
        ("ean13", "retail", 300, 4),
        ("gs1-128", "logistics", 203, 4),
        ("gs1-128", "logistics", 300, 6),
        ("itf14", "logistics", 203, 4),
    ],
)
def test_smallest_module_of_a_rule_is_whole_dots(symbology: Symbology, use: Use, dpi: Dpi, dots: int) -> None:
    """The dots that GS1's smallest module needs on a real head: 0.264 mm is 3 dots at 203 dpi, never 2."""
    content = {"ean13": "8591234567893", "gs1-128": "(00)385912345678901230", "itf14": "08591234567893"}[symbology]
    smallest = rule_of(symbology, use).module_min_mm
    code = _code(
        symbology=symbology,
        use=use,
        content=content,
        module_max_mm=smallest + 1 / DOTS_PER_MM[dpi],
        width_mm=96,
        height_mm=50,
    )

    module = place(Layout(MEDIA, (code,)), dpi).codes[0].module
    assert dots == module


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_quiet_zone_lies_inside_the_code_box(rotation: int) -> None:
    """A code's box holds its quiet zones, however it is turned."""
    code = _code(width_mm=56, height_mm=56, rotation=rotation)
    page = place(Layout(MEDIA, (code,)), 203)
    x, y, width, height = quiet_area(page.codes[0])

    assert 16 <= x and x + width <= 16 + 56 * 8
    assert 16 <= y and y + height <= 16 + 56 * 8
    assert (width < height) == (rotation in (0, 180))


def test_inverse_words_are_white_on_black() -> None:
    """An inverse element fills its box with black and leaves its letters white, in picture and in ZPL alike."""
    from backend.documents.bitmap import draw_bitmap
    from backend.documents.zpl import write_zpl

    page = place(Layout(MEDIA, (_text(text="HHHH", inverse=True, align="center", vertical="middle"),)), 203)
    box = draw_bitmap(page).crop((16, 320, 16 + 320, 320 + 48))
    black = box.histogram()[0]

    assert (0, 255) == box.getextrema()
    assert 0.6 * 320 * 48 < black < 0.97 * 320 * 48
    assert 1 == write_zpl(page).count("^GFA")
    assert "HHHH" not in write_zpl(page)


def test_logo_is_cut_to_black_and_white_inside_its_box() -> None:
    """A coloured logo with transparency keeps its proportions and becomes pure dots."""
    from backend.documents.bitmap import draw_bitmap

    logo = Pillow.new("RGBA", (200, 100), (0, 0, 0, 0))
    logo.paste((20, 20, 120, 255), (0, 0, 100, 100))
    file = io.BytesIO()
    logo.save(file, "PNG")
    layout = Layout(MEDIA, (Image(x_mm=10, y_mm=10, width_mm=20, height_mm=20, picture=file.getvalue()),))
    drawn = draw_bitmap(place(layout, 203))

    # 160 x 160 dots of box, 160 x 80 of picture in the middle, its left half inked.
    assert (0, 0) == drawn.crop((80, 120, 158, 200)).getextrema()
    assert (255, 255) == drawn.crop((162, 80, 240, 240)).getextrema()
    assert (255, 255) == drawn.crop((80, 80, 240, 119)).getextrema()
