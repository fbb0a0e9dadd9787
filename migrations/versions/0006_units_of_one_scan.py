"""One scan of a logistic unit receives several lines; a stop of put-away keeps no notes"""

import sqlalchemy as sa
from alembic import op

from backend.platform import database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("receipt_act") as batch_op:
        batch_op.drop_constraint("uq_receipt_act_uid", type_="unique")
        batch_op.create_index(batch_op.f("ix_receipt_act_uid"), ["uid"], unique=False)
    with op.batch_alter_table("put_away_line") as batch_op:
        batch_op.drop_column("facts")


def downgrade() -> None:
    with op.batch_alter_table("put_away_line") as batch_op:
        batch_op.add_column(sa.Column("facts", database.Json, nullable=True))
    with op.batch_alter_table("receipt_act") as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipt_act_uid"))
        batch_op.create_unique_constraint("uq_receipt_act_uid", ["uid"])
