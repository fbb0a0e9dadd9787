"""What every flow reads out of a scan: the number of its task, and the act that an undo takes back."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from backend.scanning.protocol import Scan, task_number, undone_act

ACT = UUID("01890000-0000-7000-8000-000000000007")


@pytest.mark.parametrize(
    ("task", "number"),
    [
        ("pick:12", 12),
        ("pick:007", 7),
        ("pack:12", None),
        ("pick", None),
        ("pick:", None),
        ("pick:-1", None),
        ("pick:1.5", None),
        ("pick:12:3", None),
        ("pick:\u0661\u0662", None),
        ("pick:\u00b2", None),
        ("pick:" + "9" * 15, 10**15 - 1),
        ("pick:" + "9" * 16, None),
        ("", None),
    ],
)
def test_the_number_of_a_task(task: str, number: int | None) -> None:
    """Plain digits of the flow asked for, small enough for every database; no other script's digits."""
    assert number == task_number(task, "pick")


@pytest.mark.parametrize(
    ("body", "act"),
    [
        ({"of": str(ACT)}, ACT),
        ({"of": str(ACT).upper()}, ACT),
        ({}, None),
        ({"of": None}, None),
        ({"of": ""}, None),
        ({"of": "yesterday"}, None),
        ({"of": [1]}, None),
        ({"of": 7}, None),
    ],
)
def test_the_act_that_an_undo_names(body: dict[str, Any], act: UUID | None) -> None:
    """Whatever a device writes there, it is an act or nothing."""
    scan = Scan(id=ACT, seq=1, at=datetime(2026, 11, 21, tzinfo=UTC), kind="undo", body=body)

    assert act == undone_act(scan)
