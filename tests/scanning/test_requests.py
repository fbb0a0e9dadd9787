"""Requests longer than a transaction, and numbers that come twice in one. On both engines, through the real intake."""

from backend.platform.database import Database
from backend.platform.limits import SCANS_PER_TRANSACTION
from tests.scanning.test_intake import INTAKE, _body, _device, _outcomes, _scan, _words


async def test_the_first_of_the_same_number_counts_wherever_it_stands(database: Database) -> None:
    """A number that comes twice in one request has one verdict and one effect, across the border of two transactions."""
    device = await _device(database)
    scans = [_scan(seq) for seq in range(1, SCANS_PER_TRANSACTION + 11)]
    twins = [_scan(SCANS_PER_TRANSACTION + place, word=f"twin{place}") for place in (-1, 0, 1, 5)]

    reply = await INTAKE.take(database, device, _body(*scans, *twins))

    assert (len(scans), ["ok"] * len(scans)) == (reply.acked_seq, _outcomes(reply))
    assert not [word for word in await _words(database) if word.startswith("twin")]


async def test_a_gap_in_a_later_transaction_leaves_the_ones_before(database: Database) -> None:
    """What stands before the gap is taken and answered; what stands behind it is not."""
    device = await _device(database)
    before = [_scan(seq) for seq in range(1, SCANS_PER_TRANSACTION + 4)]
    behind = [_scan(seq) for seq in range(SCANS_PER_TRANSACTION + 5, 3 * SCANS_PER_TRANSACTION)]

    reply = await INTAKE.take(database, device, _body(*behind, *before))

    assert (len(before), len(before)) == (reply.acked_seq, len(_outcomes(reply)))
    assert len(before) == len(await _words(database))


async def test_an_empty_request_is_a_question_for_the_cursor(database: Database) -> None:
    """A device that has nothing to send learns what was taken from it."""
    device = await _device(database)
    await INTAKE.take(database, device, _body(_scan(1), _scan(2)))

    reply = await INTAKE.take(database, device, _body())

    assert (2, []) == (reply.acked_seq, reply.verdicts)
