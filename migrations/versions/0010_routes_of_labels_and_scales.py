"""Kinds of labels with routes of their own, how long a paper may wait, printers over IPP, and bench scales

A CHECK of SQLite is changed by the way revision 0009 explains.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform import database

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("'label', 'paper'", "'label', 'goods_label', 'place_label', 'paper'")
WAYS = ("'tcp', 'device', 'folder'", "'tcp', 'device', 'folder', 'ipp'")
CHANGES = (
    ("printer", "printer_transport", "transport", WAYS),
    ("print_route", "route_paper_kind", "paper_kind", KINDS),
    ("print_job", "job_paper_kind", "paper_kind", KINDS),
)


def upgrade() -> None:
    op.add_column("print_route", sa.Column("lifetime_h", sa.Integer(), nullable=True))
    for table, name, column, (before, after) in CHANGES:
        _allow(table, name, f"{column} IN ({before})", f"{column} IN ({after})")
    op.create_table(
        "bench_scale",
        sa.Column("id", ID, nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("print_agent_id", ID, nullable=False),
        sa.Column(
            "protocol",
            sa.Enum(
                "ascii",
                "sics",
                "toledo",
                "hid",
                "http",
                name="scale_protocol",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_detail", sa.String(length=500), nullable=False),
        sa.Column("state_at", database.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["print_agent_id"], ["print_agent.id"], name=op.f("fk_bench_scale_print_agent_id_print_agent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bench_scale")),
        sa.UniqueConstraint("station", name=op.f("uq_bench_scale_station")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_bench_scale_print_agent_id"), "bench_scale", ["print_agent_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bench_scale_print_agent_id"), table_name="bench_scale")
    op.drop_table("bench_scale")
    for table, name, column, (before, after) in reversed(CHANGES):
        _allow(table, name, f"{column} IN ({after})", f"{column} IN ({before})")
    op.drop_column("print_route", "lifetime_h")


def _allow(table: str, name: str, before: str, after: str) -> None:
    conn = op.get_bind()
    check = op.f(f"ck_{table}_{name}")
    if conn.dialect.name != "sqlite":
        op.drop_constraint(check, table, type_="check")
        op.create_check_constraint(check, table, after)
        return
    version = conn.execute(sa.text("PRAGMA schema_version")).scalar_one()
    conn.execute(sa.text("PRAGMA writable_schema = ON"))
    edit = sa.text(
        "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
        " WHERE type = 'table' AND name = :name AND instr(sql, :before) > 0"
    )
    if conn.execute(edit, {"before": before, "after": after, "name": table}).rowcount != 1:
        raise RuntimeError(f"Expected the table {table} to have CHECK ({before}), got another one.")
    conn.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    conn.execute(sa.text("PRAGMA writable_schema = OFF"))
