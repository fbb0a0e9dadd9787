"""GTIN, SSCC, weight codes and carriers' numbers, checked on numbers from real labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.gs1.gtin import expand_upc_e, is_gtin, normalise_gtin, short_gtin
from backend.gs1.restricted import CZECH_LAYOUTS, WeightLayout, check_layout, read_weight_code
from backend.gs1.scan_keys import read_code
from backend.gs1.sscc import build_sscc, is_sscc, parse_sscc
from backend.gs1.tracking import read_digits, read_lettered

TRACKING = json.loads((Path(__file__).parent / "vectors" / "tracking_numbers.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("digits", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("15400141288763", "15400141288763"),
    ],
)
def test_gtins_of_all_lengths_are_one(digits: str, gtin: str) -> None:
    """8, 12, 13 and 14 digits are padded to 14, and shown again as people know them."""
    assert is_gtin(digits)
    assert normalise_gtin(digits) == gtin
    assert short_gtin(gtin) == digits.zfill(13) if len(digits) > 8 else short_gtin(gtin) == digits


@pytest.mark.parametrize("digits", ["4006381333932", "400638133393", "40063813339311", "", "400638133393a", "²" * 8])
def test_what_is_no_gtin(digits: str) -> None:
    """A wrong check digit, a wrong length and characters that only look like digits are refused with a sentence."""
    assert not is_gtin(digits)
    with pytest.raises(ValueError, match="expected"):
        normalise_gtin(digits)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("04252614", "042100005264"),
        ("01234558", "012345000058"),
        ("00123457", "001234000057"),
        ("04252615", None),
        ("24252614", None),
    ],
)
def test_upc_e(short: str, full: str | None) -> None:
    """UPC-E unpacks to the UPC-A printed on the same product, or to nothing."""
    assert expand_upc_e(short) == full


def test_sscc_is_built_and_taken_apart() -> None:
    """Extension, prefix and serial come back; a foreign prefix and a used-up range do not pass."""
    assert build_sscc(1, "2345678", 901234567) == "123456789012345675"
    assert is_sscc("123456789012345675")
    assert not is_sscc("123456789012345670")
    assert parse_sscc("123456789012345675", "2345678") == (1, 901234567)
    assert parse_sscc("123456789012345675", "2345679") is None
    with pytest.raises(ValueError, match="used up"):
        build_sscc(0, "2345678", 10**9)
    with pytest.raises(ValueError, match="4 to 12"):
        build_sscc(0, "234", 1)


@pytest.mark.parametrize(
    ("digits", "layouts", "wanted"),
    [
        ("2812340012500", CZECH_LAYOUTS, ("02812340000002", 1250)),
        ("2812340000002", CZECH_LAYOUTS, None),
        ("2812341012509", CZECH_LAYOUTS, None),
        ("2112340012507", CZECH_LAYOUTS, None),
        ("2112345012506", (WeightLayout("21IIIIIWWWWWC"),), ("02112345000008", 1250)),
        ("2312347012505", (WeightLayout("23IIIIVWWWWWC", g_per_unit=10),), ("02312340000007", 12500)),
    ],
)
def test_weight_codes(digits: str, layouts: tuple[WeightLayout, ...], wanted: tuple[str, int] | None) -> None:
    """The shop's table says where item and weight stand; without a fitting layout there is no weight."""
    found = read_weight_code(digits, layouts)
    assert (found and (found.item_gtin, found.weight_g)) == wanted


@pytest.mark.parametrize("pattern", ["28IIII0WWWWW", "28IIII0WWWWWW", "28IIII0XXXXXC", "28IIIIIIIIIIC"])
def test_layouts_are_checked(pattern: str) -> None:
    """A layout that cannot work is refused when it is set up, not when the cheese is scanned."""
    with pytest.raises(ValueError, match="expected 13"):
        check_layout(pattern)


@pytest.mark.parametrize("case", TRACKING, ids=lambda case: case["text"])
def test_tracking_numbers(case: dict[str, Any]) -> None:
    """Carriers' numbers are recognised with their carrier; a wrong check digit never gives a tracking key."""
    text = case["text"]
    found = read_digits(text) if text.isdigit() else read_lettered(text)
    if case["valid"]:
        assert found is not None
        assert (found.carrier, found.numbers[0], found.proven) == (case["carrier"], case["number"], case["checked"])
    else:
        assert found is None or (found.numbers == () and "expected check digit" in (found.error or ""))
        assert not any(key.startswith("track:") for key in read_code(text).keys)


def test_what_is_known_decides() -> None:
    """The same 12 digits are a product for one job and a parcel for another."""
    assert read_code("409500001157").kind == "gtin"
    assert read_code("409500001157", {"track:40950000115"}).keys[0] == "track:40950000115"
    assert read_code("409500001157", {"gtin:00409500001157"}).keys[0] == "gtin:00409500001157"
    assert read_code("409500001155", {"track:409500001155"}).error is None
    assert read_code("409500001155", {"track:1"}).error is not None
