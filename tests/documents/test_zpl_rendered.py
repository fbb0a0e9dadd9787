"""Our ZPL as an independent program draws it: the codes are read there, and stand where we placed them."""

import pytest
from zebrafy import ZebrafyZPL

from backend.documents.api import label_examples
from backend.documents.artifact import placed_label
from backend.documents.barcodes import encode
from backend.documents.bitmap import draw_bitmap
from backend.documents.canvas import Barcode, Layout, Media, Rotation
from backend.documents.page import Dpi, Page, place
from backend.documents.readback import demands_of
from backend.documents.symbologies import Symbology
from backend.documents.templates import template_of, templates
from backend.documents.zpl import write_zpl, write_zpl_graphic
from backend.documents.zpl_lint import lint
from tests.documents.conftest import Renderer
from tests.documents.readers import SEEN_BY_ZBAR, boxes_by_zxing, by_zbar, by_zxing, marks_of

CONTENTS: list[tuple[Symbology, str]] = [
    ("code128", "P.26-000123-1.M"),
    ("code128", "BA0305127240L"),
    ("code128", "a>b^c~d_e"),
    ("gs1-128", "(00)385912345678901230"),
    ("gs1-128", "(01)08591234567893(10)A1(21)7"),
    ("ean13", "8591234567893"),
    ("ean8", "96385074"),
    ("upca", "012345678905"),
    ("itf14", "08591234567893"),
    ("code39", "ABC-123"),
    ("qr", "https://rampa.example/t/26-000123"),
    ("qr", "HTTPS://X.CZ/ABC"),
    ("qr", "Příliš žluťoučký"),
    ("datamatrix", "HRN|04|ZL"),
    ("gs1-datamatrix", "(01)08591234567893(15)270531(10)L2611A(21)77"),
    ("pdf417", "hello world 123"),
    ("aztec", "hello world 123"),
    ("aztec", "A longer text for a larger square, 0123456789"),
    ("link-qr", "https://id.gs1.org/01/09521234543213/10/ABC123?17=270531"),
    ("gs1-qr", "(01)09521234543213(10)ABC123(21)7"),
]


def _alone(symbology: Symbology, content: str, rotation: Rotation, dpi: Dpi = 203) -> Page:
    """A page with one code in the middle."""
    code = Barcode(
        x_mm=2,
        y_mm=2,
        width_mm=66,
        height_mm=66,
        symbology=symbology,
        content=content,
        module_max_mm=0.5,
        hri=symbology == "ean13",
        rotation=rotation,
    )
    return place(Layout(Media("test", 70, 70), (code,)), dpi)


@pytest.mark.parametrize(
    ("code", "dpi"), [*((code, dpi) for code in templates() for dpi in (203, 300)), ("location", 600), ("tote", 600)]
)
def test_zpl_label_is_read_after_an_independent_renderer(code: str, dpi: Dpi, render_zpl: Renderer) -> None:
    """Every label's ZPL, drawn by another program, gives its codes to two readers."""
    page = placed_label(template_of(code), label_examples()[code], dpi)
    picture = render_zpl(write_zpl(page), page.width, page.height, dpi)

    demands = demands_of(page)
    assert (page.width, page.height) == picture.size
    assert {demand.text for demand in demands} == by_zxing(picture)
    assert {demand.text for demand in demands if demand.symbology in SEEN_BY_ZBAR} == by_zbar(picture)


@pytest.mark.parametrize("code", list(templates()))
def test_native_codes_stand_where_they_were_placed(code: str, render_zpl: Renderer) -> None:
    """A printer's own bars cover the same dots as our picture of them, so its quiet zones are ours."""
    page = placed_label(template_of(code), label_examples()[code], 203)
    rendered = boxes_by_zxing(render_zpl(write_zpl(page), page.width, page.height, 203))
    drawn = boxes_by_zxing(draw_bitmap(page))

    assert set(drawn) == set(rendered)
    for text, box in drawn.items():
        assert box == pytest.approx(rendered[text], abs=2), text


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(("symbology", "content"), CONTENTS)
def test_every_symbology_turned_in_zpl(
    symbology: Symbology, content: str, rotation: Rotation, render_zpl: Renderer
) -> None:
    """Each symbology reads alike from ZPL and from our picture, in all four directions, GS1 marked as GS1."""
    page = _alone(symbology, content, rotation)
    zpl = write_zpl(page)
    rendered, drawn = render_zpl(zpl, page.width, page.height, 203), draw_bitmap(page)

    text = encode(symbology, content).text.zfill(13) if symbology == "upca" else encode(symbology, content).text
    assert [] == lint(zpl, page.width, page.height)
    assert {text} == by_zxing(rendered)
    assert {text} == by_zxing(drawn)
    assert symbology.startswith("gs1-") == bool({"]C1", "]d2", "]Q3"} & marks_of(rendered))
    assert boxes_by_zxing(drawn)[text] == pytest.approx(boxes_by_zxing(rendered)[text], abs=2)


@pytest.mark.parametrize("code", list(templates()))
def test_graphics_are_the_same_dots_for_another_decoder(code: str) -> None:
    """zebrafy unpacks a whole-label graphic into exactly the dots we drew."""
    page = placed_label(template_of(code), label_examples()[code], 203)
    bitmap = draw_bitmap(page)
    (unpacked,) = ZebrafyZPL(write_zpl_graphic(bitmap)).to_images()

    assert bitmap.convert("1").tobytes() == unpacked.convert("1").crop((0, 0, *bitmap.size)).tobytes()


def test_text_with_letters_the_printer_lacks_is_sent_as_dots(render_zpl: Renderer) -> None:
    """ů and ű are missing in built-in fonts: such a line is a graphic, a plain one stays text."""
    example = {**label_examples()["station"], "name": "Balení ů ű", "work": "plain words"}
    zpl = write_zpl(placed_label(template_of("station"), example, 203))

    assert "plain words" in zpl
    assert "Balen" not in zpl
    assert zpl.isascii()
    assert render_zpl(zpl, 800, 400, 203).crop((0, 68, 800, 164)).getextrema() == (0, 255)


def test_printer_profile_decides_which_letters_are_native() -> None:
    """An empty glyph set sends every word as dots; the codes stay native."""
    page = placed_label(template_of("tote"), label_examples()["tote"], 203)
    zpl = write_zpl(page, glyphs=frozenset())

    assert "^A0" not in zpl
    assert "^BC" in zpl
    assert "^BQ" in zpl
