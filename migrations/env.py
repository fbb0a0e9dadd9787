"""alembic's entry. The connection is handed in (`backend.app.schema.migrate`), so both engines run the same way."""

from typing import Any

import sqlalchemy as sa
from alembic import context

from backend.app.schema import load_tables
from backend.platform.database import UtcTime, Uuid


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """How our own column types are written into a revision."""
    if kind == "type" and isinstance(item, UtcTime | Uuid):
        autogen_context.imports.add("from backend.platform import database")
        return f"database.{type(item).__name__}()"
    if kind == "type" and isinstance(item, sa.JSON):
        autogen_context.imports.add("from backend.platform import database")
        return "database.Json"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=load_tables(),
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=False,
)
context.run_migrations()
