"""The time machine over HTTP: stock and moves at any second, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, Parameter
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.identity.api import names_of, requires
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Malformed, NotFound
from backend.platform.limits import PAGE_ROWS_MAX
from backend.stock.store.locations import location_by_key
from backend.stock.store.serials import trace_serials
from backend.stock.views import history
from backend.stock.views.history import Asked, MoveThen, StockThen

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]
FILE_ROWS_MAX = 200_000
YEARS = range(2000, 2100)
"""The ends of the calendar cannot be told in UTC."""


class StockHistory(msgspec.Struct, frozen=True):
    """What lay there at `at`, and the newest moves up to then."""

    at: datetime
    stock: list[StockThen]
    moves: list[MoveThen]


def _moment(text: str) -> datetime:
    """ISO 8601 with a zone (UTC without one); now for an empty text. Raises `Malformed` TIME_UNREADABLE."""
    if not text:
        return clock.now()
    try:
        at = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise Malformed(
            "TIME_UNREADABLE", f"Expected a time such as 2026-03-02T14:30:00+01:00, got {text[:40]!r}.", got=text[:40]
        )
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _asked(conn: Connection, product: str, location: str, lot: str) -> Asked:
    """`product` is an SKU or a scan key, `location` a code. Raises `NotFound` for what nobody knows."""
    product_id = location_id = None
    if product:
        known = catalog.products_by_keys(conn, None, [product]).get(product, ())
        ids = {each.product.id for each in known}
        ids |= {each.id for each in catalog.search_products(conn, product, 5) if each.sku == product}
        if not ids:
            raise NotFound("PRODUCT_UNKNOWN", f"Expected a product, got {product[:60]!r}; write its whole SKU.")
        product_id = min(ids)
    if location:
        found = next(
            (place for kind in ("loc", "tote", "cart") if (place := location_by_key(conn, f"{kind}:{location}"))), None
        )
        if found is None:
            raise NotFound("LOCATION_UNKNOWN", f"Expected a location, got {location[:40]!r}; write its whole code.")
        location_id = found.id
    return Asked(product_id, location_id, lot or None)


@get("/api/stock-history", guards=[requires("lead")])
async def stock_history(
    database: NamedDependency[Database], at: FromQuery[str] = "", product: FromQuery[str] = "",
    location: FromQuery[str] = "", lot: FromQuery[str] = "", limit: FromQuery[Limit] = 200,
) -> StockHistory:  # fmt: skip
    """Stock of a product, location or lot at any second, and why."""
    moment = _moment(at)

    def read(conn: Connection) -> StockHistory:
        asked = _asked(conn, product[:120], location[:60], lot[:40])
        return StockHistory(
            moment, history.stock_at(conn, moment, asked, limit), history.moves_until(conn, moment, asked, limit)
        )

    return await database.read(read)


@get("/api/stock-history.csv", guards=[requires("lead")])
async def stock_history_file(
    database: NamedDependency[Database], at: FromQuery[str] = "", product: FromQuery[str] = "",
    location: FromQuery[str] = "", lot: FromQuery[str] = "", moves: FromQuery[bool] = False,
) -> Response[bytes]:  # fmt: skip
    """The same as a file: the stock, or with `moves` the moves."""
    moment = _moment(at)

    def read(conn: Connection) -> bytes:
        asked = _asked(conn, product[:120], location[:60], lot[:40])
        if moves:
            return as_csv(MoveThen.__struct_fields__, history.moves_until(conn, moment, asked, FILE_ROWS_MAX))
        return as_csv(StockThen.__struct_fields__, history.stock_at(conn, moment, asked, FILE_ROWS_MAX))

    name = "moves" if moves else "stock"
    return Response(
        await database.read(read),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{moment:%Y%m%d-%H%M%S}.csv"'},
    )


class SerialStepThen(msgspec.Struct, frozen=True):
    """One step on the way of a serial, as a row of the file."""

    serial: str
    sku: str
    lot: str
    at: datetime
    source: str
    target: str
    reason: str
    about: str
    person: str


@get("/api/serial-history.csv", guards=[requires("worker")])
async def serial_history_file(database: NamedDependency[Database], serial: FromQuery[str]) -> Response[bytes]:
    """The way of a serial from receipt to parcel to return, of each product that has such a serial."""

    def read(conn: Connection) -> bytes:
        traces = trace_serials(conn, serial[:40])
        products = catalog.products_by_ids(conn, [each.product_id for each in traces])
        names = names_of(conn, {each.person_id for trace in traces for each in trace.moves if each.person_id})
        rows = [
            SerialStepThen(
                trace.code, products[trace.product_id].sku, trace.lot, each.at, each.source, each.target, each.reason,
                each.about, names.get(each.person_id or 0, ""),
            )
            for trace in traces
            for each in trace.moves
        ]  # fmt: skip
        return as_csv(SerialStepThen.__struct_fields__, rows)

    return Response(
        await database.read(read),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="serial.csv"'},
    )


def as_csv(columns: Iterable[str], rows: Iterable[Any]) -> bytes:
    """Semicolons and a byte order mark, as spreadsheets of this part of Europe read it; formulas are disarmed."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_cell(getattr(row, name)) for name in columns])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


ROUTES = [stock_history, stock_history_file, serial_history_file]
