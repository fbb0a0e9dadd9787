"""Purchase orders and advance notices as files: JSON or CSV, from any office program. See docs/receiving.md.

Bytes in, deliveries and refusals out; one bad delivery never stops the others.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from backend.gs1.check_digits import mod10_fits
from backend.inbound.left_out import LeftOut, RefusedReceipt
from backend.inbound.receipt_headings import name_of
from backend.platform.errors import Problem

KINDS = ("purchase_order", "advance_notice")
LINES_MAX = 20_000
QUANTITY_MAX = 10_000_000
NEEDED_COLUMNS = ("reference", "quantity")
HEAD_COLUMNS = ("kind", "supplier", "expected_on", "note", "dock")
EXPECTED = "deliveries as JSON or CSV, see docs/receiving.md"


class IncomingLine(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is an SKU, the digits of a GTIN, or the supplier's part number for want of both; `quantity` counts what the
    code means: pieces, or cases of a case's GTIN."""

    code: str
    is_gtin: bool
    quantity: int
    lot: str = ""
    best_before: date | None = None
    sscc: str = ""
    supplier_sku: str = ""


class IncomingReceipt(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    kind: str = "purchase_order"
    supplier: str = ""
    expected_on: date | None = None
    note: str = ""
    dock: str = ""
    lines: tuple[IncomingLine, ...]


def parse_file(content: bytes) -> tuple[list[IncomingReceipt], list[RefusedReceipt]]:
    """Raises `Problem` NOT_A_RECEIPT_FILE where the file holds no deliveries at all."""
    text = _decode(content)
    rows = _from_json(text) if text.lstrip()[:1] in ("{", "[") else _from_csv(text)
    taken: list[IncomingReceipt] = []
    refused: list[RefusedReceipt] = []
    for place, row in enumerate(rows, start=1):
        reference = ""
        try:
            reference = _text(row, "reference", 64)
            taken.append(_read_receipt(reference, row))
        except LeftOut as wrong:
            refused.append(wrong.told(reference, place))
    return taken, refused


def _not_a_file(got: str) -> Problem:
    return Problem(
        "NOT_A_RECEIPT_FILE", f"Expected {EXPECTED}, got {got}; nothing was taken. Export the file again.",
        expected=EXPECTED, got=got, cure="export_again",
    )  # fmt: skip


def _decode(content: bytes) -> str:
    if not content.strip():
        raise _not_a_file("an empty file")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise _not_a_file("broken UTF-16 text") from None
    if b"\x00" in content[:4_000] or content.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise _not_a_file("a file that is no text (Excel, PDF, picture)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1250", "replace")


def _from_json(text: str) -> list[dict[str, Any]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_a_file(f"JSON with a fault ({str(error)[:80]})") from None
    if isinstance(value, dict):
        value = value.get("receipts", [value])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _not_a_file("JSON without a list of objects")
    return value


def _from_csv(text: str) -> list[dict[str, Any]]:
    """One row for each line; rows of one reference belong together."""
    lines = text.lstrip("\r\n").splitlines(keepends=True)
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    heading = lines[0] if lines else ""
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=max(";,\t", key=heading.count))
    found: dict[str, dict[str, Any]] = {}
    try:
        header = [name_of(cell) for cell in next(reader, [])]
        missing = [name for name in NEEDED_COLUMNS if name not in header]
        if missing or not {"sku", "gtin", "supplier_sku"} & set(header):
            raise _not_a_file(f"a table without the column {', '.join(missing) or 'sku or gtin'}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            head = found.setdefault(row.get("reference", ""), {"reference": row.get("reference", ""), "lines": []})
            for name in HEAD_COLUMNS:
                head.setdefault(name, row.get(name, "")) if row.get(name) else None
            head["lines"].append(row)
    except csv.Error as error:
        raise _not_a_file(f"a table that cannot be read in line {reader.line_num} ({error})") from None
    return list(found.values())


def _read_receipt(reference: str, row: Mapping[str, Any]) -> IncomingReceipt:
    if not reference:
        raise LeftOut("REFERENCE_MISSING")
    kind = _text(row, "kind", 32) or "purchase_order"
    if kind not in KINDS:
        raise LeftOut("KIND_UNKNOWN", expected=" or ".join(KINDS), got=kind)
    lines = row.get("lines")
    if not isinstance(lines, list) or not lines or not all(isinstance(each, Mapping) for each in lines):
        raise LeftOut("NO_LINES")
    if len(lines) > LINES_MAX:
        raise LeftOut("TOO_MANY_LINES", expected=LINES_MAX, got=len(lines))
    return IncomingReceipt(
        reference=reference, kind=kind, supplier=_text(row, "supplier", 200), note=_text(row, "note", 500),
        expected_on=_day(row.get("expected_on"), "expected_on"), dock=_text(row, "dock", 40),
        lines=tuple(_read_lines(lines)),
    )  # fmt: skip


def _read_lines(lines: Iterable[Mapping[str, Any]]) -> Iterable[IncomingLine]:
    for place, line in enumerate(lines, start=1):
        sku, gtin = _text(line, "sku", 64), _text(line, "gtin", 14).replace(" ", "")
        part = _text(line, "supplier_sku", 64)
        if not sku and not gtin and not part:
            raise LeftOut("GOODS_MISSING", line=place)
        if (
            not sku
            and gtin
            and not (gtin.isascii() and gtin.isdigit() and len(gtin) in (8, 12, 13, 14) and mod10_fits(gtin))
        ):
            raise LeftOut("GTIN_WRONG", line=place, got=gtin)
        sscc = _text(line, "sscc", 20)
        if sscc and not (sscc.isascii() and sscc.isdigit() and len(sscc) == 18 and mod10_fits(sscc)):
            raise LeftOut("SSCC_WRONG", line=place, got=sscc)
        yield IncomingLine(
            code=sku or (gtin.zfill(14) if gtin else part), is_gtin=not sku and bool(gtin), quantity=_quantity(line.get("quantity"), place),
            lot=_text(line, "lot", 40), best_before=_day(line.get("best_before"), "best_before", place),
            sscc=sscc, supplier_sku=part,
        )  # fmt: skip


def _text(row: Mapping[str, Any], name: str, length: int) -> str:
    value = row.get(name)
    text = "" if value is None else str(value).replace("\x00", "").strip()
    if len(text) > length:
        raise LeftOut("TEXT_TOO_LONG", field=name, expected=length, got=len(text))
    return text


def _quantity(value: Any, place: int) -> int:
    """Whole pieces, as a table may write them: 24, 24,000, 1 250,00, 1.250,00."""
    text = re.sub(r"\s", "", str(value if value is not None else ""))
    text = (
        text.replace(".", "").replace(",", ".")
        if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", text)
        else text.replace(",", ".")
    )
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 1 <= number <= QUANTITY_MAX or number != int(number):
        raise LeftOut("QUANTITY_WRONG", line=place, got="" if value is None else str(value)[:20])
    return int(number)


def _day(value: Any, name: str, line: int = 0) -> date | None:
    """ISO, or the Central European way: 31.5.2027, 31. 5. 2027, 31/05/2027; a midnight behind it is a table's, not ours."""
    text = "" if value is None else re.sub(r"[T ]0?0:00(:00)?(\.0+)?$", "", str(value).strip()[:40]).replace(". ", ".")
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y.%m.%d", "%Y.%m.%d."):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if line:
        raise LeftOut("BEST_BEFORE_WRONG", line=line, got=text)
    raise LeftOut("DAY_WRONG", field=name, got=text)
