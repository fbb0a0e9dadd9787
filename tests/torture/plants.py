"""Bugs planted on purpose, so that the torture is known to see them. The product's own code holds none of them.

Each is a mistake that somebody could make in good faith. `plant` patches the process it is called in: the mother of the
server's processes, the torture's own process for those of the scripted devices, a page's first script for the pages.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

LOST = "LOST"


def plant(name: str) -> None:
    """Patch this process; nothing for an empty name, or for a plant that belongs elsewhere."""
    if name:
        PLANTS[name]()


def _elsewhere() -> None:
    """Planted in the torture's own process or in the pages."""


# -- in the server ------------------------------------------------------------------------------------------------------


class _Early:
    """A database that answers before it commits."""

    def __init__(self, real: Any) -> None:
        self.real, self.kept = real, set[asyncio.Task]()

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()

        def early(conn: Connection) -> Any:
            outcome = work(conn)
            loop.call_soon_threadsafe(lambda: answered.done() or answered.set_result(outcome))
            if conn.dialect.name == "sqlite":
                time.sleep(0.03)
            else:
                conn.execute(sa.text("SELECT pg_sleep(0.03)"))
            return outcome

        task = asyncio.create_task(self.real.write(early))
        self.kept.add(task)
        task.add_done_callback(lambda done: (self.kept.discard(done), done.cancelled() or done.exception()))
        await asyncio.wait({task, answered}, return_when=asyncio.FIRST_COMPLETED)
        return await (answered if answered.done() else task)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def acknowledge_before_commit() -> None:
    """The answer leaves while the transaction is still open."""
    from backend.scanning.flows import Intake

    real, early = Intake.take, dict[int, _Early]()

    async def take(self: Any, database: Any, device_id: int, body: bytes) -> Any:
        return await real(self, early.setdefault(id(database), _Early(database)), device_id, body)

    Intake.take = take


def no_dedupe() -> None:
    """A repeat is taken for a new scan."""
    from backend.scanning import intake, store

    stored = store.insert_scans

    def insert_scans(conn: Connection, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            if store.stored_verdicts(conn, each["device_id"], [each["seq"]]):
                each["seq"] = random.randrange(10**9, 2 * 10**9)
        stored(conn, rows)

    intake.contiguous = lambda received, acked: ([], sorted(received, key=lambda each: each.seq), False)
    known = store.read_known
    store.read_known = lambda conn, uids, acts: (set(), known(conn, uids, acts)[1])
    store.insert_scans = insert_scans


def verdict_not_stored() -> None:
    """A repeat is answered with what one would say now: it was taken, so it must have been fine."""
    from backend.scanning import store

    real = store.stored_verdicts

    def stored_verdicts(conn: Connection, device_id: int, seqs: Any) -> dict[int, Any]:
        known = real(conn, device_id, seqs)
        return {
            seq: (uid, b'{"seq":%d,"id":"%s","outcome":"ok","refusal":null,"note":null}' % (seq, str(uid).encode()))
            for seq, (uid, _) in known.items()
        }

    store.stored_verdicts = stored_verdicts


def order_ignored() -> None:
    """The scans of one request are decided in whatever order a set gives them."""
    from backend.scanning import flows, intake

    real = intake.fold

    def fold(flow: Any, snapshot: Any, run: Any, now: Any) -> Any:
        snapshot, decided = real(flow, snapshot, sorted(run, key=lambda each: str(each.scan.id)), now)
        return snapshot, decided

    intake.fold = flows.intake.fold = fold


def gap_not_asked() -> None:
    """A later scan is taken although an earlier one is missing."""
    from backend.scanning import intake

    def contiguous(received: Any, acked_seq: int) -> Any:
        ordered = sorted(received, key=lambda each: each.seq)
        return (
            [each for each in ordered if each.seq <= acked_seq],
            [each for each in ordered if each.seq > acked_seq],
            False,
        )

    intake.contiguous = contiguous


def balance_beside_ledger() -> None:
    """Somebody corrects a balance by an UPDATE of his own, now and then, without a move."""
    from backend.scanning import store
    from backend.stock.tables import balance

    real = store.insert_scans

    def insert_scans(conn: Connection, rows: list[dict[str, Any]]) -> None:
        real(conn, rows)
        if random.random() < 0.05:
            first = sa.select(sa.func.min(balance.c.id)).scalar_subquery()
            conn.execute(sa.update(balance).where(balance.c.id == first).values(on_hand=balance.c.on_hand + 1))

    store.insert_scans = insert_scans


def print_lease_not_honoured() -> None:
    """A job that is lent goes out a second time, and whoever reports is believed."""
    import msgspec

    from backend.print_queue.store import leases
    from printing.protocol import JobState

    decide = leases.decide_report

    def decide_report(standing: Any, said: Any, now: Any) -> Any:
        held = JobState.LEASED if said.state == "sending" else standing.state
        return decide(
            msgspec.structs.replace(standing, state=held) if hasattr(standing, "__struct_fields__")
            else standing._replace(state=held),
            msgspec.structs.replace(said, lease=standing.lease or said.lease), now,
        )  # fmt: skip

    leases.decide_report = decide_report
    lend = leases._lend
    claim = leases.claim

    def twice(conn: Connection, agent_id: int, reports: Any, now: Any, *rest: Any) -> Any:
        lent = claim(conn, agent_id, reports, now, *rest)
        ready = [each.code for each in reports if each.room > 0]
        if not lent and ready:
            table, holder = leases.print_job, leases.printer
            again = sa.select(table).join(holder, holder.c.id == table.c.printer_id).where(
                table.c.state == JobState.LEASED, holder.c.code.in_(ready)
            )  # fmt: skip
            lent = [lend(conn, agent_id, row, now) for row in conn.execute(again.limit(2)).all()]
        return lent

    from backend.print_queue import routes

    leases.claim = twice
    for room in (routes, getattr(routes, "leases", None)):
        if room is not None and hasattr(room, "claim"):
            room.claim = twice


# -- in the worker ------------------------------------------------------------------------------------------------------


def cursor_instead_of_rows() -> None:
    """The worker remembers how far it has read, as one number, instead of a row for each delivery."""
    from backend.platform import outbox
    from backend.platform.journal import delivery

    real, seen = outbox.claim, []

    def claim(conn: Connection, now: Any, *rest: Any) -> Any:
        newest = conn.execute(sa.select(sa.func.max(delivery.c.id))).scalar_one() or 0
        if not seen:
            seen.append(newest)
        claimed = [each for each in real(conn, now, *rest) if each.delivery_id > seen[0]]
        conn.execute(
            sa.update(delivery)
            .where(delivery.c.id <= seen[0], delivery.c.state.in_(("waiting", "leased")))
            .values(state="done", done_at=now)
        )
        seen[0] = max([seen[0], *(each.delivery_id for each in claimed)])
        return claimed

    outbox.claim = claim


def done_before_done() -> None:
    """A delivery is marked done first, and then worked on."""
    from backend.platform import clock, outbox

    errand = outbox.Outbox._errand

    async def first_done(self: Any, reaction: Any, claimed: Any) -> None:
        await self.database.write(lambda conn: outbox.finish(conn, claimed, clock.now()))
        await asyncio.sleep(0.1)
        kept, outbox.finish = outbox.finish, lambda conn, claimed, now: True
        try:
            await errand(self, reaction, claimed)
        finally:
            outbox.finish = kept

    outbox.Outbox._errand = first_done


# -- in the agent -------------------------------------------------------------------------------------------------------


def retry_after_first_byte() -> None:
    """The line broke while a label was being sent, so it is sent again."""
    from printing.lane import Lane
    from printing.problems import LineCut, NotReached
    from printing.spool import Spool

    send = Lane._send

    def again(self: Any, *words: Any) -> bool:
        try:
            return send(self, *words)
        except LineCut as cut:
            raise NotReached(cut.sentence) from cut

    Lane._send = again
    Spool.first_byte = lambda self, key: self._now()


def first_byte_not_written() -> None:
    """The agent sends without a line in its journal; after a kill it begins anew."""
    from printing.lane import Lane
    from printing.spool import Spool

    Spool.first_byte = lambda self, key: self._now()
    send = Lane._send

    def slowly(self: Any, *words: Any) -> bool:
        outcome = send(self, *words)
        time.sleep(0.2)  # the moment in which it dies
        return outcome

    Lane._send = slowly
    end = Spool.end

    def late(self: Any, *words: Any, **more: Any) -> Any:
        time.sleep(0.3)
        return end(self, *words, **more)

    Spool.end = late


# -- in the scripted devices and in the pages ---------------------------------------------------------------------------


def drop_on_sign_out() -> None:
    """Leaving clears the device, and what was not sent is cleared with it."""
    from tests.torture.terminals import Terminal

    async def forget_before_leaving(self: Any) -> None:
        for seq in range(self.first_open, len(self.scans) + 1):
            if seq not in self.verdicts:
                empty = {
                    "kind": "lost",
                    "flow": "",
                    "task": "",
                    "act": None,
                    "keys": [],
                    "raw": "",
                    "local": LOST,
                    "body": {},
                }
                self.scans[seq] = self.scans[seq] | empty | {"id": self.uuid()}

    Terminal.forget_before_leaving = forget_before_leaving


def trust_in_the_number() -> None:
    """The device drops everything up to the number that it has sent, instead of what has a verdict."""
    from tests.torture.terminals import Terminal

    real = Terminal.send_some

    async def send_some(self: Any) -> None:
        first, last = self.first_open, len(self.scans)
        try:
            await real(self)
        finally:
            for seq in range(first, min(last, first + 100) + 1):
                self.verdicts.setdefault(seq, b'{"seq":%d,"outcome":"ok"}' % seq)

    Terminal.send_some = send_some


PAGE_DROPS = """
const fetched = window.fetch;
window.fetch = function (address, init) {
  if (String(address).includes('/api/sessions/current')) {
    indexedDB.open('rampa').onsuccess = (event) => {
      event.target.result.transaction('scans', 'readwrite').objectStore('scans').clear();
    };
  }
  return fetched.apply(this, arguments);
};
"""
PAGE_TONE = """
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (value) {
  if (this.name === 'scans' && Math.random() < 0.1) return this.count();
  return add.apply(this, arguments);
};
"""
PAGE_SCRIPTS = {"page_drops_on_sign_out": PAGE_DROPS, "page_tone_before_saved": PAGE_TONE}
"""Planted in the floor app: clears unsent scans at sign-out; sounds the good tone for scans it has not stored."""

PLANTS: dict[str, Callable[[], None]] = {
    "acknowledge_before_commit": acknowledge_before_commit,
    "no_dedupe": no_dedupe,
    "verdict_not_stored": verdict_not_stored,
    "order_ignored": order_ignored,
    "gap_not_asked": gap_not_asked,
    "balance_beside_ledger": balance_beside_ledger,
    "print_lease_not_honoured": print_lease_not_honoured,
    "cursor_instead_of_rows": cursor_instead_of_rows,
    "done_before_done": done_before_done,
    "retry_after_first_byte": retry_after_first_byte,
    "first_byte_not_written": first_byte_not_written,
    "drop_on_sign_out": _elsewhere,
    "trust_in_the_number": _elsewhere,
    **dict.fromkeys(PAGE_SCRIPTS, _elsewhere),
}
STRIKES = {
    "acknowledge_before_commit": "server",
    **dict.fromkeys(("print_lease_not_honoured", "retry_after_first_byte", "first_byte_not_written"), "agent"),
    **dict.fromkeys(("cursor_instead_of_rows", "done_before_done"), "worker"),
    **dict.fromkeys(PAGE_SCRIPTS, "page"),
}
"""Seen where the adversary hits that part."""
OWN = {"drop_on_sign_out": drop_on_sign_out, "trust_in_the_number": trust_in_the_number}
"""Planted in the torture's own process."""


def plant_own(name: str) -> None:
    """For the scripted devices; undone by the end of the process."""
    if name in OWN and os.environ.get("RAMPA_PLANTED") != name:
        os.environ["RAMPA_PLANTED"] = name
        OWN[name]()
