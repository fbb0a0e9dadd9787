"""What is signed: a hash that anybody can compute again, and a chain that shows every later change."""

import hashlib
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.outbound.handover import Signed, broken_link, content_hash

DOCS = Path(__file__).parents[2] / "docs" / "courier.md"
NUMBERS = st.lists(st.from_regex(r"P[0-9]{6}", fullmatch=True), min_size=1, max_size=6, unique=True)


def test_the_documented_command_gives_the_hash() -> None:
    """The line of shell in docs/courier.md and this code agree."""
    text = re.search(r"printf '([^']+)' \| sha256sum", DOCS.read_text(encoding="utf-8"))
    assert text is not None
    by_hand = hashlib.sha256(text[1].replace("\\n", "\n").encode()).hexdigest()
    assert "bdbd7b54c6741ab68dc1176310341baa255b6ed51e4eb92ee5c7702900e77f65" == by_hand
    assert by_hand == content_hash("H000001", "own_van", ["P000002", "P000001"], 1000, None)


@given(NUMBERS, st.randoms())
def test_the_order_of_loading_does_not_matter(numbers: list[str], rng: random.Random) -> None:
    """Both sides may have scanned in any order."""
    mixed = list(numbers)
    rng.shuffle(mixed)
    assert content_hash("H1", "c", numbers, 5, None) == content_hash("H1", "c", mixed, 5, None)


@pytest.mark.parametrize(
    "other",
    [("H2", "c", ["P1"], 5, None), ("H1", "d", ["P1"], 5, None), ("H1", "c", ["P2"], 5, None),
     ("H1", "c", ["P1", "P2"], 5, None), ("H1", "c", ["P1"], 6, None), ("H1", "c", ["P1"], 5, "x")],
)  # fmt: skip
def test_everything_on_the_list_is_covered(other: tuple[str, str, list[str], int, str | None]) -> None:
    """Another number, carrier, parcel, count, weight or list before gives another hash."""
    assert content_hash(*other) != content_hash("H1", "c", ["P1"], 5, None)


def chain(*lists: list[str]) -> list[Signed]:
    found: list[Signed] = []
    for place, numbers in enumerate(lists, start=1):
        before = found[-1].content_hash if found else None
        told = content_hash(f"H{place}", "c", numbers, 100, before)
        found.append(
            Signed(
                number=f"H{place}", carrier="c", parcels=tuple(numbers), weight_g=100, content_hash=told,
                previous_hash=before,
            )
        )  # fmt: skip
    return found


@given(
    st.lists(NUMBERS, min_size=1, max_size=5), st.integers(0, 4), st.sampled_from(["parcels", "weight", "hash", "gone"])
)
def test_a_changed_list_breaks_the_chain(lists: list[list[str]], at: int, how: str) -> None:
    """Whatever is changed, the chain breaks there or at the next list; only the newest can be taken off unseen."""
    signed = chain(*lists)
    assert None is broken_link(signed)
    at %= len(signed)
    if how == "gone":
        del signed[at]
        wanted = f"H{at + 2}" if at < len(signed) else None
    else:
        change = {"parcels": {"parcels": ("P",)}, "weight": {"weight_g": 1}, "hash": {"content_hash": "0" * 64}}[how]
        signed[at] = replace(signed[at], **change)
        wanted = f"H{at + 1}"
    broken = broken_link(signed)
    assert wanted == (broken.number if broken else None)
