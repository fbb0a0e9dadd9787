"""Printers on USB and serial cables; darkness, speed and what happens after a label

SQLite cannot change a CHECK, and building the table anew would break what points at it while foreign keys are on. Its
own documentation names the way taken here: the text of the table is edited, since the content stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE, AFTER = "transport IN ('tcp', 'folder')", "transport IN ('tcp', 'device', 'folder')"
CHECK = "ck_printer_printer_transport"


def upgrade() -> None:
    op.add_column("printer", sa.Column("darkness_percent", sa.Integer(), nullable=True))
    op.add_column("printer", sa.Column("speed_mm_s", sa.Integer(), nullable=True))
    op.add_column("printer", sa.Column("after_label", sa.String(length=8), nullable=True))
    _allow(BEFORE, AFTER)


def downgrade() -> None:
    _allow(AFTER, BEFORE)
    for column in ("after_label", "speed_mm_s", "darkness_percent"):
        op.drop_column("printer", column)


def _allow(before: str, after: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "printer", type_="check")
        op.create_check_constraint(op.f(CHECK), "printer", after)
        return
    conn = op.get_bind()
    version = conn.execute(sa.text("PRAGMA schema_version")).scalar_one()
    conn.execute(sa.text("PRAGMA writable_schema = ON"))
    edit = sa.text(
        "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
        " WHERE type = 'table' AND name = 'printer' AND instr(sql, :before) > 0"
    )
    if conn.execute(edit, {"before": before, "after": after}).rowcount != 1:
        raise RuntimeError(f"Expected the table printer to have CHECK ({before}), got another one.")
    conn.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    conn.execute(sa.text("PRAGMA writable_schema = OFF"))
