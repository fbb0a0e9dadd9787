"""Papers: set with every language, words searchable, codes readable, hashes whole, data never markup."""

import base64
import io

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from backend.documents.api import LayoutProblem, code_sheet, render_paper
from backend.documents.papers import papers
from backend.documents.papers.code_sheet import CodeCard
from backend.platform.errors import Problem
from tests.documents.readers import by_zxing


def _words(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def _pictures(pdf: bytes) -> list[Image.Image]:
    return [page.render(scale=200 / 72).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def _signature() -> bytes:
    picture = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(10, 150), (100, 30), (300, 170), (590, 40)], fill=(20, 20, 90, 255), width=6)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("language", ["cs", "sk", "hu", "en"])
@pytest.mark.parametrize("code", list(papers()))
def test_paper_is_set_in_every_language(code: str, language: str) -> None:
    """Each paper is one A4 page of its example in every language."""
    pdf = pypdfium2.PdfDocument(render_paper(code, {**papers()[code].example, "language": language}))

    assert 1 == len(pdf)
    assert (595, 842) == tuple(round(side) for side in pdf[0].get_size())


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("handover-manifest", "cs", ["Předávací protokol", "Jiří Žďárský", "Szűcs Őrs", "1 250,00 Kč", "3,25 kg"]),
        ("handover-manifest", "en", ["Handover manifest", "CZK 1,250.00", "20 Nov 2026 16:05"]),
        ("packing-slip", "cs", ["Dodací list", "Hrnek smaltovaný", "2 ks", "Šarže L2611A"]),
        ("packing-slip", "hu", ["Szállítólevél", "2026. 11. 20."]),
        ("route-list", "cs", ["Rozvozový list", "Květinářství Růže", "26-000123-2"]),
        ("code-sheet", "cs", ["Cvičné kódy", "Přepravka 0042", "T.0042.E"]),
    ],
)
def test_paper_says_what_its_data_says(code: str, language: str, expected: list[str]) -> None:
    """Words, amounts and dates stand on the paper as a person of that language writes them."""
    words = _words(render_paper(code, {**papers()[code].example, "language": language})).replace("\u00a0", " ")

    assert [] == [text for text in expected if text not in words]


def test_manifest_of_many_parcels_repeats_its_head_and_counts_pages() -> None:
    """A long manifest runs over pages, each with the table's head and its number."""
    example = papers()["handover-manifest"].example
    words = _words(render_paper("handover-manifest", {**example, "parcels": example["parcels"] * 60}))

    assert words.count("Číslo zásilky") == len(
        pypdfium2.PdfDocument(render_paper("handover-manifest", {**example, "parcels": example["parcels"] * 60}))
    )
    assert "120." in words
    assert "Strana 1 z" in words


def test_manifest_prints_the_hash_that_was_signed() -> None:
    """Both hashes stand at the foot of each page, whole, so that they can be read off and compared."""
    example = papers()["handover-manifest"].example
    flat = _words(render_paper("handover-manifest", {**example, "parcels": example["parcels"] * 60}))
    flat = flat.replace("\n", "").replace("\r", "")
    first = _words(render_paper("handover-manifest", {**example, "previous_hash": ""}))

    pages = flat.count("Strana")
    assert pages > 1
    assert (pages, pages) == (flat.count(example["content_hash"]), flat.count(example["previous_hash"]))
    assert "Předchozí seznam: -" in first


@pytest.mark.parametrize("wrong", ["abc", "G" * 64, "8D" * 32])
def test_a_hash_that_is_none_is_not_printed(wrong: str) -> None:
    """A paper that shows another thing than 64 hexadecimal digits would be compared in vain."""
    with pytest.raises(Problem, match="content_hash"):
        render_paper("handover-manifest", {**papers()["handover-manifest"].example, "content_hash": wrong})


def test_signature_is_drawn() -> None:
    """The courier's strokes stand on the paper: without them the same place is white."""
    example = papers()["handover-manifest"].example
    signed = {**example, "signature_png": base64.b64encode(_signature()).decode()}
    without = _pictures(render_paper("handover-manifest", example))[0].convert("1")
    with_it = _pictures(render_paper("handover-manifest", signed))[0].convert("1")

    half = without.width // 2
    box = (half, 0, without.width, without.height * 9 // 10)
    dark = [picture.crop(box).histogram()[0] for picture in (without, with_it)]
    assert dark[1] > dark[0] + 500


@pytest.mark.parametrize("junk", [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<svg/>", _signature()[:200]])
def test_signature_that_is_no_picture_is_refused(junk: bytes) -> None:
    """What is not a whole picture file is refused with a sentence."""
    signed = {**papers()["handover-manifest"].example, "signature_png": base64.b64encode(junk).decode()}

    with pytest.raises(LayoutProblem, match="picture"):
        render_paper("handover-manifest", signed)


def test_slip_carries_the_order_code() -> None:
    """The returns desk can scan the slip."""
    example = papers()["packing-slip"].example

    assert {example["order_code"]} == by_zxing(_pictures(render_paper("packing-slip", example))[0])


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_code_sheet_cards_can_be_scanned(columns: int) -> None:
    """Every card of a sheet is read from paper, over as many pages as it takes."""
    cards = [CodeCard(caption=f"Pozice {place}", text=f"L.A-{place:02}.X") for place in range(20)]
    cards += [CodeCard(caption="QR", text=f"HTTPS://X.CZ/{place}", symbology="qr", hidden=True) for place in range(5)]
    pdf = code_sheet("Regál A", cards, columns=columns)

    read: set[str] = set()
    for picture in _pictures(pdf):
        read |= by_zxing(picture)
    assert {card.text for card in cards} == read
    assert "HTTPS" not in _words(pdf)


def test_code_too_wide_for_its_card_is_refused() -> None:
    """A card never holds a code finer than the rule."""
    with pytest.raises(LayoutProblem, match="fewer columns"):
        code_sheet("Kódy", [CodeCard(caption="dlouhý", text="ABCDEFGHIJ" * 3)], columns=4)


@pytest.mark.parametrize(
    "text", ['#read("/etc/passwd")', "$x^2$", "*b* _i_ `c` @ref <a>", "#panic()", "שלום مرحبا", "李雷"]
)
def test_data_is_never_markup(text: str) -> None:
    """What people type is printed as typed or as empty boxes, never run."""
    example = papers()["packing-slip"].example
    words = _words(render_paper("packing-slip", {**example, "note": text}))

    assert "root:" not in words
    if text.isascii():
        assert text in words


def test_unknown_paper_and_unknown_field_are_named() -> None:
    """The answer names what is known."""
    with pytest.raises(Problem, match="packing-slip"):
        render_paper("invoice", {})
    with pytest.raises(Problem, match="colour"):
        render_paper("packing-slip", {**papers()["packing-slip"].example, "colour": 1})


def test_equal_data_gives_equal_bytes() -> None:
    """A paper can be known by its hash."""
    example = papers()["route-list"].example

    assert render_paper("route-list", example) == render_paper("route-list", dict(example))
