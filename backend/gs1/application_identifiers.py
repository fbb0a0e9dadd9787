"""Application identifiers: what each one holds, ready for reading at scanner speed.

The table is expanded once at import. The first two digits of an AI decide how long the AI itself is, so finding one
is a dictionary look-up and no search.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from backend.gs1.ai_table import ROWS
from backend.gs1.linters import LINTERS, Linter

CHARACTER_SETS = {"N": "csetnumeric", "X": "cset82", "Y": "cset39", "Z": "cset64"}


# mistake, linter name, the piece that is wrong
Mistake = tuple[str, str, str]
Check = Callable[[str], Mistake | None]


class Component(msgspec.Struct, frozen=True):
    """One part of an AI's value. `checks` are (linter name, linter), the character set first."""

    min_length: int
    max_length: int
    optional: bool
    checks: tuple[tuple[str, Linter], ...]


class ApplicationIdentifier(msgspec.Struct, frozen=True):
    """`requires` is a list of rules, each a list of alternatives, each a list of AIs or patterns such as "31nn".

    `check` is None for a right value, else the `Mistake`.
    """

    ai: str
    title: str
    predefined: bool
    link_attribute: bool
    components: tuple[Component, ...]
    min_length: int
    max_length: int
    requires: tuple[tuple[tuple[str, ...], ...], ...]
    excludes: tuple[str, ...]
    link_qualifiers: tuple[tuple[str, ...], ...] | None
    check: Check


def _read_component(word: str) -> Component:
    optional = word.startswith("[")
    shape, *linters = word.replace("[", "").replace("]", "").split(",")
    variable = shape[1:3] == ".."
    longest = int(shape[3:] if variable else shape[1:])
    names = [CHARACTER_SETS[shape[0]], *linters]
    if shape[0] == "N":
        # Digits always start with a possible company prefix, and these linters look for digits themselves.
        names = [name for name in names if not name.startswith("gcppos")]
        if names[-1] in ("csum", "yymmd0", "yymmdd"):
            names = names[1:]
    return Component(1 if variable else longest, longest, optional, tuple((name, LINTERS[name]) for name in names))


def _simple_check(component: Component) -> Check:
    """One component with one linter, as nearly all AIs have: the path that scanning speed depends on."""
    low, high = component.min_length, component.max_length
    name, lint = component.checks[0]

    def check(value: str) -> Mistake | None:
        if not low <= len(value) <= high:
            return ("AI_TOO_SHORT" if len(value) < low else "AI_TOO_LONG"), "", value
        mistake = lint(value)
        return None if mistake is None else (mistake, name, value)

    return check


def _component_check(components: tuple[Component, ...], low: int, high: int) -> Check:
    def check(value: str) -> Mistake | None:
        length = len(value)
        if not low <= length <= high:
            return ("AI_TOO_SHORT" if length < low else "AI_TOO_LONG"), "", value
        at = 0
        for component in components:
            if at >= length and component.optional:
                return None
            piece = value[at : at + component.max_length]
            if len(piece) < component.min_length:
                return "AI_TOO_SHORT", "", value
            for name, lint in component.checks:
                mistake = lint(piece)
                if mistake is not None:
                    return mistake, name, piece
            at += component.max_length
        return None

    return check


def _spread(ais: str) -> list[str]:
    first, _, last = ais.partition("-")
    return [str(number).zfill(len(first)) for number in range(int(first), int(last or first) + 1)]


def _read_table() -> dict[str, ApplicationIdentifier]:
    table = {}
    for ais, flags, specification, requires, excludes, link_key, title in ROWS:
        components = tuple(_read_component(word) for word in specification.split())
        qualifiers = None
        if link_key is not None:
            qualifiers = tuple(tuple(way.split(",")) for way in link_key.split("|") if way)
        low = sum(component.min_length for component in components if not component.optional)
        high = sum(component.max_length for component in components)
        simple = len(components) == 1 and len(components[0].checks) == 1
        check = _simple_check(components[0]) if simple else _component_check(components, low, high)
        for ai in _spread(ais):
            table[ai] = ApplicationIdentifier(
                ai=ai,
                title=title,
                predefined="*" in flags,
                link_attribute="?" in flags,
                components=components,
                min_length=low,
                max_length=high,
                requires=tuple(tuple(tuple(way.split("+")) for way in rule.split(",")) for rule in requires),
                excludes=tuple(excludes.split(",")) if excludes else (),
                link_qualifiers=qualifiers,
                check=check,
            )
    return table


def _lengths(ais: dict[str, ApplicationIdentifier]) -> dict[str, int]:
    lengths: dict[str, int] = {}
    for ai in ais:
        if lengths.setdefault(ai[:2], len(ai)) != len(ai):
            raise ValueError(f"expected AIs that start with {ai[:2]} to be equally long, got {ai}")
    return lengths


AIS = _read_table()
AI_LENGTHS = _lengths(AIS)
