"""Identifiers made by their creator: UUIDv7 (RFC 9562) for records, random tokens for secrets."""

import base64
import hashlib
import os
import time
import uuid


def wall_ms() -> int:
    """The time that goes into a UUIDv7. A simulated day puts its own in place of this, as of `entropy`."""
    return time.time_ns() // 1_000_000


def entropy(count: int) -> bytes:
    """So many bytes from the operating system's generator for secrets."""
    return os.urandom(count)


def uuid7() -> uuid.UUID:
    """A time-ordered UUID. For uniqueness and index locality only; never order events by it, clocks jump."""
    value = (wall_ms() << 80) | int.from_bytes(entropy(10), "big")
    value &= ~(0xF << 76)
    value |= 0x7 << 76
    value &= ~(0x3 << 62)
    value |= 0x2 << 62
    return uuid.UUID(int=value)


def token() -> str:
    """A secret of 160 random bits, safe in a URL and in a header."""
    return base64.urlsafe_b64encode(entropy(20)).rstrip(b"=").decode()


def fingerprint(secret: str) -> str:
    """What the database keeps of a secret with enough entropy of its own: SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
