"""A queue of CUPS, on the agent's own computer or another one: the same language as `ipp`, but it speaks for itself.

What CUPS calls completed has left its queue and need not be on paper, so its jobs end as `sent`, never as `confirmed`.
"""

from __future__ import annotations

from dataclasses import replace

from printing.drivers import ipp
from printing.drivers.driver import Driver, PrinterReading


def read_status(answer: bytes) -> PrinterReading | None:
    """The queue's word without its count, which says nothing about the printer behind it."""
    reading = ipp.read_status(answer)
    return None if reading is None else replace(reading, waiting=None)


DRIVER = Driver(
    code="cups",
    accepts=ipp.DRIVER.accepts,
    encode=ipp.encode,
    status_query=ipp.DRIVER.status_query,
    read_status=read_status,
    read_dots=ipp.read_dots,
)
