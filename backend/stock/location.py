"""A location as a value, and the key by which the floor scans it."""

import msgspec

KEY_OF_KIND = {"tote": "tote", "cart": "cart"}


class Location(msgspec.Struct, frozen=True):
    """A place with a code of its own. Totes and carts are locations that move."""

    id: int
    code: str
    kind: str
    zone: str
    walk_sequence: int
    blocked: bool
    active: bool

    @property
    def key(self) -> str:
        """The scan key: `loc:A-01-2`, `tote:T-001`, `cart:C-1`."""
        return key_of(self.kind, self.code)


def key_of(kind: str, code: str) -> str:
    return f"{KEY_OF_KIND.get(kind, 'loc')}:{code}"


def code_of_key(key: str) -> str | None:
    """The code inside a location, tote or cart key; None for every other key."""
    prefix, found, code = key.partition(":")
    return code if found and code and prefix in ("loc", "tote", "cart") else None
