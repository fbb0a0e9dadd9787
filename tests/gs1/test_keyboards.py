"""Healing: what a wrong layout does to a warehouse's codes is undone whenever it can be proven, and never otherwise."""

import random
import string
from collections.abc import Callable

import pytest

from backend.gs1.check_digits import mod10_digit, s10_digit
from backend.gs1.keyboards import CALIBRATION_TEXT, LAYOUT_KEYS, calibrate, damage_keyboard, swap_case, undo_layout
from backend.gs1.own_codes import ALPHABET, build_own_code
from backend.gs1.scan_keys import read_code

COUNT = 1500


def ean(rng: random.Random) -> str:
    body = "".join(rng.choices(string.digits, k=12))
    return body + mod10_digit(body)


def own(rng: random.Random) -> str:
    kind = rng.choice(("location", "tote", "badge", "order"))
    return build_own_code(kind, "".join(rng.choices(ALPHABET, k=rng.randint(3, 12))))


def gs1(rng: random.Random) -> str:
    lot = "".join(rng.choices("ABXYZyz0123456789-/", k=6))
    return f"]C1010{ean(rng)}17260630" + f"10{lot}"


def post(rng: random.Random) -> str:
    serial = "".join(rng.choices(string.digits, k=7)) + "0"
    return f"RY{serial}{s10_digit(serial)}CZ"


@pytest.mark.parametrize("layout", LAYOUT_KEYS)
@pytest.mark.parametrize("make", [ean, own, gs1, post])
@pytest.mark.parametrize("caps_lock", [False, True])
def test_proven_codes_come_back(layout: str, make: Callable[[random.Random], str], caps_lock: bool) -> None:
    """1,500 codes of each family through each layout read as if nothing had happened."""
    rng = random.Random(f"{layout} {make.__name__}")
    wrong = []
    for _ in range(COUNT):
        text = make(rng)
        seen = damage_keyboard(text, layout)
        reading = read_code(swap_case(seen) if caps_lock else seen)
        wanted = read_code(text)
        if reading.keys[:-1] != wanted.keys[:-1] and reading.keys != wanted.keys:
            wrong.append((text, seen, reading.keys))
    assert wrong == []


@pytest.mark.parametrize("layout", LAYOUT_KEYS)
def test_plain_text_is_never_healed_without_proof(layout: str) -> None:
    """2,000 supplier numbers through each layout stay as they came, unless the work knows them."""
    rng = random.Random(layout)
    healed, not_found = [], []
    for _ in range(2000):
        text = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-/", k=rng.randint(4, 12)))
        seen = damage_keyboard(text, layout)
        reading = read_code(seen)
        if reading.healed_from is not None:
            healed.append((text, seen, reading.keys))
        if f"text:{text}" not in read_code(seen, {f"text:{text}", "text:ANOTHER"}).keys:
            not_found.append((text, seen))
    assert healed == []
    assert not_found == []


@pytest.mark.parametrize("layout", ["us", *LAYOUT_KEYS])
@pytest.mark.parametrize("caps_lock", [False, True])
def test_calibrated_devices_need_no_proof(layout: str, caps_lock: bool) -> None:
    """After the calibration code any text comes back, mixed case included."""

    def type_through(text: str) -> str:
        seen = text if layout == "us" else damage_keyboard(text, layout)
        return swap_case(seen) if caps_lock else seen

    calibration = calibrate(type_through(CALIBRATION_TEXT))
    assert (calibration.layout, calibration.caps_lock) == (layout, caps_lock)
    rng = random.Random(layout)
    for _ in range(2000):
        text = "".join(rng.choices(string.ascii_letters + string.digits + "-/._%+:;", k=12))
        assert undo_layout(type_through(text), calibration) == text
