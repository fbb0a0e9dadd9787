"""The rules of picking on the server, by the table that the device's twin is held to as well."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backend.outbound.pick_list import PickSlot, PickSnapshot, Shorted, Spare, Tote
from backend.outbound.picking import decide
from backend.scanning.protocol import Decision, Taken
from tests.outbound.pick_vectors import CONTRACT, NOW, Server, act_id, as_plain, keys_of, load

CASES = CONTRACT["cases"]
LATE = CONTRACT["late"]
REFUSALS = json.loads((Path(__file__).parents[2] / "contracts" / "refusals.json").read_text(encoding="utf-8"))


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [case["name"] for case in cases]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_server_agrees_with_what_the_device_recorded(case: dict[str, Any]) -> None:
    """What the device accepted is accepted here; what it refused would be refused here in the same words."""
    server = Server(CONTRACT["bundles"][case["bundle"]])
    recorded = [step for step in case["steps"] if "record" in step]
    assert recorded
    for step in recorded:
        record = step["record"] | keys_of(step["do"])
        if record["local"] == "ok":
            assert server.take(record).refusal is None, step["do"]
            continue
        refused = server.would_refuse(record)
        assert refused.refusal is not None, step["do"]
        assert as_plain(refused.refusal) == step["refusal"]
        answer = server.take(record, local=record["local"])
        assert (None, (), ()) == (answer.refusal, answer.changes, answer.facts), "only evidence"
    for line, (picked, short) in case.get("end", {}).get("lines", {}).items():
        found = server.wave.lines[int(line)]
        assert (picked, short) == (found.picked, found.short), f"line {line}"
    for slot, tote in case.get("end", {}).get("totes", {}).items():
        assert tote == server.wave.slots[int(slot)].tote, f"slot {slot}"


def meanwhile(snapshot: PickSnapshot, task: str, changes: dict[str, Any]) -> PickSnapshot:
    """What happened on the server before the late scans came."""
    wave = snapshot.waves[task]
    lines, slots = dict(wave.lines), dict(wave.slots)
    for line in changes.get("cancelled", ()):
        lines[line] = replace(lines[line], cancelled=True)
    for line, picked in changes.get("picked", {}).items():
        lines[int(line)] = replace(lines[int(line)], picked=picked)
    for line, reserved in changes.get("reserved", {}).items():
        lines[int(line)] = replace(lines[int(line)], reserved=reserved)
    for slot, tote in changes.get("tote", {}).items():
        slots[int(slot)] = replace(slots[int(slot)], tote=tote)
    for slot in changes.get("packed", ()):
        slots[slot] = replace(slots[slot], packed=True)
    totes = {key: tote for key, tote in snapshot.totes.items() if key not in changes.get("no_tote", ())}
    wave = replace(wave, lines=lines, slots=slots, state=changes.get("wave", wave.state))
    return replace(snapshot, waves={task: wave}, totes=totes)


@pytest.mark.parametrize("case", LATE, ids=names(LATE))
def test_late_scans_are_judged_by_what_is_true_now(case: dict[str, Any]) -> None:
    """Accepted on the device, refused by the server: goods already in a tote come back as a correction, once."""
    server = Server(CONTRACT["bundles"][case["bundle"]])
    server.snapshot = meanwhile(server.snapshot, server.task, case["changes"])
    verdicts: list[Any] = []
    for record in case["scans"]:
        decision = server.take(record)
        code = decision.refusal.code if decision.refusal else "ok"
        if decision.correction is None:
            verdicts.append(code)
            continue
        correction = decision.correction
        plain = {"code": correction.code, "values": correction.values, "keys": list(correction.keys)}
        verdicts.append({"refusal": code, "correction": plain})
    assert case["verdicts"] == verdicts


def short_of(snapshot: PickSnapshot, spares: tuple[Spare, ...], slot: PickSlot | None = None) -> Decision:
    """Declare the only line of the bundle "single" (3 pieces) short."""
    wave = snapshot.waves["pick:1"]
    if slot is not None:
        wave = replace(wave, slots={1: slot})
    snapshot = replace(snapshot, waves={"pick:1": wave}, spares={1: spares})
    server = Server(CONTRACT["bundles"]["single"])
    scan = server.scan({"kind": "short", "act": "a1", "body": {"line": 11, "found": 0}})
    return decide(snapshot, Taken(scan=scan, device_id=1), NOW)[1]


def spare(location_id: int, free: int) -> Spare:
    return Spare(location_id=location_id, location=f"L{location_id}", lot="", free=free)


@pytest.mark.parametrize(
    ("spares", "partial", "elsewhere", "missing", "held"),
    [
        ((), False, (), 3, True),
        ((), True, (), 3, True),  # nothing at all is left of the order: it waits, whoever the merchant is
        ((spare(7, 5),), False, ((7, 3),), 0, False),
        ((spare(7, 2), spare(8, 9)), False, ((7, 2), (8, 1)), 0, False),
        ((spare(7, 2),), False, ((7, 2),), 1, True),
        ((spare(7, 2),), True, ((7, 2),), 1, False),
        ((spare(0, 9),), False, (), 3, True),  # the location found short is not asked again
    ],
)
def test_short_looks_elsewhere_before_it_holds(
    spares: tuple[Spare, ...], partial: bool, elsewhere: tuple[tuple[int, int], ...], missing: int, held: bool
) -> None:
    """What other locations have is taken there; what nobody has stops the order, or is left out if that is allowed."""
    snapshot = load(CONTRACT["bundles"]["single"])
    decision = short_of(snapshot, spares, PickSlot(slot=1, order="O1", partial=partial))
    (change,) = decision.changes
    assert isinstance(change, Shorted)
    assert elsewhere == tuple((each.location_id, pieces) for each, pieces in change.elsewhere)
    assert (missing, held) == (change.missing, change.held)


def test_order_is_not_finished_while_pieces_wait_elsewhere() -> None:
    """No OrderPicked before the replacement line, which only exists after saving, is picked."""
    found = short_of(load(CONTRACT["bundles"]["single"]), (spare(7, 3),))
    missing = short_of(load(CONTRACT["bundles"]["single"]), ())
    assert ["PickShort"] == [type(fact).__name__ for fact in found.facts]
    assert ["PickShort", "OrderPicked", "WavePicked"] == [type(fact).__name__ for fact in missing.facts]


def test_spares_are_promised_once_in_a_chunk() -> None:
    """Two lines of one product, short in the same request: the second does not get what the first has taken."""
    bundle = CONTRACT["bundles"]["cluster"]
    server = Server(bundle)
    server.snapshot = replace(server.snapshot, spares={1: (spare(7, 3),)})
    first = server.take({"kind": "short", "act": "a1", "body": {"line": 21, "found": 0}})
    second = server.take({"kind": "short", "act": "a2", "body": {"line": 22, "found": 0}})
    assert [2, 1] == [sum(pieces for _, pieces in each.changes[0].elsewhere) for each in (first, second)]


def test_device_clock_changes_nothing() -> None:
    """The time on a device may be a year wrong: only the order of its scans counts."""
    server = Server(CONTRACT["bundles"]["single"])
    scan = server.scan({"kind": "location", "act": None, "keys": ["loc:A-01-1"], "body": {"line": 11}})
    early = replace(scan, at=NOW - timedelta(days=365))
    assert decide(server.snapshot, Taken(scan=scan, device_id=1), NOW) == decide(
        server.snapshot, Taken(scan=early, device_id=1), NOW
    )


def test_snapshot_of_before_is_left_alone() -> None:
    """An assertion in one scan must leave the fold where it was, so decide never changes what it was given."""
    server = Server(CONTRACT["bundles"]["single"])
    before = server.snapshot
    copy = load(CONTRACT["bundles"]["single"])
    server.take({"kind": "product", "act": "a1", "keys": ["gtin:09520000000001"], "body": {"line": 11, "quantity": 1}})
    server.take({"kind": "tote", "act": "a1", "keys": ["tote:T-001"], "body": {"line": 11, "quantity": 1}})
    assert before is not server.snapshot
    assert copy == before
    assert 1 == server.wave.lines[11].picked
    assert Tote(key="tote:T-001", order="O1") == server.snapshot.totes["tote:T-001"]
    assert "applied" == server.wave.acts[str(act_id("a1"))].state


def told_in_the_table() -> list[dict[str, Any]]:
    return [step["refusal"] for case in CASES for step in case["steps"] if "refusal" in step]


@pytest.mark.parametrize("refusal", told_in_the_table(), ids=lambda refusal: refusal["code"])
def test_refusals_fill_the_places_of_their_texts(refusal: dict[str, Any]) -> None:
    """contracts/refusals.json promises these values to the texts of four languages."""
    promised = {each["code"]: each for each in REFUSALS}[refusal["code"]]
    assert "pick" in promised["flows"]
    assert set(promised["values"]) <= set(refusal["values"])
