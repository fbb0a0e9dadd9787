"""Bugs planted on purpose, so that the torture is known to see them. The product's own code holds none of them."""

from collections.abc import Callable

PLANTS: dict[str, Callable[[], None]] = {}


def plant(name: str) -> None:
    """Patch this process; nothing for an empty name."""
    if name:
        PLANTS[name]()
