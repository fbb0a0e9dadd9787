"""What only the server has to judge at the bench: old scans, foreign tasks, strange bodies, lots."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.facts.outbound import CheckCompleted, OrderPacked, ParcelClosed
from backend.outbound.pack_job import OrderDone, PackAct, PackJob, PackLine, PackParcel, Place
from backend.outbound.pack_lots import Taken as TakenPieces
from backend.outbound.pack_lots import Wanted, choose_lots
from backend.outbound.packing import decide
from backend.scanning.protocol import Decision, Scan, Taken
from backend.stock.ledger import Balance
from backend.stock.ledger import Place as StockPlace
from tests.outbound.flow_vectors import AT, uid

TEA = "gtin:09520000000011"
OPEN = PackParcel(uid=uid(2), contents={1: 1})


def job(**changes: Any) -> PackJob:
    line = PackLine(id=1, product_id=5, sku="TEA", name="Tea", codes={TEA: 1}, wanted=2, checked=1)
    fields: dict[str, Any] = {
        "order_id": 7, "number": "O000007", "state": "in_work", "lines": (line,), "parcels": (OPEN,),
        "cartons": frozenset({"carton:K1"}), "numbers": ("P000011",), "tote": "T-001",
    }  # fmt: skip
    return PackJob(**(fields | changes))


def judge(
    at: PackJob | None, kind: str, *keys: str, act: int | None = 9, task: str = "pack:7", **body: Any
) -> Decision:
    scan = Scan(
        id=UUID(uid(1)), seq=1, at=AT, flow="pack", task=task, kind=kind, keys=keys, raw=keys[0] if keys else "",
        act=UUID(uid(act)) if act else None, body=body,
    )  # fmt: skip
    return decide({} if at is None else {"pack:7": at}, Taken(scan=scan, device_id=1), AT)[1]


def code_of(decision: Decision) -> str:
    return decision.refusal.code if decision.refusal else "ok"


CLOSE = {"parcel": uid(2), "carton": "carton:K1", "weight_g": 500}


@pytest.mark.parametrize(
    ("at", "kind", "keys", "body", "code"),
    [
        (None, "product", (TEA,), {"parcel": uid(2)}, "TASK_UNKNOWN"),
        (job(), "dance", (), {}, "SCAN_NOT_UNDERSTOOD"),
        (job(), "product", (TEA,), {}, "SCAN_NOT_UNDERSTOOD"),
        (job(), "product", (TEA,), {"parcel": 5}, "SCAN_NOT_UNDERSTOOD"),
        (job(state="cancelled"), "product", (TEA,), {"parcel": uid(2)}, "ORDER_CANCELLED"),
        (job(state="cancelled", hold="BY_HAND"), "close", (), CLOSE, "ORDER_CANCELLED"),
        (job(hold="BY_HAND"), "product", (TEA,), {"parcel": uid(2)}, "ORDER_ON_HOLD"),
        (job(hold="BY_HAND"), "undo", (), {"of": uid(3)}, "ORDER_ON_HOLD"),
        (job(acts={uid(9): PackAct("check", uid(2), 1, 1)}), "product", (TEA,), {"parcel": uid(2)}, "ACT_REPEATED"),
        (job(parcels=(replace(OPEN, state="closed"),)), "product", (TEA,), {"parcel": uid(2)}, "PARCEL_CLOSED"),
        (job(parcels=(replace(OPEN, state="closed"),)), "close", (), CLOSE, "PARCEL_CLOSED"),
        (job(parcels=()), "close", (), CLOSE, "PARCEL_EMPTY"),
        (job(parcels=(PackParcel(uid=uid(2)),)), "close", (), CLOSE, "PARCEL_EMPTY"),
        (job(), "close", (), CLOSE | {"carton": "carton:K9"}, "CARTON_UNKNOWN"),
        (job(), "close", (), CLOSE | {"carton": 7}, "CARTON_UNKNOWN"),
        (job(), "close", (), CLOSE | {"weight_g": None}, "WEIGHT_MISSING"),
        (job(), "close", (), CLOSE | {"weight_g": True}, "WEIGHT_MISSING"),
        (job(), "close", (), CLOSE | {"weight_g": "500"}, "WEIGHT_MISSING"),
        (job(weigh=False), "close", (), CLOSE | {"weight_g": 0}, "WEIGHT_MISSING"),
        (job(weigh=False), "close", (), CLOSE | {"weight_g": None}, "ok"),
        (job(), "close", (), CLOSE | {"last": True}, "LINES_MISSING"),
        (job(), "close", (), CLOSE | {"last": False}, "ok"),
        (job(), "missing", (), {"line": 1, "quantity": 2}, "TOO_MANY"),
        (job(), "missing", (), {"line": 8, "quantity": 1}, "SCAN_NOT_UNDERSTOOD"),
        (job(), "missing", (), {"line": 1, "quantity": -1}, "SCAN_NOT_UNDERSTOOD"),
        (job(), "missing", (), {"line": 1, "quantity": 10**12}, "SCAN_NOT_UNDERSTOOD"),
        (job(), "label", (TEA,), {"parcel": uid(8)}, "SCAN_NOT_UNDERSTOOD"),
        (job(), "label", (TEA,), {"parcel": uid(2)}, "LABEL_NOT_READY"),
        (job(), "undo", (), {"of": "rubbish"}, "NOTHING_TO_UNDO"),
        (job(), "undo", (), {}, "NOTHING_TO_UNDO"),
        (job(acts={uid(3): PackAct("check", uid(2), 1, 1, undone=True)}), "undo", (), {"of": uid(3)}, "NOTHING_TO_UNDO"),
        (
            job(acts={uid(3): PackAct("check", uid(2), 1, 1)}, parcels=(replace(OPEN, state="closed"),)),
            "undo", (), {"of": uid(3)}, "PARCEL_CLOSED",
        ),
        (
            job(acts={uid(3): PackAct("close", uid(2), None, 0)}, parcels=(replace(OPEN, state="closed", booked=True),)),
            "undo", (), {"of": uid(3)}, "ok",
        ),
        (
            job(acts={uid(3): PackAct("close", uid(2), None, 0)}, parcels=(OPEN, PackParcel(uid=uid(4), state="dispatched"))),
            "undo", (), {"of": uid(3)}, "PARCEL_HANDED_OVER",
        ),
        (
            job(acts={uid(3): PackAct("label", uid(2), None, 0)}, parcels=(replace(OPEN, state="dispatched"),)),
            "undo", (), {"of": uid(3)}, "PARCEL_HANDED_OVER",
        ),
        (
            job(acts={uid(3): PackAct("label", uid(2), None, 0)}, parcels=(replace(OPEN, state="loaded"),)),
            "undo", (), {"of": uid(3)}, "ok",
        ),
        (job(acts={uid(3): PackAct("label", uid(2), None, 0)}), "undo", (), {"of": uid(3)}, "NOTHING_TO_UNDO"),
        (job(acts={uid(3): PackAct("close", uid(2), None, 0)}), "undo", (), {"of": uid(3)}, "NOTHING_TO_UNDO"),
        (
            job(parcels=(replace(OPEN, state="labelled"),), void={"track:OLD": ("P000001", uid(2))}),
            "label", ("track:OLD",), {"parcel": uid(2)}, "LABEL_VOID",
        ),
    ],
)  # fmt: skip
def test_refusals_of_the_server(
    at: PackJob | None, kind: str, keys: tuple[str, ...], body: dict[str, Any], code: str
) -> None:
    """One line for each; where several apply the first in the order of precedence is told."""
    assert code == code_of(judge(at, kind, *keys, **body))


def test_an_act_is_needed_to_change_anything() -> None:
    """A record without an act could not be undone, so it is not understood."""
    for kind, body in (("product", {"parcel": uid(2)}), ("close", CLOSE), ("missing", {"line": 1, "quantity": 1})):
        assert "SCAN_NOT_UNDERSTOOD" == code_of(judge(job(), kind, TEA, act=None, **body))


def test_a_foreign_piece_is_named_with_its_home() -> None:
    """The refusal says what is held and where it belongs."""
    at = job(places={"gtin:09520000000099": Place("SOAP", "Soap", "B-04-2")})
    refusal = judge(at, "product", "gtin:09520000000099", parcel=uid(2)).refusal
    assert refusal is not None
    assert ("NOT_IN_THIS_ORDER", {"sku": "SOAP", "name": "Soap", "belongs": "B-04-2"}) == (refusal.code, refusal.values)


def test_the_device_may_name_the_line_but_the_code_decides() -> None:
    """Of two lines of the same goods the named one is taken; a line that the code does not mean never is."""
    lines = tuple(
        PackLine(id=number, sku="TEA", name="Tea", codes={code: 1}, wanted=2)
        for number, code in ((1, TEA), (2, TEA), (3, "gtin:09520000000028"))
    )
    for hint, line in ((2, 2), (1, 1), (3, 1), (None, 1), ("x", 1)):
        (change,) = judge(job(lines=lines), "product", TEA, parcel=uid(2), line=hint).changes
        assert line == change.line_id


def test_the_last_parcel_tells_the_whole_story_at_once() -> None:
    """Parcel, check and packing are told together with the order's new state, not before it."""
    line = PackLine(id=1, sku="TEA", name="Tea", codes={TEA: 1}, wanted=1, checked=1, short=1)
    decision = judge(job(lines=(line,)), "close", **CLOSE, last=True, station="S1")
    assert () == decision.facts
    done = decision.changes[-1]
    assert isinstance(done, OrderDone)
    assert [ParcelClosed, CheckCompleted, OrderPacked] == [type(fact) for fact in done.facts]
    assert "short" == done.result
    assert "S1" == done.facts[-1].station


@pytest.mark.parametrize(
    "at",
    [job(), job(parcels=(OPEN, PackParcel(uid=uid(4), contents={1: 1})), lines=(PackLine(id=1, sku="T", name="T", codes={}, wanted=2, checked=2),))],
    ids=["a piece is not checked", "another parcel is open"],
)  # fmt: skip
def test_no_order_is_packed_too_early(at: PackJob) -> None:
    """Neither while a piece is missing nor while a parcel with goods is open."""
    decision = judge(at, "close", **CLOSE, last=False)
    assert [ParcelClosed] == [type(fact) for fact in decision.facts]
    assert not any(isinstance(change, OrderDone) for change in decision.changes)


def test_a_parcel_keeps_its_number_when_it_is_opened_again() -> None:
    """The number is on the books already; a second one would be a second parcel."""
    again = judge(job(parcels=(replace(OPEN, number="P000003"),)), "close", **CLOSE).changes[0]
    assert "P000003" == again.number


@pytest.mark.parametrize(
    ("wanted", "balances", "taken", "lacking"),
    [
        ([(1, 5, 3)], {(5, 10, ""): 3}, [(1, (5, 10, ""), 3)], {}),
        ([(1, 5, 3)], {(5, 10, "A"): 1, (5, 10, "B"): 4}, [(1, (5, 10, "A"), 1), (1, (5, 10, "B"), 2)], {}),
        ([(1, 5, 2), (2, 5, 2)], {(5, 10, ""): 4}, [(1, (5, 10, ""), 2), (2, (5, 10, ""), 2)], {}),
        ([(1, 5, 2), (2, 5, 2)], {(5, 10, ""): 3}, [(1, (5, 10, ""), 2), (2, (5, 10, ""), 1), (2, (5, 20, ""), 1)],
         {(5, 20, ""): 1}),
        ([(1, 5, 1)], {(6, 10, ""): 9}, [(1, (5, 20, ""), 1)], {(5, 20, ""): 1}),
        ([], {(6, 10, ""): 9}, [], {}),
    ],
)  # fmt: skip
def test_lots_of_a_parcel(
    wanted: list[tuple[int, int, int]], balances: dict[Any, int], taken: list[Any], lacking: dict[Any, int]
) -> None:
    """Lot by lot as they lie; what no tote holds is taken from the first tote all the same, and told."""
    booked = {StockPlace(*place): Balance(pieces, 0) for place, pieces in balances.items()}
    choice = choose_lots([Wanted(*each) for each in wanted], booked, 20)
    assert [TakenPieces(line, StockPlace(*place), pieces) for line, place, pieces in taken] == list(choice.taken)
    assert {StockPlace(*place): pieces for place, pieces in lacking.items()} == dict(choice.lacking)
