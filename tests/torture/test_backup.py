"""A backup while people scan, and the restore rehearsed: the copy opens, its books are right, and the devices fill the rest."""

import asyncio
import glob
import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from backend.platform.database import Database
from tests.torture.picking_on import SCANS_OF_ACT, EndlessPicker, standing

ROOT = Path(__file__).parents[2]


async def pick_while(picker: EndlessPicker, over: asyncio.Event) -> None:
    while not over.is_set():
        await picker.pick(2)


async def resume_on(restored: Database, picker: EndlessPicker, before: int) -> None:
    """What the copy has is whole and right; the device that goes on with it fills what came after the backup."""
    scans, pieces, wrong = await restored.read(standing)
    assert before <= scans <= picker.acked
    assert (scans // SCANS_OF_ACT, []) == (pieces, wrong)
    device = picker.picker
    device.database = restored
    verdicts = []
    for body in device.bodies:  # the app keeps its verdicts for 48 hours and sends again what the server asks for
        verdicts += await device.post(body)
    scans, pieces, wrong = await restored.read(standing)
    assert (["ok"] * picker.acked, picker.acked, picker.acked // SCANS_OF_ACT, []) == (verdicts, scans, pieces, wrong)


@pytest.mark.slow
async def test_rampa_backup_while_people_scan(sqlite_url: str, tmp_path: Path) -> None:
    """`rampa backup FILE` as the owner types it, on a database that is written to all the time."""
    database = Database(sqlite_url)
    picker = await EndlessPicker(database).begin()
    await picker.pick(30)
    over, before, copy = asyncio.Event(), picker.acked, tmp_path / "copy.db"
    picking = asyncio.create_task(pick_while(picker, over))
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend.app.cli", "backup", str(copy), cwd=ROOT,
        env=os.environ | {"RAMPA_DATABASE_URL": sqlite_url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    said, complained = await program.communicate()
    over.set()
    await picking
    assert (0, b"") == (program.returncode, complained)
    assert said.decode().startswith(str(copy))
    assert picker.acked > before, "nobody scanned during the backup"
    restored = Database(f"sqlite:///{copy}")
    await resume_on(restored, picker, before)
    await restored.close()
    await database.close()


def postgres_program(name: str) -> str:
    """PostgreSQL's own programs of the newest version here."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    if not found:
        pytest.fail(f"no {name}: install Debian's package postgresql")
    return found[-1]


@pytest.mark.slow
async def test_pg_dump_and_restore(postgres_url: str, tmp_path: Path) -> None:
    """The two commands of docs/reliability.md, while people scan."""
    database = Database(postgres_url)
    picker = await EndlessPicker(database).begin()
    await picker.pick(30)
    over, before = asyncio.Event(), picker.acked
    picking = asyncio.create_task(pick_while(picker, over))
    dump = await asyncio.create_subprocess_exec(
        postgres_program("pg_dump"), "--format=custom", postgres_url, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    content, complained = await dump.communicate()
    over.set()
    await picking
    assert (0, b"") == (dump.returncode, complained)
    parts = urlsplit(postgres_url)
    name = f"restored_{uuid.uuid4().hex[:10]}"
    target = parts._replace(path=f"/{name}").geturl()
    admin = await asyncpg.connect(parts._replace(path="/postgres").geturl())
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        load = await asyncio.create_subprocess_exec(
            postgres_program("pg_restore"), "--exit-on-error", f"--dbname={target}", stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        _, complained = await load.communicate(content)
        assert (0, b"") == (load.returncode, complained)
        restored = Database(target)
        await resume_on(restored, picker, before)
        await restored.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
    await database.close()
