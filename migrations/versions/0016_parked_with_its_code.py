"""A task that was given up keeps the code of its problem with its values, so that each reader has it in his language"""

import sqlalchemy as sa
from alembic import op

from backend.platform.database import Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("parked_problem", Json, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_column("parked_problem")
