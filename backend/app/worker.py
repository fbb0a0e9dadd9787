"""The worker: drains what happened into reactions, and runs the timers. Embedded in the server, or a process alone."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

import httpx
import structlog

from backend.app.wiring import REACTIONS, TIMERS, Timer
from backend.platform import clock, outbox
from backend.platform.database import Database
from backend.platform.outbox import Outbox, Reaction

log = structlog.get_logger()
LONGEST_SLEEP_S = 2.0
TROUBLE_PAUSE_S = 1.0
RUSH_S = 0.05


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run it until it ends, or the system asks the process to stop (SIGTERM, SIGINT): then it may still tidy up."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        # a question that was cut off on its way to the database would tell of it when it is swept away: nobody's news
        loop.set_exception_handler(lambda _, context: log.debug("cut off", reason=context.get("message")))
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


class Worker:
    """`run` until cancelled. Trouble with the database is waited out, never fatal."""

    def __init__(self, database: Database, reactions: Mapping[str, Reaction] | None = None) -> None:
        self.database = database
        self.reactions = {name: each for pairs in REACTIONS.values() for name, each in pairs.items()}
        if reactions is not None:
            self.reactions = dict(reactions)

    async def run(self) -> None:
        await self.database.listen()
        async with httpx.AsyncClient(follow_redirects=False) as client:
            drainer = Outbox(self.database, self.reactions, client)
            timers = asyncio.create_task(self._timers())
            try:
                while True:
                    try:
                        await self._once(drainer)
                    except Exception as error:
                        log.error("worker in trouble, trying again", exc_info=error)
                        await asyncio.sleep(TROUBLE_PAUSE_S)
            finally:
                timers.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await timers

    async def _once(self, drainer: Outbox) -> None:
        """Facts that nobody reacts to wake us as well: a look is a read, and a rush of them is looked at once."""
        seen = self.database.wake.seen
        due = await self.database.read(outbox.next_due)
        if due is not None and due <= clock.now():
            await drainer.drain()
            due = await self.database.read(outbox.next_due)
            if due is not None and due <= clock.now():
                due = None  # it waits behind a parked one: a person's word wakes us
        await asyncio.sleep(RUSH_S)
        rest_s = LONGEST_SLEEP_S if due is None else min(LONGEST_SLEEP_S, (due - clock.now()).total_seconds())
        await self.database.wake.wait(seen, max(0.02, rest_s))

    async def _turn(self, timer: Timer) -> None:
        await self.database.write(lambda conn: timer.run(conn, clock.now()))

    async def _timers(self) -> None:
        started = clock.now()
        due = {name: started + timedelta(seconds=timer.first_s) for name, timer in TIMERS.items()}
        while True:
            for name, timer in TIMERS.items():
                if due[name] <= clock.now():
                    due[name] = clock.now() + timedelta(seconds=timer.every_s)
                    try:
                        await self._turn(timer)
                    except Exception as error:
                        log.error("timer failed", timer=name, exc_info=error)
            await asyncio.sleep(0.5)
