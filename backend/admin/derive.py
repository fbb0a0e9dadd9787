"""SQLAlchemy metadata -> Piccolo tables, so that the schema is written down once."""

import enum
from typing import Any, cast

import sqlalchemy as sa
from piccolo.columns import (
    JSON,
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Column,
    Date,
    ForeignKey,
    Integer,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.engine.base import Engine
from piccolo.table import Table, create_table_class

from backend.platform.database import UtcTime, Uuid


def derive_tables(metadata: sa.MetaData, engine: Engine[Any], *, sqlite: bool) -> dict[str, type[Table]]:
    """Table name -> Piccolo table bound to `engine`. Parents come first; composite keys do not occur in this house."""
    derived: dict[str, type[Table]] = {}
    for table in metadata.sorted_tables:
        columns: dict[str, Any] = {column.key: _column(column, derived, sqlite=sqlite) for column in table.columns}
        if readable := next((name for name in ("number", "code", "name", "sku") if name in columns), None):
            columns["get_readable"] = classmethod(_readable(readable))
        derived[table.name] = create_table_class(
            "".join(word.capitalize() for word in table.name.split("_")),
            class_kwargs={"tablename": table.name, "db": engine},
            class_members=columns,
        )
    return derived


def _readable(name: str) -> Any:
    def get_readable(table: type[Table]) -> Any:
        from piccolo.columns.readable import Readable

        return Readable(template="%s", columns=[getattr(table, name)])

    return get_readable


def _column(column: sa.Column[Any], derived: dict[str, type[Table]], *, sqlite: bool) -> Column:
    options: dict[str, Any] = {
        "null": bool(column.nullable),
        "unique": bool(column.unique),
        "secret": bool(column.info.get("secret", False)),
        "help_text": column.info.get("help"),
    }
    if column.primary_key:
        return Serial(primary_key=True) if sqlite else BigSerial(primary_key=True)
    if column.default is not None and column.default.is_scalar:
        options["default"] = cast("sa.ColumnDefault", column.default).arg
    elif column.nullable:
        options["default"] = None
    key = next(iter(column.foreign_keys), None)
    if key is not None:
        target = key.target_fullname.split(".")[0]
        options.pop("default", None)
        same = target == column.table.name
        return ForeignKey("self" if same or target not in derived else derived[target], default=None, **options)
    return _plain(column.type, options, sqlite=sqlite)


def _plain(kind: Any, options: dict[str, Any], *, sqlite: bool) -> Column:
    if isinstance(kind, UtcTime):
        return Timestamptz(**({"default": None} | options))
    if isinstance(kind, Uuid):
        return UUID(**({"default": None} | options))
    if isinstance(kind, sa.Enum):
        words = enum.Enum(f"Choice_{kind.name}", {word: word for word in kind.enums})  # type: ignore[misc]
        if "default" in options and options["default"] is not None:
            options["default"] = words(options["default"])
        return Varchar(length=32, choices=words, **options)
    if isinstance(kind, sa.Date):
        return Date(**({"default": None} | options))
    if isinstance(kind, sa.JSON):
        return (JSON if sqlite else JSONB)(**options)
    if isinstance(kind, sa.Boolean):
        return Boolean(**options)
    if isinstance(kind, sa.LargeBinary):
        return Bytea(**({"default": None} | options))
    if isinstance(kind, sa.BigInteger):
        return BigInt(**options)
    if isinstance(kind, sa.Integer):
        return Integer(**options)
    if isinstance(kind, sa.Text):
        return Text(**options)
    if isinstance(kind, sa.String):
        return Varchar(length=kind.length or 255, **options)
    raise TypeError(f"expected a type that the admin can show, got {kind!r}")
