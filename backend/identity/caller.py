"""Who is calling: a person at a device, a device alone, an office session, a partner's program, a printing agent."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

RANK = {"worker": 1, "lead": 2, "office": 3, "owner": 4}
"""Each role may do what the ones before it may."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    person_id: int | None = None
    role: str | None = None
    device_id: int | None = None
    session_uid: UUID | None = None
    agent_id: int | None = None
    language: str = "en"
    name: str = ""
    by_cookie: bool = False

    def may(self, role: str) -> bool:
        """True when the caller's role ranks at least as high as `role`."""
        return RANK.get(self.role or "", 0) >= RANK[role]


class SessionHolder(NamedTuple):
    """Whose session it is or was. `until`: when it ended, or will end by itself; scans made before belong to the person."""

    person_id: int
    role: str
    until: datetime


NOBODY = Caller()
