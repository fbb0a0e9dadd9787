"""People, badges, devices and the secrets they sign in with. Only fingerprints of secrets are kept."""

import sqlalchemy as sa

from backend.platform.database import UtcTime, Uuid, choice, reference, table

ROLES = ("worker", "lead", "office", "owner")
LANGUAGES = ("cs", "sk", "hu", "en")

person = table(
    "person",
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("language", choice(*LANGUAGES, name="language"), nullable=False, default="cs"),
    sa.Column("role", choice(*ROLES, name="role"), nullable=False, default="worker"),
    sa.Column("email", sa.String(254), nullable=True, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=True, info={"secret": True}),
    sa.Column("pin_hash", sa.String(200), nullable=True, info={"secret": True}),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, default=1),
)

badge = table(
    "badge",
    reference("person"),
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True, info={"secret": True}),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("created_at", UtcTime, nullable=False),
)

device = table(
    "device",
    sa.Column("uid", Uuid, nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True, info={"secret": True}),
    sa.Column("station", sa.String(32), nullable=True),
    sa.Column("enrolled_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime, nullable=True),
    sa.Column("last_seen_at", UtcTime, nullable=True),
    sa.Column("unsent", sa.Integer, nullable=False, default=0),
    sa.Column("app_version", sa.String(32), nullable=True),
)

enrolment = table(
    "enrolment",
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True, info={"secret": True}),
    sa.Column("device_name", sa.String(100), nullable=False),
    reference("person", name="created_by", nullable=True, index=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime, nullable=True),
)

session = table(
    "session",
    sa.Column("uid", Uuid, nullable=False, unique=True),
    sa.Column("token_hash", sa.String(64), nullable=True, unique=True, info={"secret": True}),
    reference("person"),
    reference("device", nullable=True),
    sa.Column("kind", choice("floor", "office", name="session_kind"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_seen_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime, nullable=True),
)

offline_pass = table(
    "offline_pass",
    reference("person"),
    reference("device"),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True, info={"secret": True}),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime, nullable=True),
)
"""Lets a person who was seen on a device sign in there without a connection. The device keeps it sealed under the PIN."""

api_token = table(
    "api_token",
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True, info={"secret": True}),
    sa.Column("role", choice(*ROLES, name="api_role"), nullable=False, default="office"),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime, nullable=True),
)

sign_in_attempt = table(
    "sign_in_attempt",
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("succeeded", sa.Boolean, nullable=False),
    sa.Index("ix_sign_in_attempt_subject_at", "subject", "at"),
)
