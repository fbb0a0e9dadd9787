"""Products with their stock, places, count tasks, and the check of the ledger over HTTP."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter

from backend.identity.api import requires
from backend.platform.database import Database
from backend.platform.limits import PAGE_ROWS_MAX
from backend.stock.store import locations
from backend.stock.store.ledger import Verification, verify
from backend.stock.views import products as views

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]


@get("/api/products", guards=[requires("worker")])
async def products(
    database: NamedDependency[Database], q: FromQuery[str] = "", limit: FromQuery[Limit] = 50
) -> list[views.ProductRow]:
    """Products by SKU, name or digits of a code, with what lies and what is free of each."""
    return await database.read(lambda conn: views.search(conn, q[:200], limit))


@get("/api/products/{product_id:int}", guards=[requires("worker")])
async def product(product_id: FromPath[int], database: NamedDependency[Database]) -> views.ProductDetail:
    """One product with its codes and every place where it lies."""
    return await database.read(lambda conn: views.read_product(conn, product_id))


@get("/api/count-tasks", guards=[requires("lead")])
async def count_tasks(database: NamedDependency[Database], limit: FromQuery[Limit] = 100) -> list[views.CountTask]:
    """Places where the hand contradicted the book, oldest first."""
    return await database.read(lambda conn: views.read_count_tasks(conn, limit))


class Blocking(msgspec.Struct, forbid_unknown_fields=True):
    blocked: bool


@post("/api/locations/{location_id:int}/blocked", guards=[requires("lead")], status_code=200)
async def block(location_id: FromPath[int], data: JSONBody[Blocking], database: NamedDependency[Database]) -> Blocking:
    """Stock at a blocked location is not promised to orders."""
    await database.write(lambda conn: locations.set_blocked(conn, location_id, data.blocked))
    return data


@get("/api/ledger/verification", guards=[requires("office")])
async def verification(database: NamedDependency[Database]) -> Verification:
    """Recompute every balance from the moves; `differences` is empty when the books are right."""
    return await database.read(verify)


ROUTES = [products, product, count_tasks, block, verification]
