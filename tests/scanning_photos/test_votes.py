"""How many reads make a code."""

import numpy as np
import pytest

from backend.scanning.photo_blurred import BlurredRead
from backend.scanning.photo_readers import Read, expanded_upc_e
from backend.scanning.photo_votes import Ballot

HERE = np.array([(0, 0), (100, 0), (100, 40), (0, 40)], dtype=float)
ELSEWHERE = HERE + 300


def _read(text: str, symbology: str, vote: str, corners: np.ndarray = HERE) -> Read:
    reader, view = vote.split("/")
    return Read(text=text, symbology=symbology, gs1=False, corners=corners, reader=reader, view=view)


ZXING, ZXING_2, ZBAR = "zxing-cpp/plain", "zxing-cpp/evened", "pyzbar/half"


@pytest.mark.parametrize(
    ("text", "symbology", "votes", "believed"),
    [
        ("any", "QR Code", [ZXING], True),
        ("any", "Data Matrix", [ZXING_2], True),
        ("ascii", "QR Code", [ZBAR], True),
        ("ř", "QR Code", [ZBAR], False),
        ("8594001021123", "EAN-13", [ZXING], False),
        ("8594001021123", "EAN-13", [ZXING, ZXING], False),
        ("8594001021123", "EAN-13", [ZXING, ZXING_2], True),
        ("8594001021123", "EAN-13", [ZXING_2, ZBAR], True),
        ("96385074", "EAN-8", [ZXING], False),
        ("96385074", "EAN-8", [ZXING, ZBAR], True),
        ("0012345000065", "UPC-E", [ZXING], False),
        ("ABC", "Code 128", [ZXING_2], True),
        ("AB", "Code 128", [ZXING, ZBAR], False),
        ("A-01", "Code 39", [ZXING], True),
        ("A-01", "Code 39", [ZBAR], False),
        ("T", "Code 39", [ZXING, ZBAR], False),
        ("14006381333938", "ITF", [ZXING], True),
        ("14006381333939", "ITF", [ZXING], False),
        ("123456", "ITF", [ZXING], False),
        ("123456", "ITF", [ZXING, ZBAR], True),
        ("1234", "ITF", [ZXING, ZBAR], False),
        ("0104012345123456", "DataBar Omni", [ZXING], True),
        ("0104012345123456", "DataBar Omni", ["zxing-cpp/double"], False),
    ],
)
def test_votes_needed(text: str, symbology: str, votes: list[str], believed: bool) -> None:
    """One row for each rule: the same reader on the same copy counts once."""
    ballot = Ballot()
    ballot.add(_read(text, symbology, vote) for vote in votes)

    assert believed is bool(ballot.trusted())
    assert believed is not bool(ballot.guesses())


@pytest.mark.parametrize(
    ("fit", "margin", "weakest", "halves", "others", "believed"),
    [
        (0.95, 200.0, 0.9, 2, [], True),
        (0.70, 200.0, 0.9, 2, [], False),
        (0.95, 90.0, 0.9, 2, [], False),
        (0.95, 200.0, 0.2, 2, [], False),
        (0.95, 200.0, 0.9, 1, [], False),
        (0.95, 90.0, 0.9, 2, [ZBAR], True),
        (0.95, 20.0, 0.9, 2, [ZBAR], False),
        (0.95, 90.0, 0.2, 2, [ZBAR], False),
    ],
    ids=["sound", "poor fit", "a rival", "a covered digit", "halves differ", "backed", "rivals", "covered, backed"],
)
def test_what_a_curve_needs(
    fit: float, margin: float, weakest: float, halves: int, others: list[str], believed: bool
) -> None:
    """A number fitted to a curve is believed when it fits everywhere and no other number comes near."""
    ballot = Ballot()
    ballot.add_blurred(BlurredRead("8594001021123", fit, margin, weakest, halves, HERE))
    ballot.add(_read("8594001021123", "EAN-13", vote) for vote in others)

    assert believed is bool(ballot.trusted())


def test_a_weaker_curve_is_believed_for_a_known_number() -> None:
    """The list of the open job is the second witness."""
    for known, believed in ((["8594001021123"], True), (["4006381333931"], False)):
        ballot = Ballot(known)
        ballot.add_blurred(BlurredRead("8594001021123", 0.9, 50.0, 0.9, 2, HERE))
        assert believed is bool(ballot.trusted())


def test_upc_a_and_ean_13_vote_for_the_same_number() -> None:
    """Twelve digits of one reader and thirteen of the other are one GTIN."""
    ballot = Ballot()
    ballot.add([_read("036000291452", "UPC-A", ZBAR), _read("0036000291452", "EAN-13", ZXING)])

    assert 1 == len(ballot.trusted())


def test_one_place_holds_one_linear_code() -> None:
    """A ghost twin at the same bars gives way to the better proved; a code elsewhere stays."""
    ballot = Ballot()
    ballot.add([_read("8594001021123", "EAN-13", vote) for vote in (ZXING, ZXING_2, ZBAR)])
    ballot.add([_read("9594001021120", "EAN-13", vote) for vote in ("zxing-cpp/double",)])
    ballot.add([_read("4006381333931", "EAN-13", vote, ELSEWHERE) for vote in (ZXING, ZBAR)])

    assert ["4006381333931", "8594001021123"] == sorted(claim.text for claim, _ in ballot.trusted())


def test_a_known_code_breaks_the_tie_and_is_named_as_the_reason() -> None:
    """One read is not enough for EAN-8, unless the person is expected to hold just that code."""
    ballot = Ballot(known=["96385074"])
    ballot.add([_read("96385074", "EAN-8", ZXING)])

    ((claim, standing),) = ballot.trusted()
    assert "96385074" == claim.text
    assert "known" in standing.reason


def test_a_known_code_does_not_lift_a_malformed_one() -> None:
    """Short ITF is found in every ruling; a list does not make it true."""
    ballot = Ballot(known=["1234"])
    ballot.add([_read("1234", "ITF", ZXING)])

    assert [] == ballot.trusted()


def test_a_lonely_read_is_heard_at_the_end_unless_contradicted() -> None:
    """An EAN-13 read once on the untouched picture stands when no other number was read from the same bars."""
    lonely, contradicted = Ballot(), Ballot()
    lonely.add([_read("8594001021123", "EAN-13", ZXING)])
    contradicted.add([_read("8594001021123", "EAN-13", ZXING), _read("9594001021120", "EAN-13", ZBAR)])
    lonely.close()
    contradicted.close()

    assert ["8594001021123"] == [claim.text for claim, _ in lonely.trusted()]
    assert [] == contradicted.trusted()


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("04963406", "0049000006346"),
        ("01234531", "0012300000451"),
        ("01234541", "0012340000051"),
        ("05096893", "0050968000093"),
        ("0123", "0123"),
    ],
)
def test_upc_e_is_expanded(short: str, long: str) -> None:
    """The last digit before the check digit says where the noughts go; other lengths are left alone."""
    assert long == expanded_upc_e(short)


VEHICLE = "1M8GDM9AXKP042788"  # the example of 49 CFR 565.15
IDENTIFIED = f"I{VEHICLE}"


@pytest.mark.parametrize(
    ("text", "symbology", "known", "told"),
    [
        (IDENTIFIED, "Code 39", (), VEHICLE),
        (IDENTIFIED, "Code 39", (IDENTIFIED,), IDENTIFIED),
        (IDENTIFIED, "Code 128", (), IDENTIFIED),
        (VEHICLE, "Code 39", (), VEHICLE),
        ("I1M8GDM9A1KP042788", "Code 39", (), "I1M8GDM9A1KP042788"),
        ("I1M8GDM9AXKPO42788", "Code 39", (), "I1M8GDM9AXKPO42788"),
        ("II-0042", "Code 39", (), "II-0042"),
    ],
    ids=["identifier", "expected with it", "another symbology", "bare", "wrong check digit", "letter O", "short"],
)
def test_a_vehicle_number_is_told_without_its_identifier(
    text: str, symbology: str, known: tuple[str, ...], told: str
) -> None:
    """Only where nothing else can be meant; every other text is what the bars say."""
    ballot = Ballot(known)
    ballot.add([_read(text, symbology, ZXING)])
    ((claim, _),) = ballot.trusted()

    assert told == ballot.told(claim)


@pytest.mark.parametrize(("text", "believed"), [(IDENTIFIED, True), ("I1M8GDM9A1KP042788", False)])
def test_a_right_check_digit_stands_for_a_second_read(text: str, believed: bool) -> None:
    """On a prepared copy Code 39 alone is not believed: it has no check of its own."""
    ballot = Ballot()
    ballot.add([_read(text, "Code 39", ZXING_2)])

    assert believed is bool(ballot.trusted())


RIVAL = "0525178698281"


@pytest.mark.parametrize(
    ("votes", "against", "believed"),
    [
        ([ZXING, ZXING_2], [], True),
        ([ZXING, ZXING_2], [ZBAR], False),
        ([ZXING, ZXING_2, "pyzbar/plain"], [ZBAR], True),
        ([ZXING, ZXING_2, "pyzbar/plain"], [ZBAR, "pyzbar/thresholded"], False),
    ],
)
def test_readers_that_disagree_give_no_answer(votes: list[str], against: list[str], believed: bool) -> None:
    """Two lucky check digits of one reader do not outvote another reader; both texts are shown."""
    ballot = Ballot()
    ballot.add(_read("8595258698281", "EAN-13", vote) for vote in votes)
    ballot.add(_read(RIVAL, "EAN-13", vote) for vote in against)

    assert (["8595258698281"] if believed else []) == [claim.text for claim, _ in ballot.trusted()]
    if not believed:
        assert {"8595258698281", RIVAL} == {claim.text for claim, _ in ballot.guesses()}
        assert all("another number" in standing.reason for _, standing in ballot.guesses())
