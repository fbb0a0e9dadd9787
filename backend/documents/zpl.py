"""The page as ZPL II: native text and bars where the printer draws them as we placed them, graphics for the rest.

Text goes native only when every character is in the printer's known glyph set; a line with one missing letter becomes a
graphic. Customer text is always field data behind `^FH`: nothing typed can become a command. A code goes native only
when the printer's own encoder has no choice that could change its width; otherwise its exact dots are sent.
"""

from functools import lru_cache

from PIL import Image

from backend.documents.barcodes import gs1_element_string
from backend.documents.bitmap import draw_frame
from backend.documents.line_setting import set_line
from backend.documents.page import Bars, Frame, Ink, Mark, Page, Picture, Words
from backend.documents.zpl_graphics import graphic_field, ink_mask

PRINTER_GLYPHS = frozenset(chr(code) for code in range(0x20, 0x7F)) - {"\\"}
"""What built-in font 0 has on every firmware. The backslash is a command inside `^FB` blocks."""

_ORIENTATION = {0: "N", 90: "R", 180: "I", 270: "B"}
_QR_BYTES_M = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
"""Bytes that QR versions 1 to 10 hold at level M when a printer does no clever switching (ISO/IEC 18004 table 7)."""
_QR_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_QR_SHIFT_DOTS = 10
"""`^BQ` prints lower by the bar height of the last `^BY`; every `^BQ` gets its own `^BY` with this height."""
_IN_HEX = str.maketrans({"^": "_5E", "~": "_7E", "_": "_5F"})
_MATRIX_ESCAPE = "|"
_AZTEC_SIZES = {15: 101, 19: 102, 23: 103, 27: 104}
"""Modules of compact Aztec symbols and the `^BO` parameter that asks for just that size."""


def write_zpl(page: Page, glyphs: frozenset[str] = PRINTER_GLYPHS) -> str:
    """One label as ZPL text, ASCII only. `glyphs` is the printer profile's set; empty sends all text as graphics."""
    fields = [f"^XA^CI28^LH0,0^PW{page.width}^LL{page.height}"]
    fields += marks_fields(page.marks, glyphs)
    fields.append("^PQ1,0,1,Y^XZ")
    return "\n".join(field for field in fields if field) + "\n"


def marks_fields(marks: tuple[Mark, ...], glyphs: frozenset[str]) -> list[str]:
    """The fields of some marks; all marks of a frame must come together."""
    fields = []
    inked: set[Frame] = set()
    inverse = {mark.frame for mark in marks if isinstance(mark, Words) and mark.inverse}
    # Lines of one element share one font: half a paragraph in another letter reads like two notes.
    foreign = {mark.frame for mark in marks if isinstance(mark, Words) and not glyphs.issuperset(mark.text)}
    for mark in marks:
        if (isinstance(mark, Words) and mark.inverse) or (isinstance(mark, Ink) and mark.frame in inverse):
            # White on black is one graphic: ^FR depends on the order in which a printer draws.
            if mark.frame not in inked:
                inked.add(mark.frame)
                fields.append(_marks_graphic(mark.frame, tuple(each for each in marks if each.frame == mark.frame)))
            continue
        fields.append(mark_field(mark, mark.frame not in foreign))
    return fields


def write_zpl_graphic(bitmap: Image.Image) -> str:
    """A finished bitmap as one `^GFA` label: for printers whose fonts and encoders are not trusted."""
    return (
        f"^XA^CI28^LH0,0^PW{bitmap.width}^LL{bitmap.height}\n{graphic_field(ink_mask(bitmap), 0, 0)}\n^PQ1,0,1,Y^XZ\n"
    )


def field_data(text: str) -> str:
    """`^FH_^FD..` with everything a printer could take for a command written in hex.

    >>> field_data("a^b_c")
    '^FH_^FDa_5Eb_5Fc'
    """
    if text.isascii() and text.isprintable():
        return "^FH_^FD" + text.translate(_IN_HEX)
    written = []
    for byte in text.encode():
        plain = 0x20 <= byte < 0x7F and byte not in b"^~_"
        written.append(chr(byte) if plain else f"_{byte:02X}")
    return "^FH_^FD" + "".join(written)


def mark_field(mark: Mark, known_glyphs: bool) -> str:
    """One mark as one field, "" where it has no ink."""
    match mark:
        case Ink():
            x, y, width, height = mark.frame.on_label(mark.x, mark.y, mark.width, mark.height)
            return f"^FO{x},{y}^GB{width},{height},{min(width, height)},B,0^FS"
        case Bars():
            return _native_code(mark) or _marks_graphic(mark.frame, (mark,))
        case Picture():
            return _marks_graphic(mark.frame, (mark,))
        case Words() if mark.frame.rotation == 0 and known_glyphs:
            return _native_words(mark)
        case Words():
            return _words_graphic(mark)


def _native_words(mark: Words) -> str:
    y = mark.frame.y + mark.baseline
    font = f"^A0N,{mark.size},{mark.size}"
    if mark.align == "left":
        return f"^FT{round(mark.frame.x + mark.anchor_x)},{y}{font}{field_data(mark.text)}^FS"
    if mark.align == "right":
        return f"^FT{round(mark.frame.x + mark.anchor_x)},{y},1{font}{field_data(mark.text)}^FS"
    width = round(mark.room)
    x = max(0, round(mark.frame.x + mark.anchor_x - mark.room / 2))
    return f"^FT{x},{y}{font}^FB{width},1,0,C,0{field_data(mark.text)}^FS"


def _words_graphic(mark: Words) -> str:
    if mark.frame.rotation:
        return _marks_graphic(mark.frame, (mark,))
    return line_fields(mark, mark.text)


def line_fields(mark: Words, text: str) -> str:
    """`text` in the place of `mark` as dots, a field for each word: most words of a label were drawn for others before."""
    line = set_line(mark.weight, mark.size, text, mark.room)
    start, baseline = line.start(mark.frame.x + mark.anchor_x, mark.align), mark.frame.y + mark.baseline
    fields = []
    for offset, word in line.words:
        at = start + offset
        if at + word.placed[0][0] < 0 or baseline + word.top < 0:
            fields += [_cropped(piece.mask, at + left, baseline + piece.above) for left, piece in word.placed]
        else:
            fields += [f"^FO{at + left},{baseline + above}{graphic}" for left, above, graphic in word.graphics]
    return "\n".join(fields)


def _cropped(mask: Image.Image, x: int, y: int) -> str:
    """Ink that would stand above or left of the label's edge is left out."""
    return graphic_field(mask.crop((max(0, -x), max(0, -y), mask.width, mask.height)), max(0, x), max(0, y))


def _native_code(bars: Bars) -> str:
    """The printer's own barcode command, or nothing where only dots are sure."""
    symbol, module = bars.symbol, bars.module
    turn = _ORIENTATION[bars.frame.rotation]
    x, y, _, _ = bars.frame.on_label(bars.x, bars.y, *bars.size)
    if module > 10 or not symbol.text.replace("\x1d", "").isascii():
        return ""
    at = f"^FO{x},{y}"
    bar = f"^BY{module},3,{bars.height}{at}"
    if symbol.symbology == "code128" and ">" not in symbol.text:
        return f"{bar}^BC{turn},{bars.height},N,N,N,A{field_data(symbol.text)}^FS"
    if symbol.symbology == "gs1-128":
        return f"{bar}^BC{turn},{bars.height},N,N,N,D{field_data(_gs1_fields(symbol.hri))}^FS"
    if symbol.symbology in ("ean13", "upca") and turn == "N" and bars.guards:
        return f"{bar}^BEN,{bars.height},N,N^FD{symbol.text[:-1].zfill(12)}^FS"
    if symbol.symbology == "itf14":
        return f"{bar}^B2{turn},{bars.height},N,N,N^FD{symbol.text}^FS"
    if symbol.symbology == "code39":
        return f"^BY{module},2,{bars.height}{at}^B3{turn},N,{bars.height},N,N{field_data(symbol.text)}^FS"
    if symbol.symbology in ("qr", "link-qr") and y >= _QR_SHIFT_DOTS and _qr_size_is_sure(symbol.text, symbol.width):
        at = f"^FO{x},{y - _QR_SHIFT_DOTS}"
        return f"^BY2,2,{_QR_SHIFT_DOTS}{at}^BQN,2,{module}{field_data('MA,' + symbol.text)}^FS"
    if symbol.symbology == "aztec" and symbol.width in _AZTEC_SIZES:
        return f"{at}^BO{turn},{module},N,{_AZTEC_SIZES[symbol.width]},N,1,0{field_data(symbol.text)}^FS"
    if symbol.symbology.endswith("datamatrix") and _MATRIX_ESCAPE not in symbol.text:
        content = symbol.text
        if symbol.symbology == "gs1-datamatrix":
            content = f"{_MATRIX_ESCAPE}1" + content.replace("\x1d", f"{_MATRIX_ESCAPE}1")
        size = f"{symbol.width},{symbol.height}"
        return f"{at}^BX{turn},{module},200,{size},,{_MATRIX_ESCAPE}{field_data(content)}^FS"
    return ""


def _qr_size_is_sure(text: str, width: int) -> bool:
    version = (width - 17) // 4
    if _QR_ALPHANUMERIC.issuperset(text) or version > len(_QR_BYTES_M):
        return version <= len(_QR_BYTES_M)
    return len(text) <= _QR_BYTES_M[version - 1]


def _gs1_fields(bracketed: str) -> str:
    """Brackets with `>8` where a variable part ends and another follows: mode D adds only the leading FNC1."""
    written, rest = "", gs1_element_string(bracketed)
    for part in bracketed.replace("(", "\x00(").split("\x00")[1:]:
        identifier, value = part[1:].split(")", 1)
        rest = rest.removeprefix(identifier + value)
        written += part
        if rest.startswith("\x1d"):
            rest = rest[1:]
            written += ">8"
    return written


def _marks_graphic(frame: Frame, marks: tuple[Mark, ...]) -> str:
    if any(isinstance(mark, Bars) for mark in marks):
        return _drawn_graphic(frame, marks)
    return _kept_graphic(frame, marks)


@lru_cache(maxsize=512)
def _kept_graphic(frame: Frame, marks: tuple[Mark, ...]) -> str:
    """Captions on black and logos are the same on every label of a kind."""
    return _drawn_graphic(frame, marks)


def _drawn_graphic(frame: Frame, marks: tuple[Mark, ...]) -> str:
    """Some marks of one frame as a graphic cut to its ink."""
    ink = ink_mask(draw_frame(frame, marks))
    box = ink.getbbox()
    return graphic_field(ink.crop(box), frame.x + box[0], frame.y + box[1]) if box else ""
