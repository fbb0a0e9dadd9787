"""The order of the queue, without I/O: read scans leniently, know repeats, see gaps, cut chunks, fold a flow over them.

The queue never jams: refused and unreadable scans are taken too, and their verdict is stored. Same sequence number,
same verdict, for ever.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.identity.caller import SessionHolder
from backend.platform.errors import Malformed, TooLarge
from backend.platform.limits import SCAN_RAW_CHARACTERS, SCANS_PER_REQUEST, SCANS_PER_TRANSACTION
from backend.scanning.protocol import Decision, Flow, Outcome, Refusal, Scan, ScanEnvelope, Taken, Verdict

SEQ_MAX = 2**53 - 1
"""The largest whole number that a browser counts exactly."""
KEYS_PER_SCAN = 64
"""A code means a handful of things; thousands of keys would only be a way to slow the books down."""
YEARS = range(2000, 2100)
"""A clock that shows another year is broken, and the ends of the calendar cannot be told in UTC."""

CLOCK_TOLERANCE = timedelta(minutes=10)
"""A clock that was set between a scan and its sending must not take the scan from its author."""


class Unreadable(msgspec.Struct, frozen=True):
    """A scan that could not be read: it takes its place in the queue with a verdict of its own."""

    seq: int
    reason: str
    text: str


Received = Scan | Unreadable

_envelope = msgspec.json.Decoder(ScanEnvelope)
_scan = msgspec.json.Decoder(Scan)
_verdict = msgspec.json.Encoder()


def read_envelope(body: bytes) -> ScanEnvelope:
    """The request as a whole; raises `Malformed` ENVELOPE_UNREADABLE or `TooLarge` TOO_MANY_SCANS."""
    try:
        envelope = _envelope.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(
            "ENVELOPE_UNREADABLE",
            f"Expected a JSON object with a list `scans`, got something else ({error}); nothing was taken, send it again.",
            expected="{scans: [...]}", got=str(error)[:200],
        ) from None  # fmt: skip
    if len(envelope.scans) > SCANS_PER_REQUEST:
        raise TooLarge(
            "TOO_MANY_SCANS",
            f"Expected at most {SCANS_PER_REQUEST} scans in a request, got {len(envelope.scans)}; send them in parts.",
            expected=str(SCANS_PER_REQUEST), got=str(len(envelope.scans)),
        )  # fmt: skip
    return envelope


def read_scans(envelope: ScanEnvelope) -> list[Received]:
    """Each scan by itself. An unreadable one keeps its number, or the place it stands at when it has none."""
    received: list[Received] = []
    for place, raw in enumerate(envelope.scans):
        received.append(_read_one(bytes(raw), min(max(envelope.from_seq, 0), SEQ_MAX) + place))
    return received


def _read_one(raw: bytes, place_seq: int) -> Received:
    text = raw.decode("utf-8", "replace").replace("\x00", "\ufffd")
    try:
        scan = _scan.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError, RecursionError) as error:
        return Unreadable(_seq_inside(raw, place_seq), str(error)[:300], text[:SCAN_RAW_CHARACTERS])
    if not 1 <= scan.seq <= SEQ_MAX:
        return Unreadable(place_seq, f"seq {scan.seq} is out of range", text[:SCAN_RAW_CHARACTERS])
    if scan.at.tzinfo is None:
        return Unreadable(scan.seq, "the time has no zone", text[:SCAN_RAW_CHARACTERS])
    if scan.at.year not in YEARS:
        return Unreadable(scan.seq, f"the year {scan.at.year} is out of range", text[:SCAN_RAW_CHARACTERS])
    if len(scan.keys) > KEYS_PER_SCAN:
        return Unreadable(scan.seq, f"{len(scan.keys)} keys are more than allowed", text[:SCAN_RAW_CHARACTERS])
    too_long = len(scan.raw) > SCAN_RAW_CHARACTERS or len(text) > 16 * SCAN_RAW_CHARACTERS
    if too_long or "\\u0000" in text or len(scan.flow) > 32 or len(scan.task) > 64 or len(scan.kind) > 32:
        return Unreadable(scan.seq, "a member is longer than allowed, or holds a zero byte", text[:SCAN_RAW_CHARACTERS])
    return scan


def _seq_inside(raw: bytes, place_seq: int) -> int:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return place_seq
    seq = found.get("seq") if isinstance(found, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq <= SEQ_MAX else place_seq


def in_order(received: Sequence[Received]) -> list[Received]:
    """By number. Of the same number twice in one request the first one counts."""
    first: dict[int, Received] = {}
    for each in received:
        first.setdefault(each.seq, each)
    return [first[seq] for seq in sorted(first)]


def contiguous(received: Sequence[Received], acked_seq: int) -> tuple[list[Received], list[Received], bool]:
    """Split into repeats (already answered) and fresh scans without a gap after `acked_seq`; True when a gap follows."""
    repeats: list[Received] = []
    fresh: list[Received] = []
    expected = acked_seq + 1
    for each in sorted(received, key=lambda one: one.seq):
        if each.seq <= acked_seq:
            repeats.append(each)
        elif each.seq == expected:
            fresh.append(each)
            expected += 1
        elif each.seq < expected:
            continue  # the same number twice in one request: the first one counts
        else:
            return repeats, fresh, True
    return repeats, fresh, False


def chunks(fresh: Sequence[Received]) -> list[list[Received]]:
    """At most `SCANS_PER_TRANSACTION` each, order kept."""
    return [list(fresh[at : at + SCANS_PER_TRANSACTION]) for at in range(0, len(fresh), SCANS_PER_TRANSACTION)]


def runs_of_one_flow(taken: Sequence[Taken]) -> list[list[Taken]]:
    """Neighbours of the same flow are loaded and saved together."""
    runs: list[list[Taken]] = []
    for each in taken:
        if runs and runs[-1][-1].scan.flow == each.scan.flow:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def split(run: Sequence[Taken]) -> list[list[Taken]]:
    """A broken run in smaller ones: one for each device, then one for each scan."""
    by_device: dict[int, list[Taken]] = {}
    for each in run:
        by_device.setdefault(each.device_id, []).append(each)
    return list(by_device.values()) if len(by_device) > 1 else [[each] for each in run]


def fold(flow: Flow, snapshot: Any, run: Sequence[Taken], now: datetime) -> tuple[Any, list[tuple[Taken, Decision]]]:
    """Decide each scan on what the ones before it have left. Acts stand or fall together, and are put right once."""
    refused_acts = {(each.device_id, each.scan.act) for each in run if each.act_refused}
    corrected: set[tuple[int, UUID | None]] = set()
    decided: list[tuple[Taken, Decision]] = []
    for each in run:
        act = (each.device_id, each.scan.act)
        if each.scan.local != "ok":
            decision = Decision(note={"local": each.scan.local})
        elif each.person_id is None:
            decision = Decision(refusal=person_needed(each.scan))
        elif each.scan.act is not None and act in refused_acts:
            snapshot, decision = _of_refused_act(flow, snapshot, each, now)
        else:
            snapshot, decision = flow.decide(snapshot, each, now)
        if decision.refusal is not None:
            decision = msgspec.structs.replace(decision, note=note_of(each.scan) | (decision.note or {}))
        if decision.refusal is not None and each.scan.act is not None:
            refused_acts.add(act)
            if act in corrected:
                decision = msgspec.structs.replace(decision, correction=None)
            elif decision.correction is not None:
                corrected.add(act)
        decided.append((each, decision))
    return snapshot, decided


def _of_refused_act(flow: Flow, snapshot: Any, taken: Taken, now: datetime) -> tuple[Any, Decision]:
    """The rest of an act that was refused. Only its flow knows whether goods lie by now where they must not, so it is
    asked; it may say no in its own words, a yes does not count."""
    after, decision = flow.decide(snapshot, msgspec.structs.replace(taken, act_refused=True), now)
    if decision.refusal is not None:
        return after, decision
    return snapshot, Decision(refusal=Refusal(code="ACT_REFUSED", cure="SCAN_AGAIN"))


def note_of(scan: Scan) -> dict[str, Any]:
    """What a verdict of no says of its scan, so that the device takes back the right step."""
    return {"kind": scan.kind} | ({} if scan.act is None else {"act": str(scan.act)})


def person_needed(scan: Scan) -> Refusal:
    """Goods are moved by somebody: a scan without a person is evidence, and nothing is done for it."""
    session = "none" if scan.session is None else str(scan.session)
    return Refusal(code="PERSON_NEEDED", expected={"person": ""}, got={"session": session}, cure="SIGN_IN")


def clock_error(envelope: ScanEnvelope, now: datetime) -> timedelta:
    """What must be added to the device's times; nothing when it does not say its own time."""
    try:
        sent_at = datetime.fromisoformat(envelope.sent_at)
    except ValueError:
        return timedelta(0)
    return now - sent_at if sent_at.tzinfo is not None and sent_at.year in YEARS else timedelta(0)


def author_of(
    scan: Scan, people: Mapping[UUID, SessionHolder], late_by: timedelta, now: datetime
) -> SessionHolder | None:
    """Who made the scan: the holder of the session it names, if that had not ended by then; None for anybody else.

    What has arrived was made by now, so a session that is still open owns it whatever the device's clock says.
    """
    holder = people.get(scan.session) if scan.session else None
    if holder is None:
        return None
    return holder if min(scan.at + late_by, now) < holder.until + CLOCK_TOLERANCE else None


def verdict_of(seq: int, decision: Decision, scan: Scan) -> Verdict:
    outcome: Outcome = "ok" if decision.refusal is None else "refused"
    return Verdict(seq=seq, id=scan.id, outcome=outcome, refusal=decision.refusal, note=decision.note)


def encode_verdict(verdict: Verdict) -> bytes:
    """The bytes that answer this sequence number for ever."""
    return _verdict.encode(verdict)
