"""Somebody who picks on and on, one piece an act, so that scans, moves and balances are written all the time."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.platform.database import Database
from backend.scanning.tables import scan
from backend.stock import api as stock
from tests.builders import create_location, create_product, create_ready_order, create_tote, stock_up
from tests.store.picking_floor import Picker

PIECES = 5_000
SCANS_OF_ACT = 3


class EndlessPicker:
    """`acked` counts the scans that the server has answered for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.acked = 0
        self.picker: Picker

    async def begin(self) -> "EndlessPicker":
        def build(conn: Connection) -> None:
            product, place = create_product(conn), create_location(conn)
            create_tote(conn, code="T-END")
            stock_up(conn, product, place, PIECES)
            create_ready_order(conn, {product: PIECES})

        await self.database.write(build)
        self.picker = await Picker.hire(self.database, "Jana")
        await self.picker.get_work(mode="single")
        return self

    async def pick(self, acts: int = 1) -> None:
        """Scans of so many acts in one request; returns when they are answered."""
        for _ in range(acts):
            self.picker.pick(self.picker.line(0), 1, "tote:T-END")
        verdicts = await self.picker.send()
        assert verdicts == ["ok"] * SCANS_OF_ACT * acts
        self.acked += len(verdicts)


def standing(conn: Connection) -> tuple[int, int, list[str]]:
    """(scans, pieces in the tote, what is wrong with the ledger); scans without a gap from one."""
    seqs = list(conn.execute(sa.select(scan.c.seq).order_by(scan.c.seq)).scalars())
    assert seqs == list(range(1, len(seqs) + 1)), "a gap in the scans"
    tote = stock.locations_of_kind(conn, ["tote"])[0].id
    pieces = sum(each.on_hand for each in stock.balances_at(conn, [tote]).values())
    return len(seqs), pieces, [each.sentence for each in stock.verify(conn).differences]
