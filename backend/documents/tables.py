"""Designs of labels that the office made: every version is kept, the newest is in force."""

import sqlalchemy as sa

from backend.platform.database import Id, Json, UtcTime, table

label_design = table(
    "label_design",
    sa.Column(
        "code", sa.String(32), nullable=False, info={"help": "the label whose looks it replaces, or its own name"}
    ),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("design", Json, nullable=True, info={"help": "empty: back to the label that Rampa brings"}),
    sa.Column("saved_at", UtcTime, nullable=False),
    sa.Column("saved_by", Id, sa.ForeignKey("person.id"), nullable=True),
    sa.UniqueConstraint("code", "version"),
)
