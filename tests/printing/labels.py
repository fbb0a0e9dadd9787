"""Builders of labels and jobs for the printing tests; every field has a default."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

from printing.protocol import Demand, PrinterConfig, PrintJob

ZPL = b"^XA^CI28^PW400^LL200^BY2^FO40,40^BCN,80,N,N,N,A^FDP.26-000123.7^FS^XZ\n"


def code_picture(text: str, symbology: str = "Code128", module: int = 2, gs1: bool = False) -> np.ndarray:
    """A drawn code on white, grey bytes, with generous quiet zones."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology), gs1=gs1)
    modules = np.asarray(code.to_image(scale=module, add_quiet_zones=False))
    if symbology in ("Code128", "EAN13", "ITF", "Code39"):
        modules = np.repeat(modules[:1], 80, axis=0)
    return np.pad(modules, 30, constant_values=255)


def png(grey: np.ndarray) -> bytes:
    """A one-bit PNG of grey bytes."""
    out = io.BytesIO()
    Image.fromarray(grey).convert("1").save(out, "PNG")
    return out.getvalue()


def pdf(grey: np.ndarray, dpi: int = 203) -> bytes:
    """A PDF page that shows the picture at the given density."""
    out = io.BytesIO()
    Image.fromarray(grey).convert("L").save(out, "PDF", resolution=dpi)
    return out.getvalue()


def job(content: bytes = ZPL, **changes: Any) -> PrintJob:
    """A job lent to the agent."""
    fields: dict[str, Any] = {
        "id": 1,
        "key": "key-1",
        "printer": "L1",
        "format": "zpl",
        "content": content,
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "lease": "lease-1",
        "demands": (Demand("code128", "P.26-000123.7"),),
    }
    return PrintJob(**fields | changes)


def printer(**changes: Any) -> PrinterConfig:
    """A printer configuration."""
    fields: dict[str, Any] = {
        "code": "L1", "name": "Labels 1", "driver": "zpl", "transport": "tcp", "address": "127.0.0.1:1",
    }  # fmt: skip
    return PrinterConfig(**fields | changes)
