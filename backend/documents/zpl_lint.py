"""Refuses ZPL that a printer would refuse, ignore or take for something else.

Renderers and printers are lax in different ways: wrong check digits, `~HS` in the stream, a missing `^FS` pass silently
in one and jam the other. So what we send is held to the narrow language that `zpl` writes: every command known, every
parameter in range, every field placed, closed and inside the label, nothing typed able to be a command.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from backend.documents.barcodes import mod10_check_digit
from backend.documents.zpl_graphics import GraphicUnreadable, read_z64


class Finding(msgspec.Struct, frozen=True):
    """One fault. `at` is the character offset in the text."""

    rule: str
    at: int
    expected: str
    got: str
    cure: str

    @property
    def sentence(self) -> str:
        return f"ZPL rule {self.rule} at {self.at}: expected {self.expected}, got {self.got}; {self.cure}."


class Command(msgspec.Struct, frozen=True):
    """`^` or `~`, two characters of name, the rest up to the next command."""

    at: int
    name: str
    rest: str


class _Field:
    """What has been said since the last `^FS`."""

    def __init__(self) -> None:
        self.placed_at: int | None = None
        self.hex_mark = ""
        self.code: Command | None = None
        self.content: Command | None = None
        self.drawn = False


_LABEL_BYTES_MAX = 4_000_000
_NUMBER = r"\d{1,5}"
_SHAPES: dict[str, re.Pattern[str]] = {
    name: re.compile(shape)
    for name, shape in {
        "^XA": "",
        "^XZ": "",
        "^FS": "",
        "^CI": "28",
        "^LH": r"\d{1,4},\d{1,4}",
        "^PW": _NUMBER,
        "^LL": _NUMBER,
        "^LS": "0",
        "^PO": "[NI]",
        "^MM": "[TPC]",
        "^MN": "[NWM]",
        "^MD": r"-?\d{1,2}",
        "^PR": r"\d{1,2}(,\d{1,2}){0,2}",
        "^PQ": r"\d{1,4}(,\d{1,4}){0,2}(,[YN])?",
        "^FO": rf"{_NUMBER},{_NUMBER}(,[01])?",
        "^FT": rf"{_NUMBER},{_NUMBER}(,[01])?",
        "^FB": r"\d{1,5},\d{1,3},-?\d{1,4},[LCRJ],\d{1,4}",
        "^FH": r"[^\x00-\x20^~0-9A-Fa-f]?",
        "^A0": rf"[NRIB],{_NUMBER},{_NUMBER}",
        "^GB": rf"{_NUMBER},{_NUMBER},{_NUMBER}(,[BW](,[0-8])?)?",
        "^BY": rf"(10|[1-9]),[23](\.\d)?,{_NUMBER}",
        "^BC": rf"[NRIB],{_NUMBER},[YN],[YN],[YN],[AD]",
        "^BE": rf"[NRIB],{_NUMBER},[YN],[YN]",
        "^B8": rf"[NRIB],{_NUMBER},[YN],[YN]",
        "^B2": rf"[NRIB],{_NUMBER},[YN],[YN],[YN]",
        "^B3": rf"[NRIB],[YN],{_NUMBER},[YN],[YN]",
        "^BQ": r"N,2,(10|[1-9])",
        "^BX": r"[NRIB],\d{1,3},200,\d{1,3},\d{1,3},[0-6]?,[^\x00-\x20^~]",
        "^BO": r"[NRIB],(10|[1-9]),N,10[1-4],N,1,0",
        "^FD": r"[\s\S]*",
        "^GF": r"A,\d+,\d+,\d+,[\s\S]*",
        "^FX": r"[ -}]*",
    }.items()
}
_BARCODES = frozenset({"^BC", "^BE", "^B8", "^B2", "^B3", "^BQ", "^BX", "^BO"})
_OPENERS = frozenset({"^FO", "^FT"})


def lint(zpl: str, width: int | None = None, height: int | None = None) -> list[Finding]:
    """Faults of one label; `width`, `height` are the media in dots where known. An empty list means: send it."""
    if len(zpl) > _LABEL_BYTES_MAX:
        return [Finding("too-long", 0, f"at most {_LABEL_BYTES_MAX} characters", str(len(zpl)), "send a smaller label")]
    found = list(_characters(zpl))
    commands = list(_split(zpl))
    found += _frame(zpl, commands)
    found += _shapes(commands)
    found += _fields(commands)
    found += _size(commands, width, height)
    return sorted(found, key=lambda finding: finding.at)


def _split(zpl: str) -> Iterator[Command]:
    for match in re.finditer(r"([\^~])([\s\S]{0,2})([^\^~]*)", zpl):
        name = match[1] + match[2]
        yield Command(match.start(), name, match[3] if name in ("^FD", "^FX") else match[3].strip("\r\n"))


def _characters(zpl: str) -> Iterator[Finding]:
    for match in re.finditer(r"[^\n\r -~]", zpl):
        yield Finding(
            "plain-characters",
            match.start(),
            "printable ASCII, the rest in ^FH hex",
            repr(match[0]),
            "write the text with field_data",
        )


def _frame(zpl: str, commands: list[Command]) -> Iterator[Finding]:
    """Exactly one `^XA ... ^XZ` with nothing around it."""
    start = zpl.find("^")
    before = zpl[: start if start >= 0 else len(zpl)]
    if before.strip():
        yield Finding("one-label", 0, "^XA first", repr(before[:20]), "send nothing before the label")
    names = [command.name for command in commands]
    if names[:1] != ["^XA"] or names.count("^XA") != 1:
        yield Finding("one-label", 0, "one ^XA, first", " ".join(names[:3]) or "no command", "begin the label with ^XA")
    if names[-1:] != ["^XZ"] or names.count("^XZ") != 1:
        at = commands[-1].at if commands else 0
        yield Finding("one-label", at, "one ^XZ, last", names[-1] if names else "nothing", "close the label with ^XZ")
    if commands and commands[-1].name == "^XZ" and commands[-1].rest.strip():
        yield Finding(
            "one-label", commands[-1].at, "nothing after ^XZ", repr(commands[-1].rest[:20]), "send one label at a time"
        )


def _shapes(commands: list[Command]) -> Iterator[Finding]:
    for command in commands:
        if command.name.startswith("~"):
            yield Finding(
                "immediate-command",
                command.at,
                "no ~ command inside a label",
                command.name + command.rest[:10],
                "escape the tilde in the data; status is asked on its own",
            )
            continue
        shape = _SHAPES.get(command.name)
        if shape is None:
            yield Finding(
                "known-command",
                command.at,
                "a command of our profile",
                command.name + command.rest[:10],
                "escape the caret in the data or add the command to the profile",
            )
        elif not shape.fullmatch(command.rest):
            yield Finding(
                "parameters",
                command.at,
                f"{command.name} with parameters like {shape.pattern}",
                repr(command.rest[:40]),
                "correct the parameters",
            )


def _fields(commands: list[Command]) -> Iterator[Finding]:
    """Each field: placed, with content, closed; barcode data fit for its barcode."""
    field = _Field()
    bar_height = 0
    for command in commands:
        name = command.name
        if name == "^BY":
            bar_height = int(command.rest.rsplit(",", 1)[-1]) if command.rest.rsplit(",", 1)[-1].isdigit() else 0
        if name in _OPENERS:
            if field.placed_at is not None:
                yield Finding(
                    "field-closed", command.at, "^FS before the next field", name, "close the field before with ^FS"
                )
            field = _Field()
            field.placed_at = command.at
        elif name in _BARCODES:
            field.code = command
            if name == "^BQ" and bar_height > 10:
                yield Finding(
                    "qr-shift",
                    command.at,
                    "^BY with a height of at most 10 before ^BQ",
                    str(bar_height),
                    "give the QR code a ^BY of its own",
                )
        elif name == "^FH":
            field.hex_mark = command.rest or "_"
        elif name in ("^FD", "^GF", "^GB"):
            yield from _content(command, field)
        elif name == "^FS":
            if field.placed_at is not None and not field.drawn:
                yield Finding("field-content", command.at, "^FD, ^GF or ^GB in the field", "nothing", "drop the field")
            field = _Field()
        elif name == "^XZ" and field.placed_at is not None:
            yield Finding("field-closed", command.at, "^FS before ^XZ", "an open field", "close the field with ^FS")


def _content(command: Command, field: _Field) -> Iterator[Finding]:
    if field.placed_at is None:
        yield Finding(
            "field-placed", command.at, "^FO or ^FT before the content", command.name, "place the field first"
        )
    if field.drawn:
        yield Finding("field-closed", command.at, "one content in a field", command.name, "close the field with ^FS")
    field.drawn = True
    if command.name == "^GF":
        yield from _graphic(command)
    if command.name != "^FD":
        return
    text, faults = _decoded(command, field.hex_mark)
    yield from faults
    if not text:
        yield Finding("field-content", command.at, "text in ^FD", "nothing", "drop the field")
    elif field.code is not None and not faults:
        yield from _code_data(field.code, text, command.at)


def _decoded(command: Command, mark: str) -> tuple[str, list[Finding]]:
    """The field's text with hex escapes resolved."""
    if not mark:
        return command.rest, []
    written, place, rest = bytearray(), 0, command.rest
    while place < len(rest):
        if rest[place] != mark:
            written += rest[place].encode()
            place += 1
            continue
        digits = rest[place + 1 : place + 3]
        if not re.fullmatch(r"[0-9A-Fa-f]{2}", digits):
            return "", [_hex_fault(command, f"two hex digits after {mark}", repr(digits))]
        written.append(int(digits, 16))
        place += 3
    try:
        text = written.decode()
    except UnicodeDecodeError:
        return "", [_hex_fault(command, "UTF-8 in hex", repr(bytes(written[:20])))]
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        return "", [_hex_fault(command, "no control characters", repr(text[:20]))]
    return text, []


def _hex_fault(command: Command, expected: str, got: str) -> Finding:
    return Finding("field-hex", command.at, expected, got, "write the text with field_data")


def _graphic(command: Command) -> Iterator[Finding]:
    parts = command.rest.split(",", 4)
    if len(parts) < 5 or not all(part.isdigit() for part in parts[1:4]):
        return
    try:
        if parts[1] != parts[2]:
            raise GraphicUnreadable(f"expected equal byte counts, got {parts[1]} and {parts[2]}")
        if int(parts[2]) > _LABEL_BYTES_MAX:
            raise GraphicUnreadable(f"expected at most {_LABEL_BYTES_MAX} bytes, got {parts[2]}")
        read_z64(parts[4], int(parts[2]), int(parts[3]))
    except GraphicUnreadable as error:
        yield Finding("graphic", command.at, "a whole :Z64: graphic", str(error), "make the graphic again")


def _code_data(code: Command, text: str, at: int) -> Iterator[Finding]:
    expected = _DATA_RULES[code.name](code, text)
    if expected:
        yield Finding("barcode-data", at, f"{expected} for {code.name}", repr(text[:40]), "correct the code's data")


def _digits(text: str, *lengths: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) in lengths


def _retail(length: int) -> Callable[[Command, str], str]:
    def check(code: Command, text: str) -> str:
        if not _digits(text, length - 1, length):
            return f"{length - 1} or {length} digits"
        right = mod10_check_digit(text[: length - 1])
        return "" if len(text) < length or text[-1] == right else f"check digit {right}"

    return check


def _code128(code: Command, text: str) -> str:
    if not text.isascii():
        return "ASCII"
    if code.rest.endswith("D"):
        return "" if re.fullmatch(r"(\(\d{2,4}\)[^()^~>]+(>8(?=\())?)+", text) else "bracketed GS1 elements, >8 between"
    return "no > (the start of a code set change)" if ">" in text else ""


def _interleaved(code: Command, text: str) -> str:
    if not _digits(text, *range(2, 61, 2)):
        return "an even number of digits"
    return "" if len(text) != 14 or text[-1] == mod10_check_digit(text[:-1]) else "a GTIN-14 with its check digit"


def _qr(code: Command, text: str) -> str:
    return "" if re.fullmatch(r"[LMQH]A,[\s\S]+", text) else "a level and A, before the text, such as MA,text"


def _matrix(code: Command, text: str) -> str:
    mark = code.rest[-1:]
    places = re.sub(re.escape(mark) + "1", "", text)
    return f"only {mark}1 (FNC1) after the escape mark" if mark in places else ""


def _code39(code: Command, text: str) -> str:
    return "" if re.fullmatch(r"[0-9A-Z. $/+%-]+", text) else "0-9 A-Z - . space $ / + %"


_DATA_RULES: dict[str, Callable[[Command, str], str]] = {
    "^BC": _code128,
    "^BE": _retail(13),
    "^B8": _retail(8),
    "^B2": _interleaved,
    "^B3": _code39,
    "^BQ": _qr,
    "^BX": _matrix,
    "^BO": lambda _, text: "" if text.isascii() else "ASCII",
}


def _size(commands: list[Command], width: int | None, height: int | None) -> Iterator[Finding]:
    """`^PW` and `^LL` once each and equal to the media; fields start on the label; UTF-8 switched on."""
    said: dict[str, int] = {}
    for command in commands:
        if command.name in ("^PW", "^LL") and command.rest.isdigit():
            if command.name in said:
                yield Finding("label-size", command.at, f"one {command.name}", "a second", "drop one")
            said[command.name] = int(command.rest)
    for name, media in (("^PW", width), ("^LL", height)):
        if name not in said:
            yield Finding("label-size", 0, name, "none", "tell the printer the label's size")
        elif media is not None and said[name] != media:
            yield Finding("label-size", 0, f"{name}{media}", f"{name}{said[name]}", "draw for the media in the printer")
    if "^CI" not in {command.name for command in commands}:
        yield Finding("character-set", 0, "^CI28", "none", "switch UTF-8 on at the start of the label")
    for command in commands:
        if command.name in _OPENERS and _SHAPES[command.name].fullmatch(command.rest):
            x, y = (int(part) for part in command.rest.split(",")[:2])
            if x > said.get("^PW", x) or y > said.get("^LL", y):
                yield Finding("on-the-label", command.at, "a field on the label", f"{x},{y}", "move the field")
