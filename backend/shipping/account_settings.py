"""Settings of an account as they lie in the database: what the plug-in's Struct marks as `Secret` is sealed there.

Pure: sealing and opening are handed in.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

import msgspec

from backend.platform.secret import MASK, Secret


def secret_names(account: type[msgspec.Struct]) -> frozenset[str]:
    """Members of the Struct whose type is `Secret`, or may be one."""
    fields = msgspec.structs.fields(account)
    return frozenset(field.encode_name for field in fields if Secret in (field.type, *get_args(field.type)))


def sealed(
    given: Mapping[str, Any], before: Mapping[str, Any], names: frozenset[str], seal: Callable[[str], str]
) -> dict[str, Any]:
    """What to keep. A secret that comes back masked is the one that was there before."""
    kept = dict(given)
    for name in names & kept.keys():
        value = kept[name]
        if value == MASK and name in before:
            kept[name] = before[name]
        elif isinstance(value, str) and value != before.get(name):
            kept[name] = seal(value)
    return kept


def opened(kept: Mapping[str, Any], names: frozenset[str], unseal: Callable[[str], str]) -> dict[str, Any]:
    """The plain settings, for the plug-in alone."""
    return {name: unseal(value) if name in names and isinstance(value, str) else value for name, value in kept.items()}


def masked(kept: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """What may be shown: secrets are told to be there, never what they are."""
    return {name: MASK if name in names and value else value for name, value in kept.items()}
