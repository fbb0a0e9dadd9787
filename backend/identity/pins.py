"""PIN rules: what is a usable PIN, and how many wrong ones are too many. Pure."""

from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
TRIES_PER_WINDOW = 60
"""Hard limit of evaluated tries per badge and hour, over all devices."""
LOCK_AFTER = 5
LOCK_FIRST = timedelta(minutes=1)


def locked_until(failures: list[datetime], now: datetime) -> datetime | None:
    """`failures`: times of wrong tries since the last right one, oldest first, within the window.

    Five wrong tries lock for one minute; each further one doubles it. None when a try may be made.
    """
    if len(failures) < LOCK_AFTER:
        return None
    pause = LOCK_FIRST * 2 ** min(len(failures) - LOCK_AFTER, 6)
    until = failures[-1] + pause
    return until if until > now else None


NEW_PIN_DIGITS = 6


def readable_pin(pin: str) -> bool:
    """Four to eight digits."""
    return pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8
