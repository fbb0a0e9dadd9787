"""A caller that goes away in the middle of a question leaves no broken connection to the next one."""

import asyncio
import contextlib
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.platform.statements import Statement

_ONE = Statement(sa.select(sa.literal(1).label("one")))
MOMENTS = 40
"""Turns of the loop after which the caller goes: before, within and after the BEGIN."""


def one(conn: Connection) -> int:
    return int(_ONE.rows(conn)[0].one)


@pytest.mark.parametrize("ask", [Database.read, Database.write])
async def test_whoever_comes_after_a_cancelled_caller_is_served(database: Database, ask: Any) -> None:
    for moment in range(MOMENTS):
        gone = asyncio.create_task(ask(database, one))
        for _ in range(moment):
            await asyncio.sleep(0)
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone

        assert 1 == await database.write(one), moment
        assert 1 == await database.read(one), moment
