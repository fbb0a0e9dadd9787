"""What must be true at the end, told by the devices, the books and the paper. Each check is named; the table counts them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders.tables import sales_order
from backend.outbound.tables import parcel, parcel_content, pick, pick_act
from backend.platform.journal import delivery
from backend.print_queue.tables import print_content, print_job, printer
from backend.scanning.tables import scan
from printing.drivers import find_driver
from printing.protocol import PrinterConfig, PrintJob
from tests.simulation import invariants
from tests.torture.terminals import Terminal


class Findings(NamedTuple):
    """`lost` and `doubled` count scans; `wrongs` are sentences, each begun with the name of its check."""

    lost: int
    doubled: int
    wrongs: list[str]


def shown_is_taken(conn: Connection, shown: dict[str, list[str]], tried: set[str], kills: int = 0) -> Findings:
    """`shown`: device token's name -> ids in the order in which they were shown. Each once, in that order, nothing else.

    A page that is killed right after it has stored a scan could not tell of it any more: one unknown scan for each kill.
    """
    rows = conn.execute(
        sa.select(scan.c.uid, scan.c.record, scan.c.device_id, scan.c.seq).order_by(scan.c.device_id, scan.c.seq)
    )
    times: Counter[str] = Counter()
    place: dict[str, tuple[int, int]] = {}
    for row in rows:
        uid = str(row.uid or row.record.get("id") or row.record)
        times[uid] += 1
        place[uid] = (row.device_id, row.seq)
    every = {uid for ids in shown.values() for uid in ids}
    gone = conn.execute(sa.select(scan.c.seq).where(scan.c.kind == "lost")).scalars().all()
    lost = sorted(every - times.keys())
    doubled = [uid for uid, count in times.items() if count > 1]
    unknown = sorted(times.keys() - every - tried)
    wrongs = [f"lost: scan {uid} was shown as taken and is not in the books" for uid in lost[:5]]
    wrongs += [f"doubled: scan {uid} is in the books {times[uid]} times" for uid in doubled[:5]]
    if len(unknown) > kills:
        wrongs += [f"unknown: scan {uid} is in the books and nobody made it" for uid in unknown[:5]]
    wrongs += [f"lost: a device says itself that it has lost scan {seq}" for seq in gone[:5]]
    for name, ids in shown.items():
        order = [place[uid] for uid in ids if uid in place]
        if order != sorted(order):
            wrongs.append(f"order: scans of {name} were taken in another order than they were made")
    return Findings(len(lost) + (0 if lost else len(gone)), len(doubled), wrongs)


def stored_verdicts(conn: Connection, terminals: list[Terminal]) -> list[str]:
    """What each device was told is, byte for byte, what is stored."""
    stored = {str(row.uid): row.verdict for row in conn.execute(sa.select(scan.c.uid, scan.c.verdict)) if row.uid}
    found = []
    for each in terminals:
        for seq, told in each.verdicts.items():
            uid = each.scans[seq]["id"]
            if uid in stored and bytes(stored[uid]) != told:
                found.append(
                    f"verdict: scan {seq} of {each.name} was answered {told[:120]!r}, stored is {stored[uid][:120]!r}"
                )
    return found[:5]


IMPOSSIBLE = frozenset(("FLOW_UNKNOWN", "SCAN_ID_SPENT", "NOT_UNDERSTOOD", "SCAN_PARKED", "PERSON_NEEDED"))
"""Refusals that a walker who scans in order never earns."""


def earned_refusals(terminals: list[Terminal]) -> list[str]:
    """People make mistakes; nobody scans the tote before the goods."""
    found = []
    for each in terminals:
        in_hand: set[str] = set()
        for seq, one in sorted(each.scans.items()):
            told = each.verdict(seq)
            code = ((told or {}).get("refusal") or {}).get("code", "")
            if one["kind"] == "product" and one["local"] == "ok" and not code:
                in_hand.add(one["act"])
            if code in IMPOSSIBLE or (code == "PRODUCT_FIRST" and one["act"] in in_hand):
                found.append(f"refusals: scan {seq} of {each.name} was refused with {code}")
    return found[:5]


class Told(NamedTuple):
    """What the devices were told "ok" for: act -> (line, pieces) in totes; act -> (parcel, line, pieces) in parcels."""

    picked: dict[str, tuple[int, int]]
    packed: dict[str, tuple[str, int, int]]


def told_to_devices(terminals: list[Terminal]) -> Told:
    """From the devices' own memory alone."""
    picked: dict[str, tuple[int, int]] = {}
    packed: dict[str, tuple[str, int, int]] = {}
    undone: set[str] = set()
    for each in terminals:
        for seq, one in each.scans.items():
            verdict = each.verdict(seq)
            if verdict is None or verdict["outcome"] != "ok" or one["local"] != "ok":
                continue
            body, act = one["body"], one["act"]
            if one["kind"] == "undo":
                undone.add(body["of"])
            elif one["flow"] == "pick" and one["kind"] == "tote":
                picked[act] = (body["line"], body["quantity"])
            elif one["flow"] == "pack" and one["kind"] == "product":
                packed[act] = (
                    body["parcel"],
                    body.get("line", 0),
                    body["quantity"],
                )  # goods of no line are in no books
    for act in undone:
        picked.pop(act, None)
        packed.pop(act, None)
    return Told(picked, packed)


def hands_against_books(conn: Connection, terminals: list[Terminal]) -> list[str]:
    """Pieces in totes and in parcels, as the devices have it and as the books have it."""
    told = told_to_devices(terminals)
    acts = {
        str(row.uid): row.quantity
        for row in conn.execute(
            sa.select(pick_act.c.uid, pick_act.c.quantity, pick_act.c.device_id).where(
                pick_act.c.kind == "pick", pick_act.c.state == "applied"
            )
        )
    }
    found = [
        f"hands: {pieces} pieces of pick {line} were put into a tote, the books do not know the act {act}"
        for act, (line, pieces) in told.picked.items()
        if act not in acts and not _cancelled(conn, line)
    ]
    contents: dict[tuple[str, int], int] = {}
    for parcel_uid, line, pieces in told.packed.values():
        contents[parcel_uid, line] = contents.get((parcel_uid, line), 0) + pieces
    rows = conn.execute(
        sa.select(parcel.c.uid, parcel_content.c.order_line_id, sa.func.sum(parcel_content.c.quantity).label("pieces"))
        .join(parcel, parcel.c.id == parcel_content.c.parcel_id)
        .where(parcel.c.state != "cancelled")
        .group_by(parcel.c.uid, parcel_content.c.order_line_id)
    )
    booked = {(str(row.uid), row.order_line_id): int(row.pieces) for row in rows}
    dead = {str(row.uid) for row in conn.execute(sa.select(parcel.c.uid).where(parcel.c.state == "cancelled"))}
    for key in contents.keys() | booked.keys():
        if key[0] not in dead and contents.get(key, 0) != booked.get(key, 0):
            found.append(
                f"parcels: {contents.get(key, 0)} pieces of line {key[1]} were scanned into {key[0]}, {booked.get(key, 0)} are booked"
            )
    return found[:8]


def _cancelled(conn: Connection, pick_id: int) -> bool:
    return conn.execute(sa.select(pick.c.state).where(pick.c.id == pick_id)).scalar_one() == "cancelled"


def books(conn: Connection, received: dict[int, int], unreadable: int) -> list[str]:
    """The invariants of the simulation: ledger and balances, nothing below zero, no act twice, no gap, lines, parcels."""
    found = [f"books: {each}" for each in invariants.wrongs(conn, received, {})]
    return found[:8]


def news_delivered(conn: Connection) -> list[str]:
    """Every fact that somebody waits for has reached him; every closed parcel of a packed order has its label job."""
    rows = conn.execute(
        sa.select(delivery.c.reaction, delivery.c.state, sa.func.count().label("count"))
        .where(delivery.c.state != "done")
        .group_by(delivery.c.reaction, delivery.c.state)
    )
    found = [f"news: {row.count} deliveries of {row.reaction} are still {row.state}" for row in rows]
    unbooked = conn.execute(
        sa.select(parcel.c.number)
        .join(sales_order, sales_order.c.id == parcel.c.order_id)
        .where(parcel.c.state == "closed", sales_order.c.state == "packed")
    ).scalars()
    found += [f"news: the order of parcel {number} is packed, and no carrier was asked" for number in unbooked]
    jobs = {row.key for row in conn.execute(sa.select(print_job.c.key))}
    labelled = sa.select(parcel.c.number).where(parcel.c.state.in_(("labelled", "verified", "loaded")))
    without = [number for number in conn.execute(labelled).scalars() if f"label:{number}" not in jobs]
    return (found + [f"news: parcel {number} is labelled, and no label was queued" for number in without])[:8]


# -- the paper ----------------------------------------------------------------------------------------------------------


class Paper(NamedTuple):
    """Job rows, and what came out for each job: True for a whole label, False for a cut one."""

    jobs: list[Any]
    out: dict[int, list[bool]]
    strange: list[str]


def look_at_paper(conn: Connection, folder: Path, before: int = 1_000_000) -> Paper:
    """Go to the printer and read what lies there. A label and its reprint look alike: the first `before` are no reprints."""
    index = folder / "index.jsonl"
    entries = [json.loads(line) for line in index.read_text("utf-8").splitlines()] if index.exists() else []
    rows = conn.execute(
        sa.select(print_job, print_content.c.content, printer.c.code)
        .join(print_content, print_content.c.id == print_job.c.content_id)
        .join(printer, printer.c.id == print_job.c.printer_id)
        .order_by(print_job.c.id)
    ).all()
    payloads = {row.id: _payload(row) for row in rows}
    copies = {row.id for row in rows if row.reprint_of is not None}
    out: dict[int, list[bool]] = {}
    strange = []
    for place, entry in enumerate(entries):
        content = (folder / entry["file"]).read_bytes()
        fitting = [each for each, payload in payloads.items() if payload == content]
        fitting = fitting or [each for each, payload in payloads.items() if payload.startswith(content)]
        if not fitting:
            strange.append(f"paper: {entry['file']} is the label of no job")
        firsts = [each for each in fitting if each not in copies]
        seconds = [each for each in fitting if each in copies]
        if place >= before and seconds:
            out.setdefault(seconds[-1], []).append(entry["complete"])
        elif len(firsts) == 1:  # one cut so early that it could be anybody's is nobody's
            out.setdefault(firsts[0], []).append(entry["complete"])
    return Paper(rows, out, strange)


def paper(conn: Connection, folder: Path, before: int) -> list[str]:
    """What came out of the printer against the books: a job at most once, and none of which the books say "not printed"."""
    seen = look_at_paper(conn, folder, before)
    found = list(seen.strange)
    for row in seen.jobs:
        came = seen.out.get(row.id, [])
        answered = row.asked_by is not None
        if len(came) > 1:
            found.append(f"paper: job {row.id} ({row.title}) came out {len(came)} times, the books say {row.state}")
        if row.state in ("sent", "confirmed") and came != [True]:
            found.append(f"paper: job {row.id} is {row.state}, out of the printer came {came}")
        if (
            came
            and row.state in ("queued", "leased", "failed", "expired", "cancelled")
            and not (answered and came == [False])
        ):
            found.append(f"paper: job {row.id} came out, the books say {row.state}: {row.detail}")
    return found[:8]


def doubts(conn: Connection, folder: Path) -> dict[int, bool]:
    """Jobs of which nobody knows -> whether a whole label lies at the printer."""
    seen = look_at_paper(conn, folder)
    return {row.id: seen.out.get(row.id) == [True] for row in seen.jobs if row.state == "unknown"}


def _payload(row: Any) -> bytes:
    job = PrintJob(
        id=row.id, key=str(row.uid), printer=row.code, format=row.format, content=row.content, content_sha256="", lease="",
        media_width_mm=row.media_width_mm, media_height_mm=row.media_height_mm, dpi=row.dpi, copies=row.copies,
    )  # fmt: skip
    config = PrinterConfig(row.code, "", "zpl", "tcp", "", dpi=row.dpi)
    return find_driver("zpl").encode(job, config).payload


def print_standing(conn: Connection) -> tuple[int, int, int]:
    """(jobs on their way, jobs in doubt, jobs that wait behind one in doubt)."""
    rows = conn.execute(sa.select(print_job.c.id, print_job.c.state, print_job.c.sequence_group)).all()
    doubt = [row for row in rows if row.state in ("unknown", "failed", "expired")]
    groups = {row.sequence_group for row in doubt}
    way = [row for row in rows if row.state in ("queued", "leased", "sending")]
    behind = [row for row in way if row.state == "queued" and row.sequence_group in groups]
    return len(way) - len(behind), len(doubt), len(behind)
