"""Printer drivers, one file each, found by their name: a new file with a DRIVER is a new kind of printer."""

from __future__ import annotations

import importlib
import pkgutil

from printing.drivers.driver import Driver, PrinterIdentity, PrinterReading, Printout
from printing.problems import PrintingProblem

__all__ = ["Driver", "PrinterIdentity", "PrinterReading", "Printout", "driver_codes", "find_driver"]


def driver_codes() -> list[str]:
    """Codes of all drivers in this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "driver")


def find_driver(code: str) -> Driver:
    """The driver of that code."""
    if code not in driver_codes():
        raise PrintingProblem(f"Expected one of the printer drivers {', '.join(driver_codes())}, got {code!r}.")
    driver: Driver = importlib.import_module(f"printing.drivers.{code}").DRIVER
    return driver
