"""Typst in process: compiled templates kept warm, data as JSON, bundled fonts only.

A template sees the bytes we hand over and the folder it lies in; it has no network, no packages and no host fonts.
"""

import datetime
import threading
from pathlib import Path

import msgspec
import typst

from backend.documents.lettering import FONT_FOLDER
from backend.platform.errors import Problem

DOCUMENTS_FOLDER = Path(__file__).parent
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The creation time inside every PDF: equal data makes equal bytes, so that a paper can be known by its hash."""


class _Warm(threading.local):
    """Compilers of one thread: they are not made to be shared, and Typst lets other threads run while it works."""

    def __init__(self) -> None:
        self.by_template: dict[str, typst.Compiler] = {}


_warm = _Warm()


def compile_pdf(template: str, name: str, content: object) -> bytes:
    """PDF of `template` (a file under `documents/`) with `content` as JSON in `sys.inputs[name]`."""
    try:
        pdf = _compiler(template).compile(
            format="pdf",
            sys_inputs={name: msgspec.json.encode(content).decode()},
            pdf_tags=False,
            timestamp=EPOCH,
        )
        assert isinstance(pdf, bytes)
        return pdf
    except BaseException as error:
        # A panic inside the setter is no `Exception`; left alone, one odd name would end the whole worker.
        if not isinstance(error, typst.TypstError) and type(error).__name__ != "PanicException":
            raise
        _warm.by_template.pop(template, None)
        raise Problem(
            "PAPER_NOT_SET",
            f"Expected {template} to be set with this data, got {str(error)[:200]!r}; correct the data.",
            status=422,
        ) from None


def _compiler(template: str) -> typst.Compiler:
    compiler = _warm.by_template.get(template)
    if compiler is None:
        compiler = _warm.by_template[template] = typst.Compiler(
            str(DOCUMENTS_FOLDER / template),
            root=str(DOCUMENTS_FOLDER),
            font_paths=[str(FONT_FOLDER)],
            ignore_system_fonts=True,
        )
    return compiler
