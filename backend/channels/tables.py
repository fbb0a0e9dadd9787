"""The inbox of the channels: what came in, byte for byte, before anybody tried to understand it."""

import sqlalchemy as sa

from backend.platform.database import Json, UtcTime, choice, reference, table

inbox = table(
    "inbox",
    reference("channel"),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("source", sa.String(32), nullable=False, info={"help": "cli, upload, api"}),
    sa.Column("file_name", sa.String(250), nullable=False, default=""),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("content_sha256", sa.String(64), nullable=False, index=True),
    sa.Column("state", choice("received", "parsed", "refused", name="inbox_state"), nullable=False),
    sa.Column("outcome", Json, nullable=False, info={"help": "orders made, known, held; or why it was refused"}),
    reference("person", nullable=True),
)
