"""Whatever byte the power goes at, the journal never forgets that a first byte may have left."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printing.journal import Step, fold, read_journal, unfold, write_line
from printing.problems import PrintingProblem
from printing.protocol import ReportState
from printing.spool import REMEMBERED_DAYS, Spool
from tests.printing.labels import job

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _life() -> list[Step]:
    """A job lent, given back, lent again, sent and reported; a second one cut while it was sent."""
    return [
        Step(1, "a", "taken", NOON, lease="l1"),
        Step(1, "a", "ended", NOON, outcome="failed", retry=True, detail="no_media"),
        Step(1, "a", "reported", NOON),
        Step(1, "a", "taken", NOON, lease="l2"),
        Step(1, "a", "first_byte", NOON + timedelta(seconds=1)),
        Step(1, "a", "ended", NOON, outcome="sent", last_byte_at=NOON + timedelta(seconds=2)),
        Step(1, "a", "reported", NOON),
        Step(2, "b", "taken", NOON, lease="l3"),
        Step(2, "b", "first_byte", NOON + timedelta(seconds=3)),
    ]


JOURNAL = b"".join(write_line(step) for step in _life())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def _open(folder: Path, journal: bytes) -> Spool:
    (folder / "jobs").mkdir(parents=True, exist_ok=True)
    (folder / "journal.log").write_bytes(journal)
    return Spool(folder, lambda: NOON)


def test_a_cut_at_every_byte_errs_on_the_safe_side(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each length of the journal: a job may be sent only while no whole `first_byte` line is on the disk."""
    monkeypatch.setattr("printing.spool.os.fsync", lambda file: None)  # thousands of openings, none to be kept
    whole_lines = [JOURNAL[:end] for end in range(len(JOURNAL) + 1)]
    for journal in whole_lines:
        kept = journal[: journal.rfind(b"\n") + 1]
        begun = {key for key in ("a", "b") if f'"key":"{key}","step":"first_byte"'.encode() in kept}
        spool = _open(folder, journal)
        sendable = {one.key for one in spool.unsent()}
        outcomes = {key: one.outcome for key, one in spool.jobs.items()}
        spool.close()

        assert not (sendable & begun), f"cut at byte {len(journal)}"
        for key in begun:
            assert outcomes[key] in ("sent", "unknown"), f"cut at byte {len(journal)}"


def test_after_a_cut_the_journal_goes_on(folder: Path) -> None:
    """A torn last line is cut off, so that the next line is not glued to it and lost."""
    for length in range(0, len(JOURNAL), 7):
        spool = _open(folder, JOURNAL[:length])
        spool.take(job(id=9, key="new"))
        spool.first_byte("new")
        spool.close()
        steps, _, damaged = read_journal((folder / "journal.log").read_bytes())

        assert 0 == damaged, f"cut at byte {length}"
        assert "first_byte" == [step.step for step in steps if step.key == "new"][-1]


def test_damage_in_the_middle_makes_open_jobs_unknown(folder: Path) -> None:
    """A step that cannot be read may have been the first byte; nothing that was open is sent any more."""
    first = write_line(Step(1, "a", "taken", NOON, lease="l1"))
    lost = write_line(Step(1, "a", "first_byte", NOON)).replace(b"first", b"frist")
    last = write_line(Step(2, "b", "taken", NOON, lease="l2"))

    spool = _open(folder, first + lost + last)
    spool.close()

    assert {"a": "unknown", "b": "unknown"} == {key: one.outcome for key, one in spool.jobs.items()}
    assert 1 == len(list(folder.glob("journal.damaged-*")))


def test_a_first_byte_goes_once(folder: Path) -> None:
    """The journal itself refuses a second first byte."""
    spool = Spool(folder)
    spool.take(job())
    spool.first_byte("key-1")

    with pytest.raises(PrintingProblem, match="first byte has gone"):
        spool.first_byte("key-1")
    spool.close()


def test_after_the_first_byte_nothing_is_retried(folder: Path) -> None:
    """`failed, try again` after the first byte is written down as unknown."""
    spool = Spool(folder)
    spool.take(job())
    spool.first_byte("key-1")

    ended = spool.end("key-1", ReportState.FAILED, "line cut", retry=True)

    assert ("unknown", False) == (ended.outcome, ended.retry)
    spool.close()


def test_a_second_lease_does_not_open_a_sent_job(folder: Path) -> None:
    """Lent again after its first byte, a job keeps its outcome and is only reported again."""
    spool = Spool(folder)
    spool.take(job())
    spool.first_byte("key-1")
    spool.end("key-1", ReportState.SENT)
    spool.reported("key-1", "sent")

    again = spool.take(job(lease="lease-2"))

    assert ("sent", "lease-2", False) == (again.outcome, again.lease, again.reported)
    assert [] == spool.unsent()
    spool.close()


def test_a_newer_outcome_is_not_taken_for_told(folder: Path) -> None:
    """`sent` acknowledged late does not hide `confirmed`, which the server has not heard yet."""
    spool = Spool(folder)
    spool.take(job())
    spool.first_byte("key-1")
    spool.end("key-1", ReportState.SENT)
    spool.end("key-1", ReportState.CONFIRMED)

    spool.reported("key-1", "sent")

    assert ["confirmed"] == [one.outcome for one in spool.unreported()]
    spool.close()


def test_two_agents_cannot_share_a_spool(folder: Path) -> None:
    """The second agent is told so instead of printing everything twice."""
    first = Spool(folder)

    with pytest.raises(PrintingProblem, match="another agent"):
        Spool(folder)
    first.close()


@pytest.mark.parametrize("left", [b"", b"\xff\x00\xfe", b"0123456", b"0123456Z"])
def test_a_spool_keeps_its_name_and_makes_another_for_a_damaged_one(folder: Path, left: bytes) -> None:
    """The server tells two programs with one token apart by it; what a dying disk left of it stops nobody."""
    with closing(Spool(folder)) as spool:
        made = spool.name
    with closing(Spool(folder)) as spool:
        assert made == spool.name
    (folder / "name").write_bytes(left)
    with closing(Spool(folder)) as spool:
        assert re.fullmatch("[0-9a-f]{8}", spool.name)
        assert made != spool.name


def test_compacting_forgets_only_the_old(folder: Path) -> None:
    """What was reported long ago goes; a recent or unreported job stays, exactly as it was."""
    clock = [NOON]
    spool = Spool(folder, lambda: clock[0])
    for key in ("old", "untold"):
        spool.take(job(key=key))
        spool.first_byte(key)
        spool.end(key, ReportState.SENT)
    spool.reported("old", "sent")
    clock[0] = NOON + timedelta(days=REMEMBERED_DAYS + 1)
    spool.take(job(key="new"))
    before = dict(spool.jobs)

    spool.compact()
    spool.close()
    again = Spool(folder, lambda: clock[0])

    assert {"untold", "new"} == set(again.jobs)
    assert before["untold"] == again.jobs["untold"]
    again.close()


def test_unfold_and_fold_are_one() -> None:
    """The short form of a record says the same as the long life behind it."""
    for remembered in fold(_life()).values():
        again = fold(unfold(remembered))[remembered.key]

        assert remembered == again


def test_a_full_disk_stops_the_agent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a line cannot be written the spool refuses everything after it, and leaves no half line behind."""
    spool = Spool(folder)
    spool.take(job())
    length = (folder / "journal.log").stat().st_size

    def full(file: int, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("printing.spool.os.write", full)
        with pytest.raises(PrintingProblem, match="No space left"):
            spool.first_byte("key-1")

    with pytest.raises(PrintingProblem, match="failed before"):
        spool.first_byte("key-1")
    assert length == (folder / "journal.log").stat().st_size
