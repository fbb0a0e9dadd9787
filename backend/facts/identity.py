"""People and devices come and go."""

from backend.platform.journal import Fact


class DeviceEnrolled(Fact, frozen=True, kw_only=True):
    """about: device:<id>"""

    name: str


class DeviceRevoked(Fact, frozen=True, kw_only=True):
    name: str


class SignedIn(Fact, frozen=True, kw_only=True):
    """about: person:<id>"""

    kind: str


class MasterDataEdited(Fact, frozen=True, kw_only=True):
    """about: <table>:<id>; an edit in the admin, old and new values of the changed columns."""

    table: str
    act: str
    changes: dict[str, list[object]]


class PersonAdded(Fact, frozen=True, kw_only=True):
    """about: person:<id>"""

    name: str
    role: str


class PersonEdited(Fact, frozen=True, kw_only=True):
    """about: person:<id>; old and new of what changed."""

    name: str
    changes: dict[str, list[object]]


class PersonSwitched(Fact, frozen=True, kw_only=True):
    """about: person:<id>; switched on or off."""

    name: str
    active: bool


class BadgeReplaced(Fact, frozen=True, kw_only=True):
    """about: person:<id>; the older badge is worth nothing any more."""

    name: str


class PinReplaced(Fact, frozen=True, kw_only=True):
    """about: person:<id>"""

    name: str
