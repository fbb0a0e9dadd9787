"""A text that must be said to somebody outside, and shown to nobody here. Pure; `sealing` keeps it where it lies."""

from typing import Any

MASK = "•••"


class Secret:
    """A text that shows itself to nobody: a log, a trace and a form say `•••`. `reveal` is for the wire only."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    def reveal(self) -> str:
        return self._plain

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self._plain

    def __hash__(self) -> int:
        return hash(self._plain)


def read_secret(kind: type, value: Any) -> Any:
    """`dec_hook` of msgspec for structs with `Secret` members."""
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError(f"expected a text for {kind.__name__}, got {type(value).__name__}")
