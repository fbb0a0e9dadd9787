"""What a disk may do to an SQLite installation: torn writes after a power cut, no room left. Nothing answered is lost."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from tests.torture.picking_on import SCANS_OF_ACT, EndlessPicker, standing

CUTS = int(os.environ.get("RAMPA_POWER_CUTS", "40"))


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def test_the_documented_durability_is_what_the_writer_uses(sqlite_database: Database) -> None:
    """Write-ahead log and full sync, as docs/reliability.md says: a commit is on the disk before anybody hears of it."""

    def read(conn: Connection) -> tuple[str, int, int]:
        mode, synced, linked = (
            conn.exec_driver_sql(f"PRAGMA {each}").scalar_one()
            for each in ("journal_mode", "synchronous", "foreign_keys")
        )
        return mode, synced, linked

    assert ("wal", 2, 1) == await sqlite_database.write(read)


@pytest.mark.slow
async def test_a_torn_log_keeps_every_scan_that_was_answered(sqlite_url: str, tmp_path: Path) -> None:
    """The log is cut at any byte after the last answered commit, with garbage behind it: what was answered is there."""
    database, live = Database(sqlite_url), path_of(sqlite_url)
    picker = await EndlessPicker(database).begin()
    await picker.pick(5)
    chance = random.Random(4)
    for cut in range(CUTS):
        answered, safe = picker.acked, live.with_name(live.name + "-wal").stat().st_size
        await picker.pick(chance.randint(1, 6))
        torn = tmp_path / f"torn-{cut}.db"
        shutil.copy(live, torn)
        log = live.with_name(live.name + "-wal").read_bytes()
        if len(log) < safe:  # the log was begun anew by a checkpoint meanwhile
            continue
        left = log[: chance.randint(safe, len(log))]
        torn.with_name(torn.name + "-wal").write_bytes(left + chance.randbytes(chance.choice((0, 100, 5_000))))

        with closing(sqlite3.connect(torn)) as raw:
            assert "ok" == raw.execute("PRAGMA integrity_check").fetchone()[0]
        scans, pieces, wrong = _read(torn)
        assert answered <= scans <= picker.acked
        assert (scans // SCANS_OF_ACT, []) == (pieces, wrong)
    await database.close()


def _read(path: Path) -> tuple[int, int, list[str]]:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as conn:
        found = standing(conn)
    engine.dispose()
    return found


@pytest.mark.slow
async def test_a_full_disk_answers_nothing_and_loses_nothing(sqlite_url: str) -> None:
    """Without room no scan is answered; with room again the same scans are taken, each once."""
    database = Database(sqlite_url)
    picker = await EndlessPicker(database).begin()
    await picker.pick(3)
    pages = await database.write(lambda conn: _limit(conn, None))
    await database.write(lambda conn: _limit(conn, pages))
    refused = 0
    for _ in range(400):
        try:
            await picker.pick(4)
        except sa.exc.OperationalError:
            refused += 1
            break
    assert refused == 1, "the disk never became full"
    body = picker.picker.bodies[-1]
    kept, _, wrong = await database.read(standing)
    assert (picker.acked, []) == (kept, wrong)

    await database.write(lambda conn: _limit(conn, 1_000_000))
    verdicts = await picker.picker.post(body)
    again = await picker.picker.post(body)

    scans, pieces, wrong = await database.read(standing)
    assert ["ok"] * 12 == verdicts == again
    assert (picker.acked + 12, []) == (scans, wrong)
    assert pieces * SCANS_OF_ACT == scans
    await database.close()


def _limit(conn: Connection, pages: int | None) -> int:
    """At most so many pages in the file, as a disk would; answers how many there are."""
    if pages is not None:
        conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    return int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())


async def test_kill_9_between_two_commits(sqlite_url: str, tmp_path: Path) -> None:
    """The files as a killed process leaves them, taken while it writes, open as they are: nobody repairs by hand."""
    database, live = Database(sqlite_url), path_of(sqlite_url)
    picker = await EndlessPicker(database).begin()
    for turn in range(8):
        await picker.pick(2)
        left = tmp_path / f"left-{turn}.db"
        for ending in ("", "-wal"):
            shutil.copy(live.with_name(live.name + ending), left.with_name(left.name + ending))
        found = _read(left)
        assert (picker.acked, picker.acked // SCANS_OF_ACT, []) == found
    await database.close()
