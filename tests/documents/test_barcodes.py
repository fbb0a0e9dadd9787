"""Modules against other people's encoders and the standards' own numbers."""

import barcode
import numpy as np
import pytest
import segno

from backend.documents.barcodes import encode, gs1_element_string, mod10_check_digit
from backend.documents.symbologies import Symbology


@pytest.mark.parametrize(
    ("name", "symbology", "content"),
    [("ean13", "ean13", "859123456789"), ("ean8", "ean8", "9638507"), ("upca", "upca", "01234567890")],
)
def test_retail_modules_equal_another_encoder(name: str, symbology: Symbology, content: str) -> None:
    """python-barcode and we make the same bars for EAN and UPC, module by module."""
    theirs = barcode.get(name, content).build()[0].replace("G", "1")
    ours = "".join("1" if black else "0" for black in encode(symbology, content).modules[0])

    assert theirs == ours


@pytest.mark.parametrize(
    ("symbology", "content", "width"),
    [
        ("code128", "BA0305127240L", 145),
        ("gs1-128", "(00)385912345678901230", 156),
        ("gs1-128", "(01)08591234567893(10)123456", 178),
        ("ean13", "8591234567893", 95),
        ("ean8", "96385074", 67),
        ("itf14", "08591234567893", 135),
        ("qr", "HTTPS://X.CZ/ABC", 21),
        ("gs1-datamatrix", "(01)08591234567893(10)AB1(21)X9", 18),
    ],
)
def test_symbols_are_no_wider_than_known(symbology: Symbology, content: str, width: int) -> None:
    """Widths in modules that decide which label a code fits on."""
    assert width == encode(symbology, content).width


def test_qr_has_the_version_of_another_encoder() -> None:
    """segno at level M needs the same square: the printer's own encoder has no reason for a larger one."""
    text = "https://rampa.example/t/26-000123"

    assert segno.make_qr(text, error="m", boost_error=False).symbol_size(border=0)[0] == encode("qr", text).width


@pytest.mark.parametrize(
    ("bracketed", "sent"),
    [
        ("(01)08591234567893", "0108591234567893"),
        ("(01)08591234567893(10)A1", "010859123456789310A1"),
        ("(10)A1(01)08591234567893", "10A1\x1d0108591234567893"),
        ("(01)08591234567893(15)270531(10)A1(21)7", "01085912345678931527053110A1\x1d217"),
        ("(3103)001250(21)7", "3103001250217"),
        ("(8006)085912345678930102(10)A", "8006085912345678930102\x1d10A"),
    ],
)
def test_separator_stands_after_variable_parts_only(bracketed: str, sent: str) -> None:
    """A separator follows a part whose length is not predefined, unless it is the last one."""
    assert sent == gs1_element_string(bracketed)


@pytest.mark.parametrize(
    ("digits", "check"),
    [("629104150021", "3"), ("859123456789", "3"), ("9638507", "4"), ("01234567890", "5"), ("38591234567890123", "0")],
)
def test_check_digit(digits: str, check: str) -> None:
    """GS1 mod 10, among them the example of the GS1 calculator."""
    assert check == mod10_check_digit(digits)


def test_modules_cannot_be_changed_by_a_caller() -> None:
    """Symbols are shared between labels; nobody may draw into them."""
    with pytest.raises(ValueError, match="read-only"):
        encode("qr", "shared").modules[0, 0] = np.False_
