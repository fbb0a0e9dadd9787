"""contracts/flows/pick.json on the server's side: bundles become snapshots, lines of text become scans."""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from backend.outbound.pick_bundle import from_bundle
from backend.outbound.pick_list import PickSnapshot
from backend.outbound.picking import decide, judge
from backend.scanning.intake import fold
from backend.scanning.protocol import Decision, Flow, Scan, Taken

CONTRACT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "contracts" / "flows" / "pick.json").read_text(encoding="utf-8")
)
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FREE_TOTES = tuple(f"tote:T-00{number}" for number in range(1, 9))
FLOW = Flow(name="pick", load=lambda conn, taken: None, decide=decide, save=lambda conn, snapshot, decided, now: None)
SPACE = uuid.UUID("6f1c0b9e-0000-4000-8000-000000000000")


@cache
def act_id(name: str) -> uuid.UUID:
    """The contract writes a1, a2; scans carry UUIDs."""
    return uuid.uuid5(SPACE, name)


def with_act_ids(bundle: dict[str, Any]) -> dict[str, Any]:
    return bundle | {"acts": [each | {"act": str(act_id(each["act"]))} for each in bundle["acts"]]}


def load(bundle: dict[str, Any], free_totes: Sequence[str] = FREE_TOTES) -> PickSnapshot:
    return from_bundle(with_act_ids(bundle), free_totes)


class Server:
    """Takes scans in order and remembers refused acts, as the intake does."""

    def __init__(self, bundle: dict[str, Any], free_totes: Sequence[str] = FREE_TOTES) -> None:
        self.task = bundle["task"]
        self.snapshot = load(bundle, free_totes)
        self.refused_acts: set[str] = set()
        self.seq = 0

    @property
    def wave(self) -> Any:
        return self.snapshot.waves[self.task]

    def scan(self, record: dict[str, Any], local: str = "ok") -> Scan:
        self.seq += 1
        body = dict(record["body"])
        if "of" in body:
            body["of"] = str(act_id(body["of"]))
        return Scan(
            id=uuid.UUID(int=self.seq),
            seq=self.seq,
            at=NOW,
            flow="pick",
            task=self.task,
            kind=record["kind"],
            act=act_id(record["act"]) if record.get("act") else None,
            keys=tuple(record.get("keys", ())),
            raw=record.get("raw", ""),
            local=local,
            body=body,
        )

    def take(self, record: dict[str, Any], local: str = "ok") -> Decision:
        """What the intake does with a scan."""
        act = record.get("act") or ""
        taken = Taken(
            scan=self.scan(record, local), device_id=1, person_id=1, act_refused=bool(act) and act in self.refused_acts
        )
        self.snapshot, [(_, decision)] = fold(FLOW, self.snapshot, [taken], NOW)
        if decision.refusal is not None:
            self.refused_acts.add(act)
        return decision

    def would_refuse(self, record: dict[str, Any]) -> Decision:
        """The rules on a scan that the device has refused, without effect."""
        scan = self.scan(record)
        if scan.act is None:
            scan = replace(scan, act=act_id("fresh"))
        return judge(self.snapshot, Taken(scan=scan, device_id=1, person_id=1))[1]


def keys_of(text: str) -> dict[str, Any]:
    """`scan loc:A-01-1 lot:L7` -> keys and the raw text that the device would have read."""
    keys = text.split(" ")[1:]
    return {"keys": keys, "raw": keys[0].partition(":")[2]} if text.startswith("scan ") else {"keys": [], "raw": ""}


def as_plain(refusal: Any) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "expected": refusal.expected,
        "got": refusal.got,
        "cure": refusal.cure,
        "values": refusal.values,
    }
