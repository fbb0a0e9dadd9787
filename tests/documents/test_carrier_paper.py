"""Carriers' own papers on ours: untouched where they fit, else cut and turned, and still read."""

import io

import pypdfium2
import pytest
from PIL import Image

from backend.documents.api import label_examples, render_label
from backend.documents.artifact import LabelFormat
from backend.documents.canvas import LayoutProblem, Media
from backend.documents.carrier_paper import CarrierPaper, fit_carrier_paper
from tests.documents.readers import by_zbar, by_zxing

A6 = Media("A6", 105, 148)
CODE = label_examples()["parcel"]["parcel_code"]
A4_DOTS = 2480, 3508  # 300 dpi


def _label() -> Image.Image:
    return Image.open(io.BytesIO(render_label("parcel", label_examples()["parcel"], "png", 300))).convert("L")


def _pdf(sheet: Image.Image) -> bytes:
    target = io.BytesIO()
    sheet.save(target, "PDF", resolution=300)
    return target.getvalue()


def _sheet(place: tuple[int, int], *, lying: bool = False) -> bytes:
    """A4 with one label on it, as carriers' portals make them."""
    sheet = Image.new("L", A4_DOTS, 255)
    label = _label()
    sheet.paste(label.transpose(Image.Transpose.ROTATE_270) if lying else label, place)
    return _pdf(sheet)


def _picture(paper: CarrierPaper) -> Image.Image:
    if paper.format == "pdf":
        return pypdfium2.PdfDocument(paper.content)[0].render(scale=300 / 72).to_pil()
    return Image.open(io.BytesIO(paper.content))


def test_page_of_the_right_size_passes_byte_for_byte() -> None:
    """An A6 PDF for A6 paper, and any ZPL, is not touched."""
    pdf = render_label("parcel", label_examples()["parcel"], "pdf", 300)
    zpl = render_label("parcel", label_examples()["parcel"])

    assert pdf == fit_carrier_paper(pdf, "pdf", A6, CODE, "zpl", 203).content
    assert zpl == fit_carrier_paper(zpl, "zpl", A6, CODE, "zpl", 203).content
    assert pdf == fit_carrier_paper(pdf, "pdf", Media("104x150", 104, 150), CODE, "zpl", 203).content


@pytest.mark.parametrize("wanted", ["png1", "pdf"])
@pytest.mark.parametrize(
    ("place", "lying"),
    [((0, 0), False), ((1240, 0), False), ((0, 1754), False), ((1240, 1754), False), ((40, 60), True)],
)
def test_label_is_cut_out_of_its_sheet_and_read(place: tuple[int, int], lying: bool, wanted: LabelFormat) -> None:
    """Each quarter of an A4 sheet, and one lying across: A6 comes out, both codes readers see the parcel's code."""
    paper = fit_carrier_paper(_sheet(place, lying=lying), "pdf", A6, CODE, wanted, 203)
    picture = _picture(paper)

    assert (paper.changed, paper.format) == (True, wanted)
    assert picture.width < picture.height
    assert CODE in by_zxing(picture)
    assert CODE in by_zbar(picture)
    if wanted == "png1":
        assert (840, 1184) == picture.size


def test_right_one_of_four_labels_is_cut_out() -> None:
    """Four parcels on one sheet: the one whose code was asked for."""
    sheet = Image.new("L", A4_DOTS, 255)
    for number, place in enumerate([(0, 0), (1240, 0), (0, 1754), (1240, 1754)]):
        data = {**label_examples()["parcel"], "parcel_code": f"NUMBER-{number}"}
        picture = Image.open(io.BytesIO(render_label("parcel", data, "png", 300)))
        sheet.paste(picture.convert("L"), place)
    paper = fit_carrier_paper(_pdf(sheet), "pdf", A6, "NUMBER-2", "png1", 203)

    assert {"NUMBER-2"} == by_zxing(_picture(paper))


@pytest.mark.parametrize(
    ("content", "code", "rule"),
    [
        (b"%PDF-1.7 nothing", "A", "carrier-paper"),
        (_sheet((0, 0)), "ANOTHER", "carrier-paper"),
        (_pdf(_label().resize((2400, 3400))), CODE, "carrier-paper"),
        (render_label("parcel", label_examples()["parcel"], "pdf", 300), "ANOTHER", "read-back"),
    ],
    ids=["no PDF", "code is not on it", "larger than the paper", "fits, but another code"],
)
def test_paper_that_cannot_be_trusted_is_refused(content: bytes, code: str, rule: str) -> None:
    """What does not fit, or does not carry the parcel's code, is no label; the rule says so."""
    with pytest.raises(LayoutProblem) as caught:
        fit_carrier_paper(content, "pdf", A6, code, "png1", 203)

    assert rule == caught.value.rule


@pytest.mark.parametrize(
    "page",
    [
        b"null",
        b"<</Type/Pages/Kids[]/Count 1>>",
        b"<</Type/Page/MediaBox[0 0 0 0]/Parent 2 0 R>>",
        b"<</Type/Page/MediaBox[0 0 1 1]/Parent 2 0 R>>",
    ],
)
@pytest.mark.parametrize("wanted", ["png1", "pdf"])
def test_document_without_a_page_is_refused_by_its_rule(page: bytes, wanted: LabelFormat) -> None:
    """A file that opens and holds no page, or one like a dot: the parcel is booked by then, and only a rule is answered."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page]
    broken = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % each for each in enumerate(parts, 1))
    broken += b"trailer<</Size 4/Root 1 0 R>>\n%%EOF"

    with pytest.raises(LayoutProblem):
        fit_carrier_paper(broken, "pdf", A6, CODE, wanted, 203)
