"""The strict linter: our own labels pass, every planted fault is found by its name."""

import pytest

from backend.documents.api import label_examples, render_label
from backend.documents.artifact import placed_label
from backend.documents.page import Dpi
from backend.documents.templates import template_of, templates
from backend.documents.zpl_graphics import GraphicUnreadable, read_z64
from backend.documents.zpl_lint import lint

GOOD = (
    "^XA^CI28^LH0,0^PW400^LL240\n"
    "^FT20,40^A0N,24,24^FH_^FDwords_5E^FS\n"
    "^BY2,3,80^FO20,60^BCN,80,N,N,N,A^FH_^FDP.26-123.K^FS\n"
    "^BY3,3,60^FO20,150^BEN,60,N,N^FD859123456789^FS\n"
    "^BY2,2,10^FO300,150^BQN,2,3^FH_^FDMA,text^FS\n"
    "^FO300,60^BXN,4,200,12,12,,|^FH_^FDhello^FS\n"
    "^FO300,10^GFA,2,2,1,:Z64:eNr7/x8AAv8B/w==:B064^FS\n"
    "^FO10,10^GB380,2,2,B,0^FS\n"
    "^PQ1,0,1,Y^XZ\n"
)

FAULTS: list[tuple[str, str, str, str]] = [
    ("garbage before", "one-label", "^XA", "hello^XA"),
    ("no start", "one-label", "^XA", ""),
    ("no end", "one-label", "^XZ", ""),
    ("two labels", "one-label", "^XZ\n", "^XZ^XA^XZ\n"),
    ("text after the end", "one-label", "^XZ\n", "^XZ\nhello"),
    ("status request inside", "immediate-command", "^PQ", "~HS^PQ"),
    ("cancel all typed in a name", "immediate-command", "words_5E", "words~JA"),
    ("caret typed in a name", "known-command", "words_5E", "wor^ds"),
    ("recall of a file", "known-command", "^PQ", "^XFR:A.ZPL^FS^PQ"),
    ("delete objects", "known-command", "^PQ", "^IDR:*.*^FS^PQ"),
    ("letter in a number", "parameters", "^BY2,3,80", "^BYx,3,80"),
    ("module of 11 dots", "parameters", "^BY3,3,60", "^BY11,3,60"),
    ("unknown orientation", "parameters", "^BCN", "^BCX"),
    ("set B for ever", "parameters", "N,N,N,A^FH", "N,N,N,N^FH"),
    ("negative position", "parameters", "^FO20,60", "^FO-20,60"),
    ("no field start", "field-placed", "^FT20,40", ""),
    ("field not closed", "field-closed", "words_5E^FS", "words_5E"),
    ("last field not closed", "field-closed", "B,0^FS", "B,0"),
    ("two contents", "field-closed", "^FDwords_5E", "^FDwords^FDmore"),
    ("empty text", "field-content", "words_5E", ""),
    ("empty field", "field-content", "^FH_^FDwords_5E^FS", "^FS"),
    ("half an escape", "field-hex", "words_5E", "words_5"),
    ("escape without digits", "field-hex", "words_5E", "words_XY"),
    ("escaped control byte", "field-hex", "words_5E", "words_1B"),
    ("broken UTF-8", "field-hex", "words_5E", "words_C5"),
    ("raw letter outside ASCII", "plain-characters", "words_5E", "žluťoučký"),
    ("raw escape byte", "plain-characters", "words_5E", "wo\x1brds"),
    ("EAN of 11 digits", "barcode-data", "859123456789", "85912345678"),
    ("EAN with a letter", "barcode-data", "859123456789", "85912345678A"),
    ("EAN with a wrong check digit", "barcode-data", "859123456789", "8591234567890"),
    ("QR without a level", "barcode-data", "MA,text", "text"),
    ("code set change typed in", "barcode-data", "P.26-123.K", "P>;26"),
    ("matrix escape typed in", "barcode-data", "FDhello", "FDhel|2lo"),
    ("QR with tall bars before it", "qr-shift", "^BY2,2,10", "^BY2,2,120"),
    ("graphic with a wrong CRC", "graphic", ":B064", ":B065"),
    ("graphic cut short", "graphic", "eNr7/x8A", "eNr7/x8"),
    ("graphic of another size", "graphic", "^GFA,2,2,1", "^GFA,3,3,1"),
    ("graphic as hex", "graphic", ":Z64:eNr7/x8AAv8B/w==:B064", "FFFF"),
    ("no width", "label-size", "^PW400", ""),
    ("width of another roll", "label-size", "^PW400", "^PW800"),
    ("two lengths", "label-size", "^LL240", "^LL240^LL240"),
    ("no character set", "character-set", "^CI28", ""),
    ("field outside the label", "on-the-label", "^FO300,10", "^FO500,10"),
]


def test_good_label_has_no_fault() -> None:
    """The label that all faults are planted into is itself clean."""
    assert [] == lint(GOOD, 400, 240)


@pytest.mark.parametrize(("rule", "good", "bad"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_planted_fault_is_found(rule: str, good: str, bad: str) -> None:
    """One fault planted, its rule found, told in one sentence."""
    assert good in GOOD
    found = lint(GOOD.replace(good, bad, 1), 400, 240)

    assert rule in {finding.rule for finding in found}
    assert all(finding.sentence.startswith("ZPL rule ") for finding in found)


@pytest.mark.parametrize(("code", "dpi"), [(code, dpi) for code in templates() for dpi in (203, 300, 600)])
def test_our_labels_are_clean(code: str, dpi: Dpi) -> None:
    """Every label passes the linter at every resolution, held against the real size of its media."""
    example = label_examples()[code]
    page = placed_label(template_of(code), example, dpi)

    assert [] == lint(render_label(code, example, "zpl", dpi).decode(), page.width, page.height)


@pytest.mark.parametrize("length", [0, 1, 2, 10, 50, 100, 150, 200])
def test_cut_label_is_never_clean(length: int) -> None:
    """A label that lost its end on the way is refused wherever it was cut."""
    assert [] != lint(GOOD[:length], 400, 240)


def test_inflating_bomb_is_refused_without_inflating_it() -> None:
    """A graphic that claims a few bytes and would inflate to many is refused."""
    import base64
    import binascii
    import zlib

    body = base64.b64encode(zlib.compress(b"\0" * 50_000_000, 9))
    with pytest.raises(GraphicUnreadable, match="expected 8 bytes"):
        read_z64(f":Z64:{body.decode()}:{binascii.crc_hqx(body, 0):04X}", 8, 1)
