"""The real intake against a model of forty lines: two devices, one wave, picks, undos, cancellations, replays, gaps.

Hypothesis looks for the sequence of acts after which the books and the model differ, and shrinks it to the shortest one.
More of it by hand: RAMPA_MODEL_EXAMPLES=2000 RAMPA_MODEL_STEPS=60 pytest tests/torture/test_intake_model.py
"""

import asyncio
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.engine import Connection

from backend.orders import api as orders
from backend.outbound.reactions import cancel_picks
from backend.outbound.store.waves import make_wave
from backend.outbound.tables import pick
from backend.platform.database import Database
from backend.platform.errors import Conflict
from backend.platform.journal import Recorded, fact
from backend.scanning.store import insert_corrections
from backend.stock import api as stock
from tests.builders import (
    create_location,
    create_merchant,
    create_product,
    create_ready_order,
    create_tote,
    stock_up,
    unique,
)
from tests.store.picking_floor import INTAKE, LATER, Picker, differences

EXAMPLES = int(os.environ.get("RAMPA_MODEL_EXAMPLES", "8"))
STEPS = int(os.environ.get("RAMPA_MODEL_STEPS", "40"))
PHASES = list(Phase) if os.environ.get("RAMPA_MODEL_SHRINK") else [Phase.generate]
ORDERS, TOTES = 3, 5
CANCEL_PICKS = cancel_picks(insert_corrections)

devices = st.integers(0, 1)
places = st.integers(0, 50)


class Line:
    """What the model knows of a line of the wave."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.bundle, self.order, self.wanted, self.picked = bundle, bundle["order"], bundle["quantity"], 0

    @property
    def left(self) -> int:
        return self.wanted - self.picked


class Books(RuleBasedStateMachine):
    """Each rule tells the intake and the model the same, and expects the same answer."""

    database: Database
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.do(self._build())
        self.tote_of: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.set_aside: list[str] = []
        self.in_hand: list[dict[str, Any]] = []
        self.applied: dict[uuid.UUID, tuple[Line, int]] = {}
        self.replies: list[tuple[int, bytes, list[bytes]]] = []

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _build(self) -> None:
        def work(conn: Connection) -> tuple[str, dict[str, int], list[str]]:
            merchant = create_merchant(conn)
            products = [create_product(conn, merchant) for _ in range(3)]
            for product in products:
                stock_up(conn, product, create_location(conn), 200)
            made = [
                create_ready_order(conn, {products[each % 3]: 2 + each, products[(each + 1) % 3]: 3})
                for each in range(ORDERS)
            ]
            wave_id = make_wave(conn, "cluster", made, LATER)
            number = conn.execute(sa.text("SELECT number FROM wave WHERE id = :id"), {"id": wave_id}).scalar_one()
            known = orders.orders_by_ids(conn, made)
            totes = [unique("MT") for _ in range(TOTES)]
            for code in totes:
                create_tote(conn, code=code)
            return number, {each.number: each.id for each in known.values()}, [f"tote:{code}" for code in totes]

        number, self.order_ids, self.totes = await self.database.write(work)
        self.pickers = [await Picker.hire(self.database, "Jana"), await Picker.hire(self.database, "Petr")]
        for each in self.pickers:
            assert await each.get_work(wave=number)
        self.lines = [Line(each) for each in self.pickers[0].bundle["lines"]]

    # -- what people do ---------------------------------------------------------------------------------------------

    def send(self, device: int) -> list[str]:
        """The unsent scans; "ok" or the code of the refusal, the answer is kept for replays."""
        picker = self.pickers[device]
        body = msgspec.json.encode({"scans": picker.unsent})
        picker.unsent = []
        verdicts = self.post(device, body)
        self.replies.append((device, body, verdicts))
        told = [msgspec.json.decode(each) for each in verdicts]
        return [each["refusal"]["code"] if each["refusal"] else each["outcome"] for each in told]

    def post(self, device: int, body: bytes) -> list[bytes]:
        reply = self.do(INTAKE.take(self.database, self.pickers[device].device_id, body))
        return [bytes(each) for each in reply.verdicts]

    @rule(device=devices, place=places, pieces=st.integers(1, 4))
    def take_in_hand(self, device: int, place: int, pieces: int) -> None:
        """Goods from the shelf; the first piece by its code, the number by the pad."""
        line, act, picker = self.lines[place % len(self.lines)], uuid.uuid4(), self.pickers[device]
        picker.write("product", line.bundle["codes"][0]["key"], act=act, line=line.bundle["id"], quantity=1)
        if pieces > 1:
            picker.write("quantity", act=act, line=line.bundle["id"], quantity=pieces)
        assert set(self.send(device)) == {"ok"}, "whatever else has happened, the tote decides"
        self.in_hand.append({"device": device, "line": line, "act": act, "pieces": pieces})

    @precondition(lambda self: self.in_hand)
    @rule(place=places, tote=places)
    def put_into_tote(self, place: int, tote: int) -> None:
        """The act is complete, or refused: meanwhile the other one may have been faster."""
        held = self.in_hand.pop(place % len(self.in_hand))
        line, key = held["line"], self.totes[tote % len(self.totes)]
        picker = self.pickers[held["device"]]
        picker.write("tote", key, act=held["act"], line=line.bundle["id"], quantity=held["pieces"], tote=key)
        (told,) = self.send(held["device"])
        own = self.tote_of.get(line.order)
        if line.order in self.cancelled:
            assert told in ("ORDER_CANCELLED", "ACT_REFUSED")
        elif own is not None and own != key:
            assert told == "WRONG_TOTE"
        elif own is None and key in self.tote_of.values():
            assert told in ("TOTE_IN_USE", "WRONG_TOTE")
        elif held["pieces"] > line.left:
            assert told in ("TOO_MANY", "LINE_DONE")
        else:
            assert told == "ok"
            line.picked += held["pieces"]
            self.tote_of[line.order] = key
            self.applied[held["act"]] = (line, held["pieces"])

    @precondition(lambda self: self.applied)
    @rule(device=devices, place=places)
    def undo(self, device: int, place: int) -> None:
        """Any device takes back any act; twice is once."""
        act = list(self.applied)[place % len(self.applied)]
        line, pieces = self.applied[act]
        self.pickers[device].undo(act)
        (told,) = self.send(device)
        if line.order in self.cancelled:
            assert told in ("ORDER_CANCELLED", "NOTHING_TO_UNDO")
            return
        assert told == "ok"
        del self.applied[act]
        line.picked -= pieces
        if not any(each.picked for each in self.lines if each.order == line.order):
            del self.tote_of[line.order]
        self.pickers[device].undo(act)
        assert self.send(device) == ["NOTHING_TO_UNDO"]

    @precondition(lambda self: len(self.cancelled) < ORDERS - 1)
    @rule(place=places)
    def the_buyer_cancels(self, place: int) -> None:
        """The office hears of it; the worker tells the wave."""
        number = sorted(self.order_ids)[place % ORDERS]
        if number in self.cancelled:
            return

        def work(conn: Connection) -> None:
            last = conn.execute(sa.select(sa.func.max(fact.c.id))).scalar_one() or 0
            orders.cancel(conn, [self.order_ids[number]], "buyer", LATER)
            for row in conn.execute(sa.select(fact).where(fact.c.id > last, fact.c.kind == "OrderCancelled")).all():
                told = Recorded(row.id, row.kind, row.about, row.at, row.person_id, row.device_id, row.payload)
                CANCEL_PICKS.apply(conn, told, LATER)

        self.do(self.database.write(work))
        self.cancelled.add(number)
        bound = self.tote_of.get(number)
        if bound is not None:  # its goods go back to the shelf, and it stands aside until then
            self.totes.remove(bound)
            self.set_aside.append(bound)

    # -- what the network does --------------------------------------------------------------------------------------

    @precondition(lambda self: self.replies)
    @rule(place=places)
    def the_request_comes_again(self, place: int) -> None:
        """Any request of the day, once more: the very same bytes, and nothing happens."""
        device, body, verdicts = self.replies[place % len(self.replies)]
        assert self.post(device, body) == verdicts

    @precondition(lambda self: len(self.replies) > 1)
    @rule(device=devices, first=places, last=places)
    def a_longer_request_comes_again(self, device: int, first: int, last: int) -> None:
        """Several requests glued together, as a phone that heard no answer sends them."""
        mine = [(body, verdicts) for each, body, verdicts in self.replies if each == device]
        chosen = mine[min(first, last) % len(mine) if mine else 0 :]
        if not chosen:
            return
        scans = [scan for body, _ in chosen for scan in msgspec.json.decode(body)["scans"]]
        assert self.post(device, msgspec.json.encode({"scans": scans})) == [one for _, told in chosen for one in told]

    @rule(device=devices)
    def a_request_overtakes(self, device: int) -> None:
        """A number too high is not taken; the server names the one that it wants."""
        picker = self.pickers[device]
        scan = {"id": str(uuid.uuid4()), "seq": picker.seq + 2, "at": "2026-03-02T08:00:00Z", "flow": "", "kind": "x"}
        with pytest.raises(Conflict) as refused:
            self.post(device, msgspec.json.encode({"scans": [scan]}))
        assert (refused.value.code, refused.value.extra["expected_seq"]) == ("SEQ_GAP", picker.seq + 1)

    # -- what must be true ------------------------------------------------------------------------------------------

    @invariant()
    def books_and_model_agree(self) -> None:
        """Pieces of each line, and pieces in each tote."""

        def read(conn: Connection) -> tuple[dict[int, int], dict[str, int]]:
            ids = [each.bundle["id"] for each in self.lines]
            rows = conn.execute(sa.select(pick.c.id, pick.c.picked).where(pick.c.id.in_(ids)))
            counted = {row.id: row.picked for row in rows}
            at = {f"tote:{each.code}": each.id for each in stock.locations_of_kind(conn, ["tote"])}
            totes = [*self.totes, *self.set_aside]
            held = stock.balances_at(conn, [at[key] for key in totes])
            inside = dict.fromkeys(totes, 0)
            by_id = {at[key]: key for key in totes}
            for place, balance in held.items():
                inside[by_id[place.location_id]] += balance.on_hand
            return counted, inside

        counted, inside = self.do(self.database.read(read))
        assert counted == {each.bundle["id"]: each.picked for each in self.lines}
        expected = dict.fromkeys([*self.totes, *self.set_aside], 0)
        for each in self.lines:
            if each.order in self.tote_of and each.order not in self.cancelled:
                expected[self.tote_of[each.order]] += each.picked
        assert inside == expected

    def teardown(self) -> None:
        assert [] == self.do(differences(self.database))


@pytest.mark.slow
def test_books_and_model_agree(sqlite_template: Path, tmp_path: Path) -> None:
    """No sequence is found in which the intake and the model differ."""
    path = tmp_path / "rampa.db"
    shutil.copy(sqlite_template, path)
    with asyncio.Runner() as runner:
        Books.runner, Books.database = runner, Database(f"sqlite:///{path}")
        try:
            run_state_machine_as_test(
                Books,
                settings=settings(
                    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=EXAMPLES < 100,
                    suppress_health_check=list(HealthCheck), database=None, print_blob=False, phases=PHASES,
                ),
            )  # fmt: skip
        finally:
            runner.run(Books.database.close())
