"""Sales channels: where orders come from, and how their words are understood."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.orders.tables import channel
from backend.platform.errors import NotFound


class Channel(msgspec.Struct, frozen=True):
    """`settings`: see docs/order-file.md. `kind`: file, woocommerce."""

    id: int
    merchant_id: int
    code: str
    name: str
    kind: str
    settings: dict[str, Any]


def read_channels(conn: Connection) -> list[Channel]:
    statement = sa.select(
        channel.c.id, channel.c.merchant_id, channel.c.code, channel.c.name, channel.c.kind, channel.c.settings
    ).order_by(channel.c.code)
    return [Channel(*row[:-1], dict(row.settings or {})) for row in conn.execute(statement)]


def find_channel(conn: Connection, code: str) -> Channel:
    """Raises `NotFound` CHANNEL_UNKNOWN naming the channels that exist, or saying how to get the first one."""
    known = read_channels(conn)
    for each in known:
        if each.code == code:
            return each
    codes = ", ".join(each.code for each in known)
    if not known:
        raise NotFound(
            "CHANNEL_UNKNOWN",
            f"Expected the code of a sales channel, got {code!r}, but this database has no channel yet; create one in "
            "the admin, or run `rampa demo`.",
            got=code,
            cure="create_channel",
        )
    raise NotFound(
        "CHANNEL_UNKNOWN",
        f"Expected the code of a sales channel ({codes}), got {code!r}; correct the code or create the channel.",
        expected=codes,
        got=code,
        cure="choose_channel",
    )


def create_channel(
    conn: Connection,
    merchant_id: int,
    code: str,
    name: str,
    kind: str = "file",
    settings: Mapping[str, Any] | None = None,
) -> int:
    row = {"merchant_id": merchant_id, "code": code, "name": name, "kind": kind, "settings": dict(settings or {})}
    return int(conn.execute(sa.insert(channel).values(**row).returning(channel.c.id)).scalar_one())


def lock_channel(conn: Connection, channel_id: int) -> None:
    """Two files of one channel are taken one after the other, so that no order comes in twice."""
    conn.execute(sa.select(channel.c.id).where(channel.c.id == channel_id).with_for_update())
