"""A recorded run of an agent, its journal cut at every byte: what may have been printed is never sent again."""

from pathlib import Path

import pytest

from printing.spool import Spool
from tests.printing.labels import ZPL, job
from tests.printing.test_lane import Bench


def _record(folder: Path) -> bytes:
    """Printed and confirmed; given back and printed later; cut while sending; waiting. The journal of it all."""
    bench = Bench(folder)
    try:
        bench.lane.look()
        for number in range(1, 5):
            bench.server.jobs.append(job(ZPL, id=number, key=f"key-{number}"))
        bench.print(job(id=1, key="key-1"))
        bench.printed()
        bench.lane.look()
        bench.virtual.set_trouble(state="open")
        bench.print(job(id=2, key="key-2"))
        bench.virtual.set_trouble(state="ok")
        bench.print(job(id=2, key="key-2", lease="lease-2"))
        bench.printed(2)
        bench.virtual.set_trouble(state="cut", cut_after_bytes=30)
        bench.print(job(id=3, key="key-3"))
        bench.spool.take(job(id=4, key="key-4"))
        return (bench.spool.folder / "journal.log").read_bytes()
    finally:
        bench.close()


def test_a_recorded_run_cut_at_every_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each cut: no job with a first byte on the disk is sendable, none of them is failed or retried."""
    journal = _record(tmp_path / "run")
    folder = tmp_path / "cut"
    (folder / "jobs").mkdir(parents=True)
    monkeypatch.setattr("printing.spool.os.fsync", lambda file: None)  # thousands of openings, none to be kept
    keys = [f"key-{number}" for number in range(1, 5)]
    ever_sendable: set[str] = set()
    for length in range(len(journal) + 1):
        (folder / "journal.log").write_bytes(journal[:length])
        whole = journal[: journal.rfind(b"\n", 0, length) + 1]
        begun = {key for key in keys if b'"key":"%s","step":"first_byte"' % key.encode() in whole}
        spool = Spool(folder)
        sendable = {one.key for one in spool.unsent()}
        outcomes = {key: spool.jobs[key].outcome for key in begun}
        retried = [key for key in begun if spool.jobs[key].retry]
        spool.close()
        ever_sendable |= sendable

        assert not sendable & begun, f"cut at byte {length}"
        assert set(outcomes.values()) <= {"sent", "confirmed", "unknown"}, f"cut at byte {length}"
        assert [] == retried, f"cut at byte {length}"

    assert set(keys) == ever_sendable
    assert {"key-1", "key-2", "key-3"} == begun
