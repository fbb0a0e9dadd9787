"""Every label at every resolution: drawn, then read back by readers that did not write it."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from backend.documents.api import label_artifact, label_examples, render_label
from backend.documents.artifact import LabelFormat
from backend.documents.canvas import LayoutProblem
from backend.documents.page import place
from backend.documents.papers import papers
from backend.documents.template import read_data
from backend.documents.templates import template_of, templates
from backend.gs1.own_codes import read_own_code
from backend.platform.errors import Problem
from tests.documents.readers import SEEN_BY_ZBAR, by_zbar, by_zxing

EVERY_LABEL = [(code, dpi) for code in templates() for dpi in (203, 300, 600)]


@pytest.mark.parametrize(("code", "dpi"), EVERY_LABEL)
def test_picture_gives_its_codes_to_both_readers(code: str, dpi: int) -> None:
    """A label's picture carries exactly the codes it promises, as two independent readers see them."""
    artifact = label_artifact(code, label_examples()[code], dpi, "png")
    picture = Image.open(io.BytesIO(artifact.content))

    promised = {demand.text for demand in artifact.demands}
    assert promised
    assert promised == by_zxing(picture)
    assert {demand.text for demand in artifact.demands if demand.symbology in SEEN_BY_ZBAR} == by_zbar(picture)
    assert picture.mode == "1"


@pytest.mark.parametrize(
    ("code", "dpi", "size"),
    [
        ("parcel", 203, (840, 1184)),
        ("parcel", 300, (1240, 1748)),
        ("product", 203, (400, 240)),
        ("product", 600, (1181, 709)),
    ],
)
def test_picture_has_the_size_of_its_media_in_dots(code: str, dpi: int, size: tuple[int, int]) -> None:
    """A picture is as large as the head needs it: 8 dots a millimetre at 203 dpi, 300/25.4 and 600/25.4 above."""
    picture = Image.open(io.BytesIO(render_label(code, label_examples()[code], "png", dpi)))

    assert size == picture.size


@pytest.mark.parametrize("code", list(templates()))
def test_pdf_has_the_label_size_and_readable_codes(code: str) -> None:
    """The PDF page is the media, and its codes are read after somebody else rasterises it."""
    artifact = label_artifact(code, label_examples()[code], 600, "pdf")
    page = pypdfium2.PdfDocument(artifact.content)[0]
    picture = page.render(scale=300 / 72).to_pil()

    width_mm, height_mm = (points / 72 * 25.4 for points in page.get_size())
    assert pytest.approx(artifact.media.width_mm, abs=0.05) == width_mm
    assert pytest.approx(artifact.media.height_mm, abs=0.05) == height_mm
    assert {demand.text for demand in artifact.demands} <= by_zxing(picture)


def test_pdf_keeps_letters_as_letters() -> None:
    """Czech letters can be searched in a label's PDF; they were not turned into pictures."""
    text = pypdfium2.PdfDocument(render_label("parcel", label_examples()["parcel"], "pdf", 300))[0].get_textpage()

    assert "Jiří Žďárský" in text.get_text_range()


def test_threads_set_labels_side_by_side() -> None:
    """Labels made by several threads at once are the same bytes as made one after another."""
    formats: tuple[LabelFormat, ...] = ("zpl", "png", "pdf")
    jobs = [(code, label_format) for code in ("tote", "badge", "parcel") for label_format in formats] * 2

    def make(job: tuple[str, LabelFormat]) -> bytes:
        return render_label(job[0], label_examples()[job[0]], job[1])

    alone = [make(job) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(make, jobs))

    assert alone == together


@pytest.mark.parametrize("label_format", ["zpl", "png", "pdf"])
def test_equal_data_gives_equal_bytes(label_format: LabelFormat) -> None:
    """An artifact can be known by its hash: drawing twice gives the same bytes."""
    example = label_examples()["product"]

    first = render_label("product", example, label_format, 203)
    assert first == render_label("product", dict(example), label_format, 203)


@pytest.mark.parametrize("code", list(templates()))
def test_unknown_field_is_refused_by_name(code: str) -> None:
    """A misspelt field never prints a blank: the answer names it."""
    with pytest.raises(Problem) as caught:
        render_label(code, {**label_examples()[code], "colour": "red"})

    assert "LABEL_DATA" == caught.value.code
    assert "colour" in caught.value.sentence


def test_unknown_label_lists_the_known_ones() -> None:
    """The answer to a wrong label name is the list of right ones."""
    with pytest.raises(Problem) as caught:
        render_label("pracel", {})

    assert 404 == caught.value.status
    assert "parcel" in caught.value.sentence


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("parcel", "parcel_code"),
        ("location", "code"),
        ("tote", "code"),
        ("badge", "code"),
        ("station", "code"),
        ("command", "code"),
        ("carton", "code"),
    ],
)
def test_examples_carry_codes_that_the_floor_accepts(code: str, kind: str) -> None:
    """An example label can be scanned: its own code has the right check character."""
    read = read_own_code(template_of(code).example[kind])

    assert read is not None
    assert read[2] is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"piece": 3, "pieces": 2}, "piece-of-pieces"),
        ({"parcel_code": "P" * 60}, "box-too-small"),
        ({"parcel_code": "Žluť"}, "code-content"),
        ({"parcel_code": ""}, "code-content"),
    ],
)
def test_parcel_label_refuses_what_would_not_scan(changes: dict[str, object], rule: str) -> None:
    """Data that would make an unreadable or untrue parcel label is refused with the rule's name."""
    with pytest.raises(LayoutProblem) as caught:
        render_label("parcel", {**label_examples()["parcel"], **changes})

    assert rule == caught.value.rule


@pytest.mark.parametrize(
    ("gtin", "symbology"),
    [
        ("8591234567893", "ean13"),
        ("08591234567893", "ean13"),
        ("96385074", "ean8"),
        ("012345678905", "upca"),
        ("18591234567890", "gs1-datamatrix"),
        ("", "datamatrix"),
    ],
)
def test_product_label_prints_the_code_its_gtin_asks_for(gtin: str, symbology: str) -> None:
    """The till's symbol follows the GTIN's length; goods without a GTIN carry their SKU."""
    artifact = label_artifact("product", {"name": "Hrnek", "sku": "HRN-04", "gtin": gtin}, 300, "png")

    assert [symbology] == [demand.symbology for demand in artifact.demands]
    # A reader says UPC-A as EAN-13 with a leading zero.
    said = {demand.text.zfill(13) if symbology == "upca" else demand.text for demand in artifact.demands}
    assert said == by_zxing(Image.open(io.BytesIO(artifact.content)))


def test_wrong_gtin_check_digit_is_refused() -> None:
    """A GTIN with a wrong check digit never reaches paper; the right digit is told."""
    with pytest.raises(LayoutProblem, match="check digit 3"):
        render_label("product", {"name": "Hrnek", "sku": "HRN-04", "gtin": "8591234567894"})


def test_badge_does_not_print_its_code_as_words() -> None:
    """A badge's code is a key: a photo of the words must not be enough, so there are none, in no output."""
    example = label_examples()["badge"]
    zpl = render_label("badge", example).decode()
    pdf = pypdfium2.PdfDocument(render_label("badge", example, "pdf"))

    assert 1 == zpl.count(example["code"])  # inside the QR command only
    assert example["code"] not in pdf[0].get_textpage().get_text_range()
    assert example["code"] not in str(pdf.get_metadata_dict())


@pytest.mark.parametrize("code", [*templates(), *papers()])
def test_every_label_and_paper_is_described(code: str) -> None:
    """docs/labels.md has a line for every label and paper: a new file without a word fails here."""
    described = (Path(__file__).parents[2] / "docs" / "labels.md").read_text(encoding="utf-8")

    assert f"`{code}`" in described


@pytest.mark.parametrize("language", ["cs", "sk", "hu", "en"])
def test_every_label_fits_in_every_language(language: str) -> None:
    """Words of all four languages fit their places on every label."""
    for template in templates().values():
        data = read_data(template, {**template.example, "language": language})
        page = place(template.draw(data), 203)

        assert page.codes
