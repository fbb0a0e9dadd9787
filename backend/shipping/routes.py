"""Carriers over HTTP: which there are, what they were told of an order, and the van's route list."""

import asyncio
from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.documents import api as documents
from backend.identity.api import requires
from backend.orders import api as orders
from backend.platform import clock
from backend.platform.database import Database
from backend.shipping import reactions, store, views
from backend.shipping.extra_labels import WishRow, trial_fields


class CarrierList(msgspec.Struct):
    rows: list[store.AccountView]


@get("/api/carriers", guards=[requires("worker")])
async def list_carriers(database: NamedDependency[Database]) -> CarrierList:
    """Carriers with an active account, by name."""
    return CarrierList(await database.read(store.read_accounts))


class ConsignmentList(msgspec.Struct):
    rows: list[views.ConsignmentView]


@get("/api/consignments", guards=[requires("worker")])
async def list_consignments(order: FromQuery[str], database: NamedDependency[Database]) -> ConsignmentList:
    """What the carriers were told of an order, oldest first; refusals in the carrier's own words."""
    return ConsignmentList(await database.read(lambda conn: views.read_consignments(conn, order)))


class LabelRequest(msgspec.Struct):
    """`station` whose printer is to print; empty: where the parcel was packed."""

    station: str = ""


@post("/api/parcels/{number:str}/label", guards=[requires("worker")], status_code=200)
async def queue_label(
    number: FromPath[str], data: JSONBody[LabelRequest], database: NamedDependency[Database]
) -> dict[str, Any]:
    """Queue the label of a booked parcel that has none in the queue yet; answers the print job.

    A second copy is a reprint of that job (`POST /api/print-jobs/{id}/reprint`), with a reason.
    """
    job = await database.write(lambda conn: reactions.queue_again(conn, number, data.station.strip(), clock.now()))
    return {"parcel": number, "print_job_id": job}


@get("/api/handovers/{number:int}/route-list.pdf", guards=[requires("worker")])
async def route_list(
    number: FromPath[int], database: NamedDependency[Database], settings: NamedDependency[Any]
) -> Response[bytes]:
    """Stops of the van in the order of routes and zips, with cash to collect."""
    data = await database.read(lambda conn: views.route_list_of(conn, number, clock.now(), settings.zone))
    return Response(documents.render_paper("route-list", data), media_type="application/pdf")


class Seller(msgspec.Struct):
    """`channels`: codes of the merchant's sales channels."""

    merchant: str
    channels: list[str]


class WishList(msgspec.Struct):
    rows: list[store.KeptWish]
    sellers: list[Seller]


@get("/api/extra-labels", guards=[requires("office")])
async def list_wishes(database: NamedDependency[Database]) -> WishList:
    """Labels that customers and channels wish for at dispatch."""
    return await database.read(_wish_list)


def _wish_list(conn: Connection) -> WishList:
    channels = orders.read_channels(conn)
    sellers = [
        Seller(owner.code, [each.code for each in channels if each.merchant_id == owner.id])
        for owner in catalog.read_merchants(conn).values()
    ]
    return WishList(store.read_wishes(conn), sellers)


@post("/api/extra-labels", status_code=201, guards=[requires("office")])
async def add_wish(data: JSONBody[WishRow], database: NamedDependency[Database]) -> WishList:
    """A wish that cannot be printed, for instance a code that its symbology cannot carry, is refused with the rule's name."""
    template = await database.read(lambda conn: documents.load_label(conn, data.label))
    await asyncio.to_thread(documents.artifact_of, template, trial_fields(data), 203, "png1")

    def act(conn: Connection) -> WishList:
        store.save_wish(conn, data)
        return _wish_list(conn)

    return await database.write(act)


@delete("/api/extra-labels/{number:int}", status_code=200, guards=[requires("office")])
async def drop_wish(number: FromPath[int], database: NamedDependency[Database]) -> WishList:
    """The wish is not printed any more."""

    def act(conn: Connection) -> WishList:
        store.drop_wish(conn, number)
        return _wish_list(conn)

    return await database.write(act)


ROUTES = [list_carriers, list_consignments, queue_label, route_list, list_wishes, add_wish, drop_wish]
