"""The order board over HTTP."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, QueryParameter
from sqlalchemy.engine import Connection

from backend.identity.api import Caller, requires
from backend.orders import views
from backend.orders.holds import Hold
from backend.orders.lifecycle import OPEN, STATES
from backend.orders.store import lifecycle
from backend.orders.store.shippable import ShippableOutcome, promise_pile, run_shippable
from backend.orders.views import OrderDetail, OrderPage
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.journal import Actor
from backend.platform.limits import PAGE_ROWS, PAGE_ROWS_MAX

Limit = Annotated[int, Parameter(ge=1, le=PAGE_ROWS_MAX)]


class Done(msgspec.Struct, frozen=True):
    """The state of the order afterwards."""

    number: str
    state: str


class HoldRelease(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = ""


class Note(msgspec.Struct, forbid_unknown_fields=True):
    note: Annotated[str, msgspec.Meta(max_length=4000)]


def _actor(caller: NamedDependency[Caller]) -> Actor:
    return Actor(person_id=caller.person_id, device_id=caller.device_id)


@get("/api/orders", guards=[requires("lead")])
async def board(
    database: NamedDependency[Database],
    order_state: Annotated[str | None, QueryParameter(name="state")] = None,
    q: FromQuery[str] = "",
    carrier: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[Limit] = PAGE_ROWS,
) -> OrderPage:
    """Orders of a state (or all), searched as you type, with the counts of every state."""
    return await database.read(
        lambda conn: views.read_board(
            conn, state=order_state or None, text=q[:200], carrier=carrier, cursor=cursor, limit=limit
        )
    )


@get("/api/orders/states", guards=[requires("worker")])
async def states() -> list[str]:
    """The states in the order in which an order goes through them."""
    return list(STATES)


@get("/api/orders/{number:str}", guards=[requires("lead")])
async def detail(number: FromPath[str], database: NamedDependency[Database]) -> OrderDetail:
    """One order with lines, holds, why it stands where it stands, and its timeline."""
    return await database.read(lambda conn: views.read_detail(conn, number))


@post("/api/orders/{number:str}/hold", guards=[requires("office")], status_code=200)
async def hold(
    number: FromPath[str], data: JSONBody[Reason], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Done:
    """Hold an order by hand, with a reason that everybody can read."""

    def work(conn: Connection) -> Done:
        order = lifecycle.order_by_number(conn, number, lock=True)
        if order.state not in OPEN:
            raise Conflict(
                "ORDER_STATE",
                f"Expected order {number} to be open, got {order.state!r}; there is nothing left to hold.",
                expected=", ".join(OPEN),
                got=order.state,
            )
        lifecycle.hold(conn, order.id, Hold("BY_HAND", {"reason": data.reason[:500]}), clock.now(), _actor(caller))
        return Done(number, lifecycle.order_by_number(conn, number).state)

    return await database.write(work)


@post("/api/orders/{number:str}/release-hold", guards=[requires("office")], status_code=200)
async def release_hold(
    number: FromPath[str],
    data: JSONBody[HoldRelease],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
) -> Done:
    """Let the order go on in spite of one hold; after the last one it is offered stock at once."""

    def work(conn: Connection) -> Done:
        order = lifecycle.order_by_number(conn, number, lock=True)
        state = lifecycle.release_hold(conn, order.id, data.code, clock.now(), _actor(caller))
        if state == "received":
            run_shippable(conn, clock.now(), _actor(caller), [order.id])
        return Done(number, lifecycle.order_by_number(conn, number).state)

    return await database.write(work)


@post("/api/orders/{number:str}/cancel", guards=[requires("office")], status_code=200)
async def cancel(
    number: FromPath[str], data: JSONBody[Reason], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Done:
    """Cancel an order; its stock is free again at once, goods already picked become a task to put them back."""

    def work(conn: Connection) -> Done:
        order = lifecycle.order_by_number(conn, number, lock=True)
        lifecycle.cancel(conn, [order.id], data.reason[:500], clock.now(), _actor(caller))
        return Done(number, "cancelled")

    return await database.write(work)


@post("/api/orders/{number:str}/note", guards=[requires("office")], status_code=200)
async def note(
    number: FromPath[str], data: JSONBody[Note], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> Done:
    """Write the internal note; the buyer never sees it."""

    def work(conn: Connection) -> Done:
        order = lifecycle.order_by_number(conn, number, lock=True)
        lifecycle.note(conn, order.id, data.note, clock.now(), _actor(caller))
        return Done(number, order.state)

    return await database.write(work)


@post("/api/shippable", guards=[requires("office")], status_code=200)
async def shippable(database: NamedDependency[Database], caller: NamedDependency[Caller]) -> ShippableOutcome:
    """Decide for the whole pile of new orders which can be sent; the others say why not."""
    return await promise_pile(database, clock.now(), _actor(caller))


ROUTES = [board, states, detail, hold, release_hold, cancel, note, shippable]
