"""Do the lines of an order add up to its total?"""

from collections.abc import Iterable

TOLERANCE_MINOR = 2
"""Two hundredths: shops round each line, or the sum, or both."""
TOLERANCE_OF_CURRENCY = {"HUF": 100, "JPY": 1, "KRW": 1}
"""One unit where the currency is not paid in fractions; HUF is kept in hundredths."""


def difference_of(header: int, lines: Iterable[int], currency: str, rounding_slack: int = 0) -> int:
    """Header total minus the sum of the lines in minor units; 0 within the tolerance or within what rounding explains."""
    difference = header - sum(lines)
    tolerance = max(TOLERANCE_OF_CURRENCY.get(currency, TOLERANCE_MINOR), rounding_slack)
    return 0 if abs(difference) <= tolerance else difference
