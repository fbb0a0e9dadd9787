"""All tables of all rooms, gathered for alembic, for the admin and for tests; and the way to the newest schema."""

import importlib
import importlib.util
import pkgutil
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

import backend
import migrations
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


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def migrate(conn: Connection) -> None:
    """Bring the database to the newest schema inside the caller's transaction."""
    config = alembic_config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def missing_migrations(conn: Connection) -> str:
    """Empty when the schema is the newest, else what is wrong."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    current = MigrationContext.configure(conn).get_current_revision()
    return "" if current == head else f"got {current or 'an empty database'} instead of {head}"


def write_revision(conn: Connection, message: str, number: str) -> Path:
    """A new revision from what the tables say and the database lacks; returns its file, to be read before it is used."""
    config = alembic_config()
    config.attributes["connection"] = conn
    script = command.revision(config, message=message, autogenerate=True, rev_id=number)
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)
