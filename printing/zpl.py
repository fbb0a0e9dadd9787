"""ZPL as the agent reads it back: commands, then labels with their texts, barcodes and graphics.

This is a reader, not a renderer: it says which codes a label asks the printer to draw and refuses what would leave a
printer waiting (a label begun and not ended). Only the default prefixes `^` and `~` are understood; a stream that
changes them (`^CC`, `~CC`, `^CD`, `^CT`) cannot be read back and is refused. Source: ZPL II programming guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from printing.problems import UnfitJob
from printing.rasters import Bitmap, read_graphic_field

_COMMAND = re.compile(r"[\^~]([Aa](?=[0-9A-Za-z@])|[A-Za-z][A-Za-z0-9])")
_REBINDING = {"^CC", "~CC", "^CD", "~CD", "^CT", "~CT"}
BARCODES = {
    "^BC": "code128",
    "^BE": "ean13",
    "^B8": "ean8",
    "^BU": "upca",
    "^B2": "itf",
    "^B3": "code39",
    "^BQ": "qr",
    "^BX": "datamatrix",
    "^B7": "pdf417",
    "^BO": "aztec",
    "^B0": "aztec",
}
"""ZPL barcode commands and the symbology each draws."""
FNC1 = "\x1d"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its prefix with name (`^FO`, `~HS`) and everything up to the next command."""

    name: str
    body: str

    def arguments(self) -> list[str]:
        """The comma separated parameters, stripped."""
        return [part.strip() for part in self.body.split(",")]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a label in dots; `symbology` is empty for text."""

    x: int
    y: int
    text: str
    symbology: str = ""
    font_height: int = 0
    upright: str = "N"
    barcode: str = ""
    """The barcode command with its parameters, for those who draw."""
    block_width: int = 0
    module: int = 2
    height: int = 10
    by_baseline: bool = False
    from_right: bool = False
    """The place is the right corner of the field (third parameter of `^FO` and `^FT`)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line box (`^GB`) or a graphic (`^GF`) at its place in dots."""

    x: int
    y: int
    width: int = 0
    height: int = 0
    thickness: int = 1
    graphic: Bitmap | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """One `^XA ... ^XZ`; `width` and `length` are 0 when the stream does not say."""

    fields: tuple[Field, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    width: int = 0
    length: int = 0
    quantity: int = 1

    def texts(self) -> list[str]:
        """Human readable texts from top to bottom."""
        ordered = sorted((one for one in self.fields if not one.symbology), key=lambda one: (one.y, one.x))
        return [one.text for one in ordered if one.text.strip()]


def read_commands(stream: bytes) -> list[Command]:
    """Cut a stream into commands; text before the first command is dropped, as printers do."""
    try:
        text = stream.decode("utf-8")
    except UnicodeDecodeError:
        text = stream.decode("cp1252", "replace")
    found = list(_COMMAND.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)] * bool(found)
    commands = []
    for match, end in zip(found, ends, strict=True):
        name = match.group(0).upper()
        body = text[match.end() : end].replace("\r", "").replace("\n", "")
        commands.append(Command(name, body))
    return commands


def read_labels(stream: bytes) -> list[Label]:
    """Every label of a stream; refuses an unfinished label, nesting, and a changed command prefix."""
    labels: list[Label] = []
    open_label: _Reading | None = None
    for command in read_commands(stream):
        if command.name in _REBINDING:
            raise UnfitJob(f"Expected the standard ZPL prefixes, got {command.name}, which changes them.")
        if command.name == "^XA":
            if open_label is not None:
                raise UnfitJob("Expected ^XZ before the next ^XA; the label is not finished.")
            open_label = _Reading()
        elif command.name == "^XZ":
            if open_label is None:
                raise UnfitJob("Expected ^XA before ^XZ.")
            labels.append(open_label.label())
            open_label = None
        elif open_label is not None:
            open_label.take(command)
    if open_label is not None:
        raise UnfitJob("Expected ^XZ at the end, got an unfinished label; the printer would wait for ever.")
    if not labels:
        raise UnfitJob(f"Expected ZPL with ^XA and ^XZ, got {stream[:30]!r}.")
    return labels


def _number(text: str, default: int = 0) -> int:
    match = re.match(r"\s*(\d+)", text)
    return int(match.group(1)) if match else default


@dataclass(slots=True)
class _Reading:
    """The label being read: settings that last, and the field that is open."""

    fields: list[Field] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    width: int = 0
    length: int = 0
    quantity: int = 1
    home: tuple[int, int] = (0, 0)
    module: int = 2
    bar_height: int = 10
    open: Field = field(default_factory=lambda: Field(0, 0, ""))
    hex_mark: str = ""

    def label(self) -> Label:
        return Label(tuple(self.fields), tuple(self.drawn), self.width, self.length, self.quantity)

    def take(self, command: Command) -> None:
        name, arguments = command.name, command.arguments()
        at = [*arguments, "", "", ""]
        if name in ("^FO", "^FT"):
            place = (self.home[0] + _number(at[0]), self.home[1] + _number(at[1]))
            self.open = replace(self.open, x=place[0], y=place[1], by_baseline=name == "^FT", from_right=at[2] == "1")
        elif name in BARCODES:
            height = next((_number(part) for part in _height_first(name, arguments)), 0) or self.bar_height
            self.open = replace(
                self.open,
                symbology=BARCODES[name],
                barcode=f"{name}{command.body.strip()}",
                upright=(at[0][:1] or "N").upper(),
                module=self.module,
                height=height,
            )
        elif name == "^A":
            self.open = replace(self.open, upright=(at[0][1:2] or "N").upper(), font_height=_number(at[1], 20))
        elif name == "^FB":
            self.open = replace(self.open, block_width=_number(at[0]))
        elif name == "^FH":
            self.hex_mark = command.body.strip()[:1] or "_"
        elif name in ("^FD", "^FV"):
            self.open = replace(self.open, text=unescape(command.body, self.hex_mark))
        elif name == "^FS":
            self._end_field()
        elif name in ("^GB", "^GF"):
            self._draw(name, command.body, arguments)
        else:
            self._set(name, at)

    def _set(self, name: str, at: list[str]) -> None:
        if name == "^PW":
            self.width = _number(at[0])
        elif name == "^LL":
            self.length = _number(at[0])
        elif name == "^PQ":
            self.quantity = max(1, _number(at[0], 1))
        elif name == "^LH":
            self.home = (_number(at[0]), _number(at[1]))
        elif name == "^BY":
            self.module = _number(at[0], self.module)
            self.bar_height = _number(at[2], self.bar_height)

    def _draw(self, name: str, body: str, arguments: list[str]) -> None:
        x, y = self.open.x, self.open.y
        if name == "^GF":
            self.drawn.append(Drawn(x, y, graphic=read_graphic_field(body)))
            return
        thickness = _number(arguments[2] if len(arguments) > 2 else "", 1)
        width, height = (max(_number(part, thickness), thickness) for part in [*arguments, "", ""][:2])
        self.drawn.append(Drawn(x, y, width, height, thickness))

    def _end_field(self) -> None:
        if self.open.text:
            coded = code_text(self.open.barcode, self.open.text) if self.open.symbology else self.open.text
            symbology = self.open.symbology
            if symbology in ("code128", "datamatrix") and coded.startswith(FNC1):
                symbology, coded = {"code128": "gs1-128", "datamatrix": "gs1-datamatrix"}[symbology], coded[1:]
            self.fields.append(replace(self.open, text=coded, symbology=symbology))
        self.open, self.hex_mark = Field(0, 0, ""), ""


def _height_first(name: str, arguments: list[str]) -> list[str]:
    """Where a barcode command keeps its height: third for Code 39, second for the other linear ones."""
    place = {"^B3": 2, "^BQ": 9, "^BO": 9, "^B0": 9}.get(name, 1)
    return arguments[place : place + 1]


def unescape(text: str, mark: str) -> str:
    """Undo `^FH`: the mark and two hex digits are one byte; the bytes are UTF-8 (`^CI28`)."""
    if not mark or mark not in text:
        return text
    pattern = re.compile(re.escape(mark).encode() + rb"([0-9A-Fa-f]{2})")
    return pattern.sub(lambda match: bytes([int(match.group(1), 16)]), text.encode()).decode("utf-8", "replace")


def code_text(barcode: str, data: str) -> str:
    """What a scanner says after reading the barcode a command draws from its field data; FNC1 is GS (1D hex)."""
    name, arguments = barcode[:3], [part.strip() for part in barcode[3:].split(",")]
    if name == "^BC":
        return _code128_text(data, (arguments[5:6] or ["N"])[0].upper())
    if name in ("^BE", "^B8", "^BU"):
        length = {"^BE": 12, "^B8": 7, "^BU": 11}[name]
        digits = data.strip()
        if not re.fullmatch(rf"\d{{{length},{length + 1}}}", digits):
            raise UnfitJob(f"Expected {length} or {length + 1} digits for {name}, got {data!r}.")
        return digits[:length] + check_digit(digits[:length])
    if name == "^B2":
        even = data if len(data) % 2 == 0 else "0" + data
        with_check = (arguments[4:5] or ["N"])[0].upper() == "Y"
        return data + check_digit(data) if with_check and data.isdigit() else even
    if name == "^BQ":
        return _qr_text(data)
    if name == "^BX":
        return _datamatrix_text(data, (arguments[6:7] or [""])[0] or "~")
    return data


def check_digit(digits: str) -> str:
    """GS1 modulo 10 check digit: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _code128_text(data: str, mode: str) -> str:
    """Field data of `^BC`: `>` codes choose sets and FNC1; mode D writes GS1 with brackets."""
    if mode == "D":
        return _gs1_text(data)
    if mode == "U":
        digits = re.sub(r"\D", "", data)[:19].zfill(19)
        return FNC1 + digits + check_digit(digits)
    out, at = "", 0
    plain = {"0": ">", "<": "\x7e", "=": "~", "1": "", "2": "", "3": "", "4": "", "8": FNC1}
    while at < len(data):
        if data[at] == ">" and at + 1 < len(data):
            out += plain.get(data[at + 1], "" if data[at + 1] in "5679:;" else data[at : at + 2])
            at += 2
        else:
            out += data[at]
            at += 1
    return out


def _gs1_text(data: str) -> str:
    """Mode D: `(00)1234` with FNC1 first, `>8` between elements, brackets and blanks dropped."""
    return FNC1 + re.sub(r"[() ]", "", data.replace(">8", FNC1))


def _qr_text(data: str) -> str:
    """Field data of `^BQ`: error correction, input mode, comma; manual mode names the character mode as well."""
    match = re.match(r"[HQMLhqml]([AMam]),", data)
    if match is None:
        raise UnfitJob(f"Expected QR data to start with its level and mode (as QA,), got {data[:10]!r}.")
    text = data[match.end() :]
    if match.group(1).upper() == "M":
        return text[5:] if text[:1].upper() == "B" and text[1:5].isdigit() else text[1:]
    return text


def _datamatrix_text(data: str, mark: str) -> str:
    """Field data of `^BX`: the escape mark with 1 is FNC1, doubled is itself, with d and three digits a byte."""
    out, at = "", 0
    while at < len(data):
        follows = data[at + 1 : at + 2]
        if data[at] != mark or not follows:
            out, at = out + data[at], at + 1
        elif follows == "1":
            out, at = out + FNC1, at + 2
        elif follows == mark:
            out, at = out + mark, at + 2
        elif follows == "d" and data[at + 2 : at + 5].isdigit():
            out, at = out + chr(int(data[at + 2 : at + 5])), at + 5
        else:
            out, at = out + follows, at + 2
    return out
