"""Where pickers of running waves take goods right now: a count of such a place may not book what is in a hand."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.api import in_slices
from backend.outbound.tables import pick, wave
from backend.stock.api import Place


def being_picked(conn: Connection, location_ids: Iterable[int]) -> set[Place]:
    """Places of the locations with an open line of a wave that somebody is picking."""
    return {
        Place(*row)
        for part in in_slices(location_ids)
        for row in conn.execute(
            sa.select(pick.c.product_id, pick.c.location_id, pick.c.lot)
            .join(wave, wave.c.id == pick.c.wave_id)
            .where(pick.c.location_id.in_(part), pick.c.state == "open", wave.c.state == "picking")
        )
    }
