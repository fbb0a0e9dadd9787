"""Identifiers made by their creator: UUIDv7 (RFC 9562) for records, random tokens for secrets."""

import hashlib
import os
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A time-ordered UUID. For uniqueness and index locality only; never order events by it, clocks jump."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76)
    value |= 0x7 << 76
    value &= ~(0x3 << 62)
    value |= 0x2 << 62
    return uuid.UUID(int=value)


def token() -> str:
    """A secret of 160 random bits, safe in a URL and in a header."""
    return secrets.token_urlsafe(20)


def fingerprint(secret: str) -> str:
    """What the database keeps of a secret with enough entropy of its own: SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
