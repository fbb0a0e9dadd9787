"""Reactions of packing, shipping and handover, drained in the test; the carrier answers from memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.outbound import reactions as outbound
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.exchange import HttpRequest
from backend.platform.outbox import Outbox, Reaction
from backend.print_queue import api as printing
from backend.shipping import reactions as shipping
from backend.shipping import store
from backend.shipping.fake_partner import FakePartner

REACTIONS: dict[str, dict[str, Reaction]] = {
    "OrderPacked": {"shipping.book_consignment": shipping.BOOK_CONSIGNMENT},
    "OrderHeld": {"outbound.unload_held": outbound.UNLOAD_HELD},
    "HoldReleased": {"shipping.book_again": shipping.BOOK_AGAIN},
    "OrderCancelled": {
        "outbound.cancel_parcels": outbound.CANCEL_PARCELS, "shipping.cancel_consignment": shipping.CANCEL_CONSIGNMENT,
    },
    "ConsignmentRegistered": {"outbound.print_packing_slips": outbound.PRINT_PACKING_SLIPS},
    "LabelsVoided": {"shipping.void_consignments": shipping.VOID_CONSIGNMENTS},
    "ConsignmentVoided": {"shipping.withdraw_consignment": shipping.WITHDRAW_CONSIGNMENT},
    "HandoverSigned": {
        "outbound.render_manifest": outbound.RENDER_MANIFEST, "shipping.close_manifest": shipping.CLOSE_MANIFEST,
    },
}  # fmt: skip


@contextmanager
def reacting() -> Iterator[None]:
    """Only these reactions get deliveries while the test runs."""
    before = dict(journal._reactions)
    journal.register_reactions({kind: tuple(named) for kind, named in REACTIONS.items()})
    try:
        yield
    finally:
        journal.register_reactions(before)


def transport(partner: FakePartner) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = HttpRequest(request.method, str(request.url), dict(request.headers), request.content)
        answered = partner.answer(asked)
        if answered is None:
            raise httpx.ReadTimeout("silence", request=request)
        return httpx.Response(answered.status, headers=answered.headers, content=answered.body)

    return httpx.MockTransport(answer)


async def drain(database: Database, partner: FakePartner) -> int:
    """Work off everything that is due; deliveries that wait for a later try are made due at once."""
    reactions = {name: reaction for named in REACTIONS.values() for name, reaction in named.items()}
    await database.write(lambda conn: make_due(conn))
    async with httpx.AsyncClient(transport=transport(partner)) as client:
        return await Outbox(database, reactions, client).drain()


def make_due(conn: Connection) -> None:
    waiting = journal.delivery.c.state == "waiting"
    conn.execute(sa.update(journal.delivery).where(waiting).values(not_before=clock.now()))


def set_up_carriers(conn: Connection, **settings: Any) -> None:
    store.save_account(conn, "own_van", "Vlastní rozvoz", "own_van", {"routes": {"60": "BRNO"}})
    fake = {"base_url": "http://carrier.test", "client_id": "demo", "client_secret": "demo"}
    store.save_account(conn, "fake", "Zkušební dopravce", "fake", fake | settings)


def set_up_printer(conn: Connection) -> None:
    printing.create_agent(conn, "agent", clock.now())
    printing.save_printer(
        conn, "LABELS", "agent", name="Labels", driver="zpl", transport="folder", address="labels", dpi=203,
        media_width_mm=105, media_height_mm=148,
    )  # fmt: skip
    printing.save_route(conn, "*", "label", "LABELS")
