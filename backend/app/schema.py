"""All tables of all rooms, gathered for alembic, for the admin and for tests."""

import importlib
import importlib.util
import pkgutil

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import backend
from backend.platform import journal
from backend.platform.database import metadata


def load_tables() -> sa.MetaData:
    """Import every `tables.py` of the house; returns the one metadata."""
    for module in pkgutil.iter_modules(backend.__path__):
        if module.ispkg and importlib.util.find_spec(f"backend.{module.name}.tables"):
            importlib.import_module(f"backend.{module.name}.tables")
    assert journal.fact.metadata is metadata
    return metadata


def create_schema(conn: Connection) -> None:
    """The newest schema in an empty database, without migrations. `tests/platform` proves that both agree."""
    load_tables().create_all(conn)
