"""What travels between the hand and the books: scans, verdicts, refusals, and the shape of a flow.

A scan is a small immutable record, made and stored on the device. It is taken exactly once, in order of its sequence
number, however often it is sent. A refusal is a value with a code; the texts per language are keyed by the code.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.engine import Connection

from backend.platform.journal import Fact

Outcome = Literal["ok", "refused", "unreadable", "parked"]


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One scan as the device wrote it. Unknown members of newer apps are ignored.

    `seq` counts without gaps per device; `at` is the device's clock, shown but never used for order. `act` joins scans
    that stand or fall together (a piece, then its tote). `local` is "ok" or the code by which the device refused it.
    """

    id: UUID
    seq: int
    at: datetime
    flow: str = ""
    task: str = ""
    step: str = ""
    kind: str = ""
    act: UUID | None = None
    keys: tuple[str, ...] = ()
    raw: str = ""
    source: str = ""
    session: UUID | None = None
    local: str = "ok"
    body: dict[str, Any] = {}


def task_number(task: str, flow: str) -> int | None:
    """The number inside "pick:12" for the flow "pick"; None for another flow's task and for what cannot be a number of ours."""
    name, _, number = task.partition(":")
    return int(number) if name == flow and number.isascii() and number.isdigit() and len(number) < 16 else None


def undone_act(scan: Scan) -> UUID | None:
    """The act that an undo names in `body.of`; None where it names none, or nothing that could be one."""
    named = scan.body.get("of")
    try:
        return UUID(str(named)) if named else None
    except ValueError:
        return None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why not: what was expected, what came, and the code of what to do. `values` fill the places of the text."""

    code: str
    expected: dict[str, Any] = {}
    got: dict[str, Any] = {}
    cure: str = ""
    values: dict[str, Any] = {}


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Work for a person, because the server refused what the device had accepted ("put 2 pcs back to A-01-2")."""

    code: str
    values: dict[str, Any] = {}
    keys: tuple[str, ...] = ()
    """Scan keys that confirm it as done, such as the location where the goods belong; empty: a tap confirms."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    id: UUID | None
    outcome: Outcome
    refusal: Refusal | None = None
    note: dict[str, Any] | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A scan together with who made it. `act_refused` tells that an earlier scan of the same act was refused."""

    scan: Scan
    device_id: int
    person_id: int | None = None
    role: str | None = None
    act_refused: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one scan does: refused with a reason, or changes and facts for `save`."""

    refusal: Refusal | None = None
    changes: tuple[Any, ...] = ()
    facts: tuple[Fact, ...] = ()
    note: dict[str, Any] | None = None
    correction: Correction | None = None


class Flow(msgspec.Struct, frozen=True):
    """`load` once, `decide` a whole chunk in memory, `save` once.

    `load(conn, taken)` reads, with locks in key order, all that the chunk may touch. `decide(snapshot, taken, now)` is
    pure and returns the next snapshot. `save(conn, snapshot, decided, now)` writes set-based; facts are appended by
    the intake.
    """

    name: str
    load: Callable[[Connection, Sequence[Taken]], Any]
    decide: Callable[[Any, Taken, datetime], tuple[Any, Decision]]
    save: Callable[[Connection, Any, Sequence[tuple[Taken, Decision]], datetime], None]


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for work: a person at a device, in a language."""

    person_id: int
    device_id: int | None
    role: str = "worker"
    language: str = "cs"


class Job(msgspec.Struct, frozen=True):
    """How a flow's work reaches a device. Each returns bundles: plain dicts holding every expectation as data.

    `get(conn, request, asker, now)` finds or makes work and returns a bundle, or None when there is none.
    `read(conn, task)` gives the bundle of a running task; None when it is over. `open_for(conn, person_id)` lists what
    this person has begun. `take(conn, task, asker, now)` hands a running task over to another device.
    """

    get: Callable[[Connection, dict[str, Any], Asker, datetime], dict[str, Any] | None]
    read: Callable[[Connection, str], dict[str, Any] | None]
    open_for: Callable[[Connection, int], list[dict[str, Any]]]
    take: Callable[[Connection, str, Asker, datetime], dict[str, Any] | None]


class ScanEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """The request body, read leniently: each scan is decoded by itself, so that one bad scan harms no other.

    `sent_at` is the device's clock when it sent: what it is wrong by tells when its scans were really made.
    """

    scans: tuple[msgspec.Raw, ...]
    from_seq: int = 0
    device: str = ""
    cursor: int = 0
    unsent: int = 0
    app: str = ""
    session: UUID | None = None
    """Who is signed in on the device while it asks; scans name their authors themselves."""
    sent_at: str = ""


class ScanReply(msgspec.Struct, frozen=True, kw_only=True):
    """`verdicts` are stored bytes; a repeat of a sequence number receives the very same ones."""

    verdicts: list[msgspec.Raw]
    acked_seq: int
    cursor: int
    server_time: datetime
    corrections: list[dict[str, Any]] = []
    work_changed: bool = False
