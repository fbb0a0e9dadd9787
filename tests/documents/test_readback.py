"""Read-back finds what is wrong with a finished picture: content, symbology, module width, quiet zone."""

import pytest
from PIL import Image, ImageDraw

from backend.documents.api import label_examples
from backend.documents.artifact import placed_label
from backend.documents.bitmap import draw_bitmap
from backend.documents.canvas import Barcode, Layout, Media, Rotation
from backend.documents.page import Dpi, Page, place
from backend.documents.readback import Demand, demands_of, read_back
from backend.documents.symbologies import Symbology
from backend.documents.templates import template_of

SYMBOLS: list[tuple[Symbology, str]] = [
    ("code128", "P.26-123.K"),
    ("gs1-128", "(01)08591234567893(10)A1(21)7"),
    ("ean13", "8591234567893"),
    ("ean8", "96385074"),
    ("upca", "012345678905"),
    ("itf14", "08591234567893"),
    ("code39", "ABC-123"),
    ("qr", "Příliš žluťoučký"),
    ("datamatrix", "HRN-04-ZL"),
    ("gs1-datamatrix", "(01)08591234567893(10)A1(21)7"),
    ("pdf417", "hello world 123"),
    ("aztec", "hello world 123"),
]


def _page(
    symbology: Symbology = "code128", content: str = "P.26-123.K", rotation: Rotation = 0, dpi: Dpi = 203
) -> Page:
    code = Barcode(
        x_mm=2,
        y_mm=2,
        width_mm=66,
        height_mm=66,
        symbology=symbology,
        content=content,
        module_max_mm=0.5,
        rotation=rotation,
    )
    return place(Layout(Media("test", 70, 70), (code,)), dpi)


def _rules(bitmap: Image.Image, demands: tuple[Demand, ...]) -> list[str]:
    return [mismatch.rule for mismatch in read_back(bitmap, demands)]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(("symbology", "content"), SYMBOLS)
def test_good_picture_has_no_mismatch(symbology: Symbology, content: str, rotation: Rotation, dpi: Dpi) -> None:
    """Every symbology passes in every direction and resolution, measured and read."""
    page = _page(symbology, content, rotation, dpi)

    assert [] == read_back(draw_bitmap(page), demands_of(page))


def test_place_is_not_needed_to_read() -> None:
    """A demand without a place is looked for over the whole label."""
    page = placed_label(template_of("parcel"), label_examples()["parcel"], 203)
    demands = tuple(Demand(symbology=demand.symbology, text=demand.text) for demand in demands_of(page))

    assert [] == read_back(draw_bitmap(page), demands)


def test_other_content_is_a_mismatch_that_tells_both() -> None:
    """A label that carries another code than ordered is caught and both texts are told."""
    bitmap = draw_bitmap(_page(content="P.26-124.K"))
    (mismatch,) = read_back(bitmap, demands_of(_page(content="P.26-123.K")))

    assert "content" == mismatch.rule
    assert "'P.26-123.K'" in mismatch.sentence
    assert "P.26-124.K" in mismatch.sentence


def test_blank_label_is_a_mismatch() -> None:
    """A blank picture carries nothing, and says so."""
    (mismatch,) = read_back(Image.new("1", (800, 800), 1), demands_of(_page()))

    assert ("content", "nothing") == (mismatch.rule, mismatch.got)


def test_right_text_in_another_symbology_is_a_mismatch() -> None:
    """A Code 39 with the right text does not satisfy a demand for Code 128."""
    bitmap = draw_bitmap(_page("code39", "ABC-123"))
    (demand,) = demands_of(_page("code128", "ABC-123"))

    assert ["symbology"] == _rules(bitmap, (Demand(symbology=demand.symbology, text=demand.text),))


def test_plain_code128_is_no_gs1_128() -> None:
    """The same digits without FNC1 are another message to a scanner."""
    bitmap = draw_bitmap(_page("code128", "0108591234567893"))

    assert ["symbology"] == _rules(bitmap, (Demand(symbology="gs1-128", text="0108591234567893"),))


def test_stretched_bars_are_a_mismatch() -> None:
    """Scaling after the dots were set makes uneven modules; it still scans here and still is refused."""
    page = _page()
    (demand,) = demands_of(page)
    assert demand.place is not None
    place_ = demand.place
    bitmap = draw_bitmap(page).convert("L")
    box = (place_.x, place_.y, place_.x + place_.width, place_.y + place_.height)
    inner = bitmap.crop(box).resize((place_.width - 14, place_.height))
    bitmap.paste(255, box)
    bitmap.paste(inner, (place_.x + 7, place_.y))

    assert "module-width" in _rules(bitmap, (demand,))


def test_one_bar_a_dot_too_wide_is_a_mismatch() -> None:
    """Ink that spread by one dot on one edge is no whole module any more."""
    page = _page()
    (demand,) = demands_of(page)
    assert demand.place is not None
    bitmap = draw_bitmap(page)
    # Code 128 begins with a bar of two modules for every start character.
    edge = demand.place.x + (demand.place.quiet[0] + 2) * demand.place.module
    ImageDraw.Draw(bitmap).rectangle((edge, demand.place.y, edge, demand.place.y + demand.place.height - 1), fill=0)

    assert ["module-width"] == _rules(bitmap, (demand,))


@pytest.mark.parametrize(("symbology", "content"), [("code128", "P.26-123.K"), ("qr", "P.26-123.K")])
def test_ink_in_the_quiet_zone_is_a_mismatch(symbology: Symbology, content: str) -> None:
    """A stray line beside the code is found although the code still reads."""
    page = _page(symbology, content)
    (demand,) = demands_of(page)
    assert demand.place is not None
    bitmap = draw_bitmap(page)
    x, y = demand.place.x + demand.place.module, demand.place.y
    ImageDraw.Draw(bitmap).line((x, y, x, y + 2), fill=0)

    assert ["quiet-zone"] == _rules(bitmap, (demand,))


@pytest.mark.parametrize("code", ["parcel", "product-large", "tote"])
def test_scratched_code_is_a_mismatch(code: str) -> None:
    """A white band through every code, as a dead dot row would print it, is caught on each of them."""
    page = placed_label(template_of(code), label_examples()[code], 203)
    bitmap = draw_bitmap(page)
    for demand in demands_of(page):
        assert demand.place is not None
        at = demand.place
        middle = at.x + at.width // 2
        ImageDraw.Draw(bitmap).rectangle((middle, at.y, middle + at.module * 2, at.y + at.height), fill=1)

    found = {mismatch.demand.symbology for mismatch in read_back(bitmap, demands_of(page))}
    linear = {demand.symbology for demand in demands_of(page)} - {"qr", "gs1-datamatrix"}
    assert linear <= found
