"""Our own order file, as JSON and as CSV: the format that any shop can write in an afternoon. See docs/order-file.md."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.channels.countries import country_code
from backend.channels.left_out import left_out
from backend.channels.reading import Amounts, as_object, not_an_order_file, read_quantity, read_time
from backend.channels.rules import ChannelRules
from backend.channels.shops import shoptet
from backend.orders.holds import Hold
from backend.orders.incoming import Address, IncomingLine, IncomingOrder, RefusedOrder, clean
from backend.platform.limits import ORDER_LINES

LINE_KINDS = ("goods", "shipping", "fee", "discount", "gift", "rounding", "deposit")
STATES = {
    "": "open", "open": "open", "unpaid": "unpaid", "cancelled": "cancelled", "completed": "completed",
    "refunded": "refunded",
}  # fmt: skip
PAYMENTS = ("prepaid", "cod", "unpaid")
ORDER_COLUMNS = (
    "order_key", "order_number", "placed_at", "promised_at", "currency", "order_total", "payment", "state", "carrier",
    "service", "shipping_method", "pickup_point", "note",
)  # fmt: skip
ADDRESS_COLUMNS = ("name", "company", "street", "city", "zip", "country", "phone", "email", "company_id", "vat_id")
LINE_COLUMNS = ("kind", "sku", "line_name", "quantity", "unit_price", "line_total", "line_tax")
NEEDED_COLUMNS = ("order_key", "currency", "sku", "quantity")
_JSON_NAMES = {"key": "order_key", "number": "order_number", "total": "order_total"}


def looks_like_order(value: Any) -> bool:
    return isinstance(value, dict) and "key" in value and "lines" in value


def read_order(value: Any, place: str, rules: ChannelRules) -> IncomingOrder | RefusedOrder:
    """One order of the JSON form."""
    key = clean(as_object(value).get("key"))
    if not isinstance(value, dict) or not key or len(key) > 100:
        return left_out(place, key[:100], "KEY_MISSING", field="key")
    lines = value.get("lines")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        return left_out(place, key, "LINES_NOT_A_LIST")
    order = {_JSON_NAMES.get(str(name), str(name)): each for name, each in value.items()}
    named_lines = [
        {
            {"name": "line_name", "total": "line_total", "tax": "line_tax"}.get(name, name): each
            for name, each in line.items()
        }
        for line in lines
    ]
    billing = as_object(value.get("billing"))
    return _build(key, place, order, as_object(value.get("ship_to")), billing, named_lines, rules)


def read_csv(text: str, rules: ChannelRules) -> list[IncomingOrder | RefusedOrder]:
    """The CSV form: one row for each line, `order_key` ties them together. Raises where it is no such table."""
    body = text.removeprefix("\ufeff")
    first_line = body.lstrip("\r\n").split("\n", 1)[0]
    if first_line.lower().startswith("sep="):
        body = body.lstrip("\r\n").split("\n", 1)[1] if "\n" in body else ""
        first_line = body.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=first_line.count)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    try:
        header = [_column(cell) for cell in next(reader, [])]
        while not any(header):
            header = [_column(cell) for cell in next(reader)]
        while not header[-1]:
            header.pop()
        known = shoptet.rename(header) if shoptet.is_heading(header) else header
        missing = [name for name in NEEDED_COLUMNS if name not in known]
        if missing:
            raise not_an_order_file(_without_columns(header, missing))
        return _read_rows(header, reader, rules)
    except StopIteration:
        raise not_an_order_file("a file without a heading line") from None
    except csv.Error as error:
        raise not_an_order_file(f"a table that cannot be read in line {reader.line_num} ({error})") from None


def _without_columns(header: Sequence[str], missing: Sequence[str]) -> str:
    start = ", ".join(name[:30] for name in header[:4] if name)
    if len(header) < 3:
        return f"text that begins with {start[:60]!r}"
    return f"a table ({start}, ...) without the columns {', '.join(missing)}"


def _read_rows(header: list[str], reader: Any, rules: ChannelRules) -> list[IncomingOrder | RefusedOrder]:
    groups: dict[str, list[tuple[int, dict[str, str]]]] = {}
    faults: dict[str, RefusedOrder] = {}
    alone: list[IncomingOrder | RefusedOrder] = []
    from_shoptet = shoptet.is_heading(header)
    names = shoptet.rename(header) if from_shoptet else header
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if [_column(cell) for cell in cells] == header:
            continue  # two files put behind each other
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        row = _row(names, cells)
        key, place = clean(row.get("order_key")), f"line {reader.line_num}"
        if not key or len(key) > 100:
            alone.append(left_out(place, key[:100], "KEY_MISSING", field="order_key"))
            continue
        if len(cells) != len(header):
            faults.setdefault(key, left_out(place, key, "CELLS", expected=len(header), got=len(cells)))
        groups.setdefault(key, []).append((reader.line_num, row))
    for key, rows in groups.items():
        if key in faults:
            alone.append(faults[key])
            continue
        if from_shoptet:
            plain = shoptet.adjust([row for _, row in rows], rules)
            rows = [(place, row) for (place, _), row in zip(rows, plain, strict=True)]
        order = {name: _first(rows, name) for name in ORDER_COLUMNS}
        address = {name: _first(rows, name) for name in ADDRESS_COLUMNS}
        billing = {name: _first(rows, f"billing_{name}") for name in ADDRESS_COLUMNS}
        lines = [{name: row.get(name, "") for name in LINE_COLUMNS} for _, row in rows]
        alone.append(_build(key, f"line {rows[0][0]}", order, address, billing, lines, rules))
    return alone


def _column(cell: str) -> str:
    return clean(cell).lower().replace(" ", "_")


def _row(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by column; where a column stands twice, the first that says anything."""
    row: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if not row.get(name, "").strip():
            row[name] = cell
    return row


def _first(rows: Sequence[tuple[int, Mapping[str, str]]], name: str) -> str:
    """What the order's rows say: the first that says anything."""
    return next((row[name] for _, row in rows if row.get(name, "").strip()), "")


def _build(
    key: str,
    place: str,
    order: Mapping[str, Any],
    ship_to: Mapping[str, Any],
    billing: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    rules: ChannelRules,
) -> IncomingOrder | RefusedOrder:
    if len(lines) > ORDER_LINES:
        return left_out(place, key, "TOO_MANY_LINES", expected=ORDER_LINES, got=len(lines))
    strange = next((kind for kind in map(_kind, lines) if kind not in LINE_KINDS), None)
    if strange is not None:
        return left_out(place, key, "LINE_KIND", expected=", ".join(LINE_KINDS), got=strange[:40])
    amounts = Amounts(clean(order.get("currency")).upper())
    read_lines = [_line(line, amounts) for line in lines]
    state = clean(order.get("state")).lower()
    meaning = rules.states.get(state) or STATES.get(state, "unknown")
    if meaning == "unpaid":
        amounts.found.append(Hold("NOT_PAID", {"shop_state": state}))
    elif meaning == "unknown":
        amounts.found.append(Hold("STATE_UNKNOWN", {"shop_state": state}))
    method = clean(order.get("shipping_method"))
    carrier, service = clean(order.get("carrier")), clean(order.get("service"))
    if not carrier:
        carrier, service = rules.carrier_of([method])
    payment = clean(order.get("payment")).lower()
    payment = "cod" if rules.is_cod(payment, payment) else payment if payment in PAYMENTS else "prepaid"
    total = amounts.read(order.get("order_total"), "total", sum(line.total_amount for line in read_lines))
    return IncomingOrder(
        remote_key=key,
        remote_number=clean(order.get("order_number")) or key,
        placed_at=read_time(order.get("placed_at"), rules.zone),
        promised_at=read_time(order.get("promised_at"), rules.zone),
        ship_to=_address(ship_to),
        billing=_address(billing),
        carrier_code=carrier,
        service_code=service,
        shipping_method=method,
        pickup_point=clean(order.get("pickup_point")),
        payment=payment,
        currency=amounts.currency,
        total_amount=total,
        lines=tuple(read_lines),
        buyer_note=clean(order.get("note"), lines=True)[:4000],
        ended=meaning if meaning in ("cancelled", "completed", "refunded") else None,
        found=tuple(amounts.found),
    )


def _kind(line: Mapping[str, Any]) -> str:
    return clean(line.get("kind")).lower() or "goods"


def _line(line: Mapping[str, Any], amounts: Amounts) -> IncomingLine:
    """A line of a known kind. Its total follows from the price where it is not written."""
    kind, sku, name = _kind(line), clean(line.get("sku")), clean(line.get("line_name"))
    written = line.get("quantity")
    quantity = Decimal(1) if written in (None, "") and kind != "goods" else read_quantity(written)
    if quantity is None:
        got = clean(written)[:40] or "nothing"
        amounts.found.append(Hold("AMOUNT_UNREADABLE", {"field": f"quantity of {sku or name[:40]}", "got": got}))
        quantity = Decimal(0)
    unit = amounts.read(line.get("unit_price"), f"price of {sku or name[:40]}")
    total = amounts.read(line.get("line_total"), f"total of {sku or name[:40]}", otherwise=round(unit * quantity))
    if not unit and quantity:
        unit = round(total / quantity)
    tax = amounts.read(line.get("line_tax"), f"tax of {sku or name[:40]}")
    return IncomingLine(kind, name or sku or kind, sku, quantity, unit, total, tax)


def _address(block: Mapping[str, Any]) -> Address:
    values = {name: clean(block.get(name)) for name in ADDRESS_COLUMNS}
    return Address(**(values | {"country": country_code(values["country"])}))
