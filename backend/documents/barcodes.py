"""Content -> the exact modules of a symbol, through the zxing-cpp writer.

A `Symbol` holds modules, not a picture: one row of bars for linear codes, the whole matrix otherwise. Scaling to dots
is the page's work, so a module is always a whole number of dots. GS1 content is written with
brackets, `(01)...(10)...`.
"""

import re
from functools import lru_cache

import msgspec
import numpy as np
import zxingcpp

from backend.documents.canvas import LayoutProblem
from backend.documents.symbologies import LINEAR, Symbology
from backend.gs1.digital_link import build_digital_link, is_web_address, parse_digital_link

PDF417_ROW_MODULES = 3
"""Height of one PDF417 row in modules; the writer already repeats rows by it."""

_FORMATS = {
    "code128": zxingcpp.BarcodeFormat.Code128,
    "gs1-128": zxingcpp.BarcodeFormat.Code128,
    "ean13": zxingcpp.BarcodeFormat.EAN13,
    "ean8": zxingcpp.BarcodeFormat.EAN8,
    "upca": zxingcpp.BarcodeFormat.UPCA,
    # The writer's ITF-14 brings bearer bars; ours are drawn by the page, so that they scale with its rules.
    "itf14": zxingcpp.BarcodeFormat.ITF,
    "code39": zxingcpp.BarcodeFormat.Code39,
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "gs1-qr": zxingcpp.BarcodeFormat.QRCode,
    "link-qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "gs1-datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "pdf417": zxingcpp.BarcodeFormat.PDF417,
    "aztec": zxingcpp.BarcodeFormat.Aztec,
}
_DIGITS = {"ean13": 13, "ean8": 8, "upca": 12, "itf14": 14}
_CODE39 = re.compile(r"[0-9A-Z. $/+%-]{1,40}")
_ASCII = re.compile(r"[ -~]{1,80}")
_GS1_PART = re.compile(r"\(([0-9]{2,4})\)([^()]+)")
_GS1_FIXED = frozenset(
    [
        "00",
        "01",
        "02",
        "03",
        "04",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "20",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "41",
    ]
)
"""First two digits of the AIs of predefined length: no separator after them (GS1 General Specifications, 7.8.5)."""
_GS1_CHECKED = {"00": 18, "01": 14, "02": 14}
_MATRIX_BYTES_MAX = 400


class Symbol(msgspec.Struct, frozen=True):
    """`modules`: bool array, True is black; shape (1, width) for linear codes. `text` is what a reader answers: check
    digit included, GS1 separators as 0x1D, no leading FNC1. `hri` is the line for people."""

    symbology: Symbology
    content: str
    text: str
    hri: str
    modules: np.ndarray

    @property
    def width(self) -> int:
        return int(self.modules.shape[1])

    @property
    def height(self) -> int:
        return int(self.modules.shape[0])


@lru_cache(maxsize=4096)
def encode(symbology: Symbology, content: str) -> Symbol:
    """Modules of `content`. Raises `LayoutProblem` code-content where the symbology cannot carry it."""
    content = _checked(symbology, content)
    options: dict[str, object] = {}
    if symbology.startswith("gs1-"):
        options["gs1"] = True
    if symbology.endswith("qr"):
        options["ec_level"] = "M"
    if symbology.endswith("datamatrix"):
        options["force_square"] = True
    try:
        barcode = zxingcpp.create_barcode(content, _FORMATS[symbology], **options)
        picture = zxingcpp.write_barcode_to_image(barcode, scale=1, add_hrt=False, add_quiet_zones=False)
    except (ValueError, RuntimeError) as error:
        raise _content_problem(symbology, "content the symbology can carry", content, str(error)) from None
    modules = np.asarray(picture) == 0
    if symbology in LINEAR:
        modules = modules[:1]
    modules.setflags(write=False)
    if symbology.startswith("gs1-"):
        text, hri = gs1_element_string(content), content
    else:
        text, hri = content, content
    return Symbol(symbology=symbology, content=content, text=text, hri=hri, modules=modules)


def gs1_element_string(bracketed: str) -> str:
    """Brackets -> what a scanner sends, 0x1D after a variable part unless it is last.

    >>> gs1_element_string("(01)08591234567893(10)A1(21)7").replace(chr(29), "<GS>")
    '010859123456789310A1<GS>217'
    """
    parts = _GS1_PART.findall(bracketed)
    written = []
    for place, (identifier, value) in enumerate(parts):
        closes = place + 1 < len(parts) and identifier[:2] not in _GS1_FIXED
        written.append(f"{identifier}{value}" + ("\x1d" if closes else ""))
    return "".join(written)


def mod10_check_digit(digits: str) -> str:
    """GS1 check digit for the digits before it.

    >>> mod10_check_digit("859123456789")
    '3'
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _checked(symbology: Symbology, content: str) -> str:
    """The content with its check digit, or a `LayoutProblem` that says what the symbology wanted."""
    length = _DIGITS.get(symbology)
    if length is not None:
        if not (content.isascii() and content.isdigit() and len(content) in (length - 1, length)):
            raise _content_problem(symbology, f"{length} digits", content)
        check = mod10_check_digit(content[: length - 1])
        if len(content) == length and content[-1] != check:
            raise _content_problem(symbology, f"check digit {check}", content)
        return content[: length - 1] + check
    if symbology.startswith("gs1-"):
        if not (content.isascii() and content.isprintable() and _GS1_PART.sub("", content) == "" and content):
            raise _content_problem(symbology, "bracketed elements such as (01)08591234567893(10)A1", content)
        for identifier, value in _GS1_PART.findall(content):
            length = _GS1_CHECKED.get(identifier)
            if length and not (len(value) == length and value.isdigit() and value[-1] == mod10_check_digit(value[:-1])):
                raise _content_problem(symbology, f"{length} digits with check digit in ({identifier})", content)
        if symbology == "gs1-128" and len(gs1_element_string(content)) > 48:
            raise _content_problem(symbology, "at most 48 characters with identifiers and separators", content)
    elif symbology == "link-qr":
        return _digital_link(content)
    elif symbology == "code39" and not _CODE39.fullmatch(content):
        raise _content_problem(symbology, "1 to 40 of 0-9 A-Z - . space $ / + %", content)
    elif symbology == "code128" and not _ASCII.fullmatch(content):
        raise _content_problem(symbology, "1 to 80 printable ASCII characters", content)
    elif not 0 < len(content.encode()) <= _MATRIX_BYTES_MAX or any(ord(char) < 32 for char in content):
        raise _content_problem(symbology, f"1 to {_MATRIX_BYTES_MAX} bytes without control characters", content)
    return content


def _digital_link(content: str) -> str:
    """A GS1 Digital Link as it is, or made from bracketed elements with GS1's own resolver."""
    if not is_web_address(content):
        elements = dict(_GS1_PART.findall(content)) if not _GS1_PART.sub("", content) else {}
        try:
            return build_digital_link(elements)
        except ValueError as error:
            raise _content_problem("link-qr", "a GS1 Digital Link or bracketed elements", content, str(error)) from None
    reading = parse_digital_link(content)
    if reading.error or len(content.encode()) > _MATRIX_BYTES_MAX:
        raise _content_problem("link-qr", "a GS1 Digital Link", content, reading.error or "too long")
    return content


def _content_problem(symbology: str, expected: str, content: str, why: str = "") -> LayoutProblem:
    return LayoutProblem(
        "code-content",
        expected=f"{expected} for {symbology}",
        got=repr(content[:40]) + (f" ({why})" if why else ""),
        cure="correct the code in the data or choose another symbology",
    )
