"""Every symbology we offer, with contents the world knows, in a picture and in a PDF, read by who did not write it."""

import pypdfium2
import pytest

from backend.documents.barcodes import encode
from backend.documents.bitmap import draw_bitmap
from backend.documents.canvas import Barcode, Layout, LayoutProblem, Media
from backend.documents.page import Dpi, Page, place
from backend.documents.pdf import write_pdf
from backend.documents.readback import demands_of, read_back
from backend.documents.symbologies import LINEAR, Symbology
from tests.documents.readers import SEEN_BY_ZBAR, by_zbar, by_zxing

KNOWN: list[tuple[Symbology, str, str]] = [
    ("code128", "Wikipedia", "Wikipedia"),
    ("gs1-128", "(01)09521234543213(3103)000123", "01095212345432133103000123"),
    ("ean13", "4006381333931", "4006381333931"),
    ("ean8", "73513537", "73513537"),
    ("upca", "036000291452", "0036000291452"),
    ("itf14", "15400141288763", "15400141288763"),
    ("code39", "WIKIPEDIA", "WIKIPEDIA"),
    ("qr", "Ver1", "Ver1"),
    ("gs1-qr", "(01)09521234543213(10)ABC123", "010952123454321310ABC123"),
    ("link-qr", "https://id.gs1.org/01/09506000134352", "https://id.gs1.org/01/09506000134352"),
    ("link-qr", "(01)09506000134352(10)ABC", "https://id.gs1.org/01/09506000134352/10/ABC"),
    ("datamatrix", "Wikipedia, the free encyclopedia", "Wikipedia, the free encyclopedia"),
    ("gs1-datamatrix", "(01)09501101020917(17)190508(10)ABCD1234(21)10", "01095011010209171719050810ABCD1234\x1d2110"),
    ("pdf417", "Wikipedia, the free encyclopedia", "Wikipedia, the free encyclopedia"),
    ("aztec", "This is an example Aztec symbol", "This is an example Aztec symbol"),
]
"""Examples of GS1's own documents and of encyclopaedias: what a reader must say of each is public."""


def _page(symbology: Symbology, content: str, dpi: Dpi = 203) -> Page:
    code = Barcode(
        x_mm=2, y_mm=2, width_mm=96, height_mm=66, symbology=symbology, content=content,
        module_max_mm=0.5 if symbology in LINEAR else 0.75,
    )  # fmt: skip
    return place(Layout(Media("test", 100, 70), (code,)), dpi)


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize(("symbology", "content", "said"), KNOWN)
def test_picture_says_what_the_world_says(symbology: Symbology, content: str, said: str, dpi: Dpi) -> None:
    """The picture is read by zxing-cpp, by zbar where it can, and by our own read-back."""
    page = _page(symbology, content, dpi)
    picture = draw_bitmap(page)

    assert {said} == by_zxing(picture)
    assert {said} == by_zbar(picture) or symbology not in SEEN_BY_ZBAR
    assert [] == read_back(picture, demands_of(page))


@pytest.mark.parametrize(("symbology", "content", "said"), KNOWN)
def test_pdf_says_what_the_world_says(symbology: Symbology, content: str, said: str) -> None:
    """The PDF, made into dots by somebody else, carries the same code."""
    page = pypdfium2.PdfDocument(write_pdf(_page(symbology, content, 300)))[0]
    picture = page.render(scale=300 / 72).to_pil()

    assert {said} == by_zxing(picture)
    assert {said} == by_zbar(picture) or symbology not in SEEN_BY_ZBAR


@pytest.mark.parametrize(
    ("content", "modules"),
    [("Wikipedia", 134), ("12345678", 79), ("PJJ123C", 112), ("AB123456", 101), ("12345", 79), ("a1234567890", 112)],
)
def test_code128_uses_its_sets_as_well_as_can_be(content: str, modules: int) -> None:
    """Start, characters, changes of set, check and stop: the fewest modules that the three sets allow, by hand."""
    assert modules == encode("code128", content).width


@pytest.mark.parametrize(
    "content",
    ["https://rampa.example/shop", "https://id.gs1.org/01/09506000134353", "(10)ABC", "(01)09506000134353", "words"],
)
def test_what_is_no_digital_link_is_refused(content: str) -> None:
    """An address without a GS1 key, a wrong check digit, elements without a key: none becomes a GS1 square."""
    with pytest.raises(LayoutProblem) as caught:
        encode("link-qr", content)

    assert "code-content" == caught.value.rule
