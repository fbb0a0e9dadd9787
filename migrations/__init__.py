"""The history of the schema. alembic alone changes it."""
