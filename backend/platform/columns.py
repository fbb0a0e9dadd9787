"""What a column of this house may be: one schema that both engines, alembic and the admin read alike."""

import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Primary keys and references to them: rowid on SQLite, identity on PostgreSQL."""

Quantity = sa.BigInteger
"""Pieces in the product's smallest stock unit; also grams, millimetres and minor units of money."""


@lru_cache(256)
def _utc_text(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A point in time in UTC. Naive times are refused. Text with offset on SQLite, timestamptz on PostgreSQL."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(32))
        return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with a zone, got naive {value!r}")
        return _utc_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)


class Uuid(sa.types.TypeDecorator[uuid.UUID]):
    """A UUID; 36 characters with hyphens on SQLite so that the admin reads the same text."""

    impl = sa.CHAR(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.CHAR(36))
        return dialect.type_descriptor(postgresql.UUID(as_uuid=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        parsed = value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
        return str(parsed) if dialect.name == "sqlite" else parsed

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(value)


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
"""Objects only, so that both engines and the admin read it alike."""


ROOM_FOR_CHANGES: dict[str, Any] = {"postgresql_with": {"fillfactor": 85}}
"""For tables whose rows are made in bulk and changed soon: on PostgreSQL a change that finds room beside the row, and
touches no index, writes to no index. So keep what changes out of their indexes."""


def choice(*values: str, name: str) -> sa.Enum:
    """A closed list of words as text with a CHECK, readable by every client."""
    return sa.Enum(
        *map(str, values), name=name, native_enum=False, create_constraint=True, validate_strings=True, length=32
    )


def table(name: str, *columns: Any, **options: Any) -> sa.Table:
    """A table with a plain integer key `id`; never reuses a rowid on SQLite."""
    return sa.Table(
        name, metadata, sa.Column("id", Id, primary_key=True), *columns, sqlite_autoincrement=True, **options
    )


def reference(target: str, **options: Any) -> sa.Column[int]:
    """A column `<table>_id` that points at `<table>.id`."""
    name = options.pop("name", f"{target}_id")
    return sa.Column(name, Id, sa.ForeignKey(f"{target}.id"), **{"nullable": False, "index": True} | options)
