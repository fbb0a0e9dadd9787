"""alembic's entry. The connection is always handed in (`backend.app.schema.migrate`), so both engines run the same way."""

from alembic import context

from backend.app.schema import load_tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=load_tables(),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
)
context.run_migrations()
