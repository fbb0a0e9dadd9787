"""The evening of a simulated day: calm returns, and everything that can leave does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform import outbox
from backend.platform.journal import delivery, fact
from tests.simulation import invariants, warehouse
from tests.simulation.device import Broken, Device
from tests.simulation.walkers import KINDS

if TYPE_CHECKING:
    from tests.simulation.day import Day

TURNS = 30


async def evening(day: Day) -> None:
    """Calm returns, and everything that can leave does: no order may be left for which nobody can do anything."""
    day.partner.mode = "ok"
    for device in day.devices:
        device.dark_steps = 0
        await device.send()
        device.job = None
    for device, badge in zip(day.devices, day.warehouse.badges, strict=False):
        await device.sign_in(badge)
    for order in (await day.office("GET", "/api/orders?limit=500")).json()["rows"]:
        if order["state"] not in ("cancelled", "dispatched"):
            await day.release(order)
    for turn in range(TURNS):
        day.clock.pass_s(4000 if turn == 0 else 100)
        if turn % 6 == 5:
            await _give_up_held(day)
        await _retry_parked(day)
        await day.worker_works(calm=True)
        await _finish_one(day, day.devices[turn % len(day.devices)])
        await day.check()
        if turn >= len(day.devices) and not await day.database.read(invariants.stuck):
            break
    left = await day.database.read(invariants.stuck)
    if left:
        raise Broken("; ".join(left[:5]))
    day.clock.pass_s(4000)
    await day.worker_works(calm=True)
    carried = {each["reference"] for each in day.partner.shipments.values() if each["state"] != "VOID"}
    untold = await day.database.read(lambda conn: invariants.untold(conn, carried))
    if untold:
        raise Broken("; ".join(untold[:5]))
    voided = sa.select(sa.func.count()).where(fact.c.kind == "LabelsVoided")
    day.counts["taken apart"] = await day.database.read(lambda conn: conn.execute(voided).scalar_one())
    await day.explained()
    for device in day.devices:
        await device.send_everything_again()
    await day.check()


async def _give_up_held(day: Day) -> None:
    """What is still short by then is cancelled, so that its tote is free again."""
    for order in (await day.office("GET", "/api/orders?limit=500")).json()["rows"]:
        if order["state"] == "in_work" and order["holds"]:
            await day.office("POST", f"/api/orders/{order['number']}/cancel", json={"reason": "short"})


async def _retry_parked(day: Day) -> None:
    def work(conn: Connection) -> None:
        for row in conn.execute(sa.select(delivery.c.id).where(delivery.c.state == "parked")).all():
            outbox.retry(conn, row.id, day.clock.now())

    await day.database.write(work)


async def _finish_one(day: Day, device: Device) -> None:
    """Work on with whatever there is until nothing moves, without mistakes of the network."""
    for kind in ("pick", "pack", "handover"):
        for request in await _requests(day, kind):
            answer = await device.ask("POST", "/api/work", json={"flow": kind, **request})
            day.expect(answer)
            bundle = answer.json().get("bundle") if answer.status_code == 200 else None
            if bundle is None:
                continue
            device.job = KINDS[kind](bundle)
            for _ in range(60):
                if not device.job.step(device, day.clock.now()):
                    break
            await device.send()
            if kind == "handover":
                await day.look_again(device, moved=False)
            device.job = None


async def _requests(day: Day, kind: str) -> list[dict[str, Any]]:
    if kind == "pick":
        waves = (await day.office("GET", "/api/waves")).json()["rows"]
        begun = [{"wave": each["number"]} for each in waves if each["state"] in ("released", "picking")]
        return [*begun, {"mode": "cluster", "limit": 2}, {"mode": "cluster", "limit": 2}]
    if kind == "pack":
        rows = (await day.office("GET", "/api/orders?limit=500")).json()["rows"]
        papers = [f"order:{each['number']}" for each in rows if each["state"] in ("in_work", "packed")]
        return [{"station": warehouse.STATIONS[0], "key": each} for each in papers]
    return [{"carrier": "own_van"}, {"carrier": "fake"}]
