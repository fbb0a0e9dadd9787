"""A label that does not carry what it must is found out before it is sent."""

import numpy as np
import pytest

from printing.problems import UnfitJob
from printing.protocol import Demand
from printing.rasters import bitmap_of_grey, graphic_field
from printing.verify import read_back
from tests.printing.labels import code_picture, pdf, png

FNC1 = "\x1d"


def _graphic_label(grey: np.ndarray) -> bytes:
    return b"^XA^FO0,0" + graphic_field(bitmap_of_grey(grey)) + b"^FS^XZ"


@pytest.mark.parametrize(
    ("symbology", "drawn", "text", "gs1"),
    [
        ("code128", "Code128", "P.26-000123.7", False),
        ("gs1-128", "Code128", "(00)085912345000000015", True),
        ("ean13", "EAN13", "8591234567893", False),
        ("qr", "QRCode", "https://example.com/žluťoučký", False),
        ("datamatrix", "DataMatrix", "L.A-01-02.5", False),
        ("gs1-datamatrix", "DataMatrix", "(01)08591234567893(10)LOT1", True),
        ("pdf417", "PDF417", "a long text for a courier", False),
        ("aztec", "Aztec", "ticket 1", False),
    ],
)
@pytest.mark.parametrize("language", ["zpl", "png1", "pdf"])
def test_each_symbology_is_read_back(symbology: str, drawn: str, text: str, gs1: bool, language: str) -> None:
    """Codes drawn into dots are found again, whichever way the dots travel."""
    grey = code_picture(text, drawn, module=3, gs1=gs1)
    payload = {"zpl": _graphic_label, "png1": png, "pdf": pdf}[language](grey)

    assert [] == read_back(payload, language, 203, [Demand(symbology, text)])


@pytest.mark.parametrize("language", ["zpl", "png1", "pdf"])
def test_another_content_is_a_mismatch(language: str) -> None:
    """The code of the neighbour's parcel is not accepted, and the sentence names both."""
    payload = {"zpl": _graphic_label, "png1": png, "pdf": pdf}[language](code_picture("P.26-000124.5"))

    (mismatch,) = read_back(payload, language, 203, [Demand("code128", "P.26-000123.7")])

    assert "'P.26-000123.7'" in mismatch.sentence
    assert "'P.26-000124.5'" in mismatch.sentence


def test_a_scratched_code_is_a_mismatch() -> None:
    """Bars that a white scratch runs through lengthwise cannot be read and are not sent."""
    grey = code_picture("P.26-000123.7")
    grey[:, 60:90] = 255

    (mismatch,) = read_back(png(grey), "png1", 203, [Demand("code128", "P.26-000123.7")])

    assert "no code at all" in mismatch.sentence


@pytest.mark.parametrize(
    ("fields", "symbology", "text"),
    [
        ("^BCN,80,N,N,N,A^FDP.26-000123.7", "code128", "P.26-000123.7"),
        ("^BCN,80,N,N,N^FD>:AB>5123456", "code128", "AB123456"),
        ("^BCN,80,N,N,N^FD>;>8001234", "gs1-128", "(00)1234"),
        ("^BCN,80,N,N,N,D^FD(00)085912345000000015", "gs1-128", "(00)085912345000000015"),
        ("^BCN,80,N,N,N,A^FH^FDa_5Eb_5F", "code128", "a^b_"),
        ("^BEN,80,Y,N^FD859123456789", "ean13", "8591234567893"),
        ("^BEN,80,Y,N^FD8591234567893", "ean13", "8591234567893"),
        ("^B8N,80,Y,N^FD1234567", "ean8", "12345670"),
        ("^B2N,80,Y,N,Y^FD1859123456789", "itf14", "18591234567890"),
        ("^B3N,N,80,Y,N^FDABC-1", "code39", "ABC-1"),
        ("^BQN,2,4^FDQA,HELLO", "qr", "HELLO"),
        ("^BQN,2,4^FDMM,AHELLO", "qr", "HELLO"),
        ("^BXN,5,200,,,,_^FD_10108591234567893_110LOT", "gs1-datamatrix", f"(01)08591234567893{FNC1}10LOT"),
        ("^BXN,5,200^FDL.A-01", "datamatrix", "L.A-01"),
        ("^B7N,4^FDtext", "pdf417", "text"),
        ("^BON,4^FDticket", "aztec", "ticket"),
    ],
)
def test_native_codes_are_read_from_their_commands(fields: str, symbology: str, text: str) -> None:
    """What the printer will draw is known from the command: modes, escapes and check digits included."""
    zpl = f"^XA^FO10,10{fields}^FS^XZ".encode()

    assert [] == read_back(zpl, "zpl", 203, [Demand(symbology, text)])
    assert 1 == len(read_back(zpl, "zpl", 203, [Demand(symbology, text + "9")]))


@pytest.mark.parametrize(
    "zpl",
    [
        b"^XA^FO10,10^FDtext^FS",
        b"^XA^XA^XZ",
        b"^XZ",
        b"hello",
        b"^XA^CC!^FO10,10!XZ",
        b"^XA^FO10,10^BEN,80^FDABC^FS^XZ",
        b"^XA^FO10,10^BQN,2,4^FDHELLO^FS^XZ",
        b"^XA^FO0,0^GFA,8,8,2,:Z64:AAAA:0000^FS^XZ",
    ],
)
def test_zpl_that_no_printer_finishes_is_refused(zpl: bytes) -> None:
    """Unfinished labels, changed prefixes and impossible code data never reach a printer."""
    with pytest.raises(UnfitJob):
        read_back(zpl, "zpl", 203, [])


def test_a_code_in_a_comment_does_not_count() -> None:
    """Only a barcode field is a barcode; text and comments are not."""
    zpl = b"^XA^FX ^FS^FO9,9^A0N,20,20^FDP.26-000123.7^FS^XZ"

    assert 1 == len(read_back(zpl, "zpl", 203, [Demand("code128", "P.26-000123.7")]))
