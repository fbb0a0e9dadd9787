"""What people type into shop forms must stay words: never a command, never outside its box, never a crash."""

import io
import re

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.documents.api import label_examples, render_label
from backend.documents.zpl import field_data
from backend.documents.zpl_lint import lint
from backend.platform.errors import Problem
from tests.documents.conftest import Renderer
from tests.documents.readers import by_zbar

TEXTS = {
    "a whole label": "^XZ^XA^FO0,0^GB800,1200,800^FS^XZ",
    "immediate commands": "~JA~HS~JR",
    "hex marks": "_5EXZ _7EJA _ __",
    "backslash breaks": r"line\&line \\ end",
    "field end": "O'Brien^FSinside",
    "control bytes": "a\x00b\x1bc\x02d\x7fe\x9bf",
    "line breaks": "first\nsecond\r\nthird",
    "right to left": "\u202eabc\u202c שלום مرحبا",
    "other scripts": "李雷 Дмитрий Ελένη",
    "pictures": "Jana 😀🎁 Nová",
    "loose accents": "Z\u030cluta \u0301\u0301\u0301",
    "no-break and zero width": "a\u00a0b\u200bc\ufeffd",
    "one long word": "W" * 2000,
    "many words": "dlouhé jméno firmy " * 100,
    "typst": '#import "/etc/passwd" $x$ *b* @ref <a> ```',
    "json": '"}],"frames":[]',
    "only blanks": "   ",
}


def _label(text: str) -> dict[str, object]:
    example = label_examples()["parcel"]
    return {
        **example,
        "note": text,
        "recipient": {**example["recipient"], "name": text, "company": text, "street": text, "city": text},
        "sender": {**example["sender"], "company": text},
    }


@pytest.mark.parametrize("case", list(TEXTS))
def test_typed_text_is_never_a_command(case: str) -> None:
    """Whatever is typed, the label keeps to its commands: one label, no command that the writer does not write."""
    zpl = render_label("parcel", _label(TEXTS[case])).decode()

    assert [] == lint(zpl, 840, 1184)
    assert 1 == zpl.count("^XA")
    assert 1 == zpl.count("^XZ")
    assert "~" not in zpl
    assert set(re.findall(r"\^[A-Z][A-Z0-9@]", zpl)) <= {
        "^XA",
        "^CI",
        "^LH",
        "^PW",
        "^LL",
        "^FO",
        "^FT",
        "^A0",
        "^FB",
        "^FH",
        "^FD",
        "^FS",
        "^GB",
        "^GF",
        "^BY",
        "^BC",
        "^BQ",
        "^PQ",
        "^XZ",
    }


@pytest.mark.parametrize("case", list(TEXTS))
def test_typed_text_never_spoils_the_codes(case: str, render_zpl: Renderer) -> None:
    """The parcel's codes are read from ZPL and picture whatever stands around them."""
    wanted = label_examples()["parcel"]["parcel_code"]
    picture = Image.open(io.BytesIO(render_label("parcel", _label(TEXTS[case]), "png")))
    rendered = render_zpl(render_label("parcel", _label(TEXTS[case])).decode(), 840, 1184, 203)

    assert {wanted} == by_zbar(picture)
    assert {wanted} == by_zbar(rendered)


@pytest.mark.parametrize("case", list(TEXTS))
def test_typed_text_never_breaks_the_pdf(case: str) -> None:
    """Text is data for the PDF setter, never markup."""
    pdf = render_label("parcel", _label(TEXTS[case]), "pdf", 600)

    assert pdf.startswith(b"%PDF-")


@pytest.mark.parametrize("case", list(TEXTS))
def test_words_stay_inside_their_box(case: str) -> None:
    """The margin right of a name, 3.5 mm, stays white however long the name is."""
    picture = Image.open(io.BytesIO(render_label("parcel", _label(TEXTS[case]), "png"))).convert("L")

    assert (255, 255) == picture.crop((813, 270, 840, 600)).getextrema()


@settings(derandomize=True, deadline=None, max_examples=30)
@given(text=st.text(max_size=60))
def test_any_text_at_all_makes_a_clean_label(text: str) -> None:
    """Whatever Unicode somebody types, ZPL stays clean and no output falls over."""
    data = _label(text)

    assert [] == lint(render_label("parcel", data).decode(), 840, 1184)
    assert render_label("parcel", data, "pdf").startswith(b"%PDF-")
    assert render_label("parcel", data, "png").startswith(b"\x89PNG")


@settings(derandomize=True, deadline=None, max_examples=50)
@given(code=st.text(max_size=20))
def test_any_code_is_printed_readable_or_refused(code: str) -> None:
    """A code that the label cannot carry is a sentence; one that it prints was read back before it left."""
    try:
        drawn = render_label("tote", {"code": code, "name": "0042"}, "png")
        zpl = render_label("tote", {"code": code, "name": "0042"})
    except Problem as problem:
        assert "expected" in problem.sentence.lower()
    else:
        assert code in by_zbar(Image.open(io.BytesIO(drawn)))
        assert [] == lint(zpl.decode(), 800, 400)


def test_long_address_is_not_cut_while_it_fits_two_lines() -> None:
    """Company, name, street and town of a long address stand on the label in full."""
    address = {
        "name": "MUDr. Bartoloměj Kratochvíl-Novotný, Ph.D., MBA, primář oddělení",
        "company": "Společnost pro výrobu, prodej a opravy zemědělské techniky, spol. s r. o.",
        "street": "Náměstí Bratří Synků 1234/56a, vchod ze dvora, 3. patro, dveře č. 12",
        "postcode": "592 31",
        "city": "Nové Město na Moravě - Maršovice u Jihlavy",
    }
    pdf = render_label("parcel", {**label_examples()["parcel"], "recipient": address}, "pdf")
    words = " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split())

    assert [] == [text for text in address.values() if text not in words]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("plain", "^FH_^FDplain"),
        ("^XZ", "^FH_^FD_5EXZ"),
        ("~JA", "^FH_^FD_7EJA"),
        ("a_b", "^FH_^FDa_5Fb"),
        ("ř", "^FH_^FD_C5_99"),
        ("\n", "^FH_^FD_0A"),
    ],
)
def test_field_data_escapes_what_a_printer_would_obey(text: str, data: str) -> None:
    """Caret, tilde, the escape mark itself and everything outside printable ASCII are written in hex."""
    assert data == field_data(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "x" * 2001},
        {"parcel_number": "1" * 121},
        {"weight_g": "2 kg"},
        {"recipient": {"name": "A", "__class__": "x"}},
        {"recipient": "Jana"},
        {"language": "de"},
        {"language": "c\ud800s"},
    ],
)
def test_data_of_the_wrong_shape_is_one_sentence(changes: dict[str, object]) -> None:
    """Too long, of a wrong type or unknown: refused with a sentence, never drawn."""
    with pytest.raises(Problem) as caught:
        render_label("parcel", {**label_examples()["parcel"], **changes})

    assert "LABEL_DATA" == caught.value.code
