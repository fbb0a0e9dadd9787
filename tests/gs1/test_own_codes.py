"""Our own labels: every kind round trips, and the check character finds what hands, layouts and dirt do."""

import pytest

from backend.gs1.own_codes import ALPHABET, KINDS, badge_body, build_own_code, own_code_key, read_own_code
from backend.gs1.scan_keys import read_code

EXAMPLES = {"location": "A-04-2", "badge": "78VHKUR0UGW6PON5BUFB4W0D01", "order": "2026-000123", "command": "UNDO"}


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip(kind: str) -> None:
    """What is printed for a kind is read as that kind with the same body."""
    body = EXAMPLES.get(kind, "0.X-9")
    reading = read_code(build_own_code(kind, body))
    prefix = KINDS[kind][1]
    wanted = f"{prefix}:{'undo' if kind == 'command' else body}"
    assert (reading.kind, reading.keys, reading.error) == (kind, (wanted,), None)
    assert own_code_key(kind, body) == wanted


def test_every_single_wrong_character_is_found() -> None:
    """Each of the 35 other characters at each place after the type letter is refused."""
    text = build_own_code("location", "A-04-2")
    missed = []
    for place in range(2, len(text)):
        if place == len(text) - 2:
            continue
        for other in ALPHABET:
            wrong = text[:place] + other + text[place + 1 :]
            found = read_own_code(wrong)
            if other != text[place] and (found is None or found[2] is None):
                missed.append(wrong)
    assert missed == []


def test_swapped_neighbours_are_found() -> None:
    """Swaps of neighbouring characters are refused in at least 99 of 100 bodies."""
    tried = missed = 0
    for number in range(3000):
        text = build_own_code("tote", f"{number * 7919 % 100000:05d}-{ALPHABET[number % 34]}")
        for place in range(2, len(text) - 3):
            swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            if swapped != text:
                tried += 1
                found = read_own_code(swapped)
                missed += found is None or found[2] is None
    assert tried > 10_000
    assert missed / tried < 0.01


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("location", "Y-1", "Y in Y-1"),
        ("location", "Z", "Z in Z"),
        ("location", "", "got nothing"),
        ("location", "A 1", "got   in A 1"),
        ("shelf", "A", "got shelf"),
        ("command", "STOP", "got stop"),
    ],
)
def test_what_cannot_be_printed(kind: str, body: str, says: str) -> None:
    """A body that a keyboard would damage beyond proof is refused before it is printed."""
    with pytest.raises(ValueError, match=says):
        build_own_code(kind, body)


def test_badge_body_keeps_all_the_randomness() -> None:
    """Different random bytes give different badges, down to the last bit, in printable characters only."""
    lowest, highest = badge_body(bytes(16)), badge_body(b"\xff" * 16)
    assert lowest == "0" * 26
    bodies = {badge_body((1 << bit).to_bytes(16, "big")) for bit in range(128)}
    assert len(bodies) == 128
    assert set(highest) <= set(ALPHABET[:34])
    assert len(badge_body(bytes(32))) == 51
    with pytest.raises(ValueError, match="16"):
        badge_body(bytes(15))
