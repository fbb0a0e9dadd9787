"""The last moves of a product or place, and a SKU in any letters, are found by an index

On PostgreSQL the index of a place knew its moves, but not which came last: all of them were read and sorted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ENDS = ("product_id", "source_id", "target_id")


def upgrade() -> None:
    for column in ENDS:
        op.create_index(f"ix_move_{column}_last", "move", [column, "id"])
        op.drop_index(op.f(f"ix_move_{column}"), table_name="move")
    op.create_index("ix_product_sku_upper", "product", [sa.text("upper(sku)")])
    op.create_index("ix_receipt_line_product", "receipt_line", ["receipt_id", "product_id"])
    op.drop_index(op.f("ix_receipt_line_receipt_id"), table_name="receipt_line")
    op.create_index("ix_put_away_state", "put_away", ["state", "source_id"])
    op.create_index("ix_location_walk", "location", ["walk_sequence", "id"])


def downgrade() -> None:
    op.drop_index("ix_location_walk", table_name="location")
    op.drop_index("ix_put_away_state", table_name="put_away")
    op.create_index(op.f("ix_receipt_line_receipt_id"), "receipt_line", ["receipt_id"])
    op.drop_index("ix_receipt_line_product", table_name="receipt_line")
    op.drop_index("ix_product_sku_upper", table_name="product")
    for column in ENDS:
        op.create_index(op.f(f"ix_move_{column}"), "move", [column])
        op.drop_index(f"ix_move_{column}_last", table_name="move")
