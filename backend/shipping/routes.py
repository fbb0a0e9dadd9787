"""Carriers over HTTP: which there are, what they were told of an order, and the van's route list."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.documents import api as documents
from backend.identity.api import requires
from backend.platform import clock
from backend.platform.database import Database
from backend.shipping import reactions, store, views


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


ROUTES = [list_carriers, list_consignments, queue_label, route_list]
