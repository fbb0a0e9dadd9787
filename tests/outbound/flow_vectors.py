"""Reads the short notation of contracts/flows/{pack,handover}.json: the scans a device records, and their verdicts."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.scanning.protocol import Scan, Taken

FLOWS = Path(__file__).parents[2] / "contracts" / "flows"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def uid(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def read_vectors(flow: str) -> dict[str, Any]:
    """The file with every "#n" written out."""
    text = (FLOWS / f"{flow}.json").read_text(encoding="utf-8")
    return json.loads(
        re.sub(r'\\?"#(\d+)\\?"', lambda found: found[0].replace(f"#{found[1]}", uid(int(found[1]))), text)
    )


def scans_of(step: dict[str, Any], flow: str, task: str, seq: int = 1) -> list[Taken]:
    """What the device would send for a step; refused there or not, the server judges it anew."""
    recorded = step.get("scan", [])
    keys = tuple(step["in"].split()[1:]) if step["in"].startswith("scan ") else ()
    if "sent" in step:  # keys of a scan before this one go with it
        keys = tuple(step["sent"].split())
    raw = keys[0].partition(":")[2] if keys else ""
    return [
        Taken(
            scan=Scan(
                id=UUID(uid(1000 + seq + place)), seq=seq + place, at=AT, flow=flow, task=task, kind=each["kind"],
                act=UUID(each["act"] or uid(5000 + seq)), keys=keys if each["kind"] in ("product", "label", "parcel") else (),
                raw=raw, body=each["body"],
            ),
            device_id=1,
        )
        for place, each in enumerate(recorded if isinstance(recorded, list) else [recorded])
    ]  # fmt: skip
