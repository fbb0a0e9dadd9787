"""The door of documents: labels and papers for everyone above.

Everything but `load_label` is a pure function of its arguments.
"""

import threading
from collections.abc import Sequence
from typing import Any

from backend.documents import carrier_paper
from backend.documents.artifact import Artifact, LabelFormat, make_artifact, placed_label
from backend.documents.canvas import LayoutProblem, Media
from backend.documents.carrier_paper import CarrierPaper
from backend.documents.label_run import LabelRun
from backend.documents.page import DOTS_PER_MM, Dpi
from backend.documents.paper import PaperData, set_paper
from backend.documents.papers import paper_of
from backend.documents.papers.code_sheet import CodeCard, code_sheet
from backend.documents.papers.handover_manifest import HandoverManifest
from backend.documents.pdf import write_pdf_run
from backend.documents.readback import Demand, Mismatch
from backend.documents.store import load_label
from backend.documents.template import Template
from backend.documents.templates import template_of, templates

__all__ = [
    "Artifact",
    "CarrierPaper",
    "CodeCard",
    "Demand",
    "HandoverManifest",
    "LayoutProblem",
    "Media",
    "Mismatch",
    "PaperData",
    "Template",
    "artifact_of",
    "code_sheet",
    "fit_carrier_paper",
    "label_artifact",
    "label_examples",
    "load_label",
    "render_label",
    "render_label_run",
    "render_paper",
]

A4 = Media("A4", 210, 297)
_pdfium_alone = threading.Lock()  # the reader of PDFs may not be entered by two threads of one program


class _Warm(threading.local):
    """Runs of one thread, one for each label and resolution."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, int], LabelRun] = {}


_warm = _Warm()


def warm_run(template: Template, dpi: Dpi) -> LabelRun:
    """The run in which this thread draws labels that come one by one: the second parcel of a day is quick already."""
    run = _warm.runs.get((template.code, dpi))
    if run is None or run.template is not template:
        run = _warm.runs[template.code, dpi] = LabelRun(template, dpi)
    return run


def render_label(template_code: str, data: dict[str, Any], label_format: LabelFormat = "zpl", dpi: int = 203) -> bytes:
    """One label as ZPL, PNG or PDF bytes; `dpi` 203, 300 or 600.

    Raises `Problem`s: LABEL_UNKNOWN, LABEL_DATA, or a `LayoutProblem` with the name of the broken rule.
    """
    return label_artifact(template_code, data, dpi, label_format).content


def label_artifact(
    template_code: str, data: dict[str, Any], dpi: int = 203, label_format: LabelFormat = "zpl"
) -> Artifact:
    """One label for the print queue: bytes, media and the codes that must be readable on paper."""
    return _artifact(template_of(template_code), data, _known_dpi(dpi), label_format)


def _artifact(template: Template, data: dict[str, Any], dpi: Dpi, label_format: LabelFormat) -> Artifact:
    if label_format == "zpl" and template.run is not None:
        return warm_run(template, dpi).artifact(data)
    return make_artifact(template, data, dpi, label_format)


def artifact_of(template: Template, data: dict[str, Any], dpi: int, label_format: LabelFormat) -> Artifact:
    """A label by its template, such as `load_label` gave: drawn while no transaction is open.

    A design that cannot bear these data, against all that was checked when it was saved, gives way to the label that Rampa
    brings: no parcel waits for a designer.
    """
    known = _known_dpi(dpi)
    try:
        return _artifact(template, data, known, label_format)
    except LayoutProblem:
        brought = templates().get(template.code)
        if brought is None or brought is template:
            raise
        return _artifact(brought, data, known, label_format)


def fit_carrier_paper(
    content: bytes, label_format: LabelFormat, media: Media, code: str, wanted: LabelFormat, dpi: int
) -> CarrierPaper:
    """A carrier's paper for one of our printers; see `carrier_paper.fit_carrier_paper`."""
    with _pdfium_alone:
        return carrier_paper.fit_carrier_paper(content, label_format, media, code, wanted, dpi)


def render_label_run(
    template_code: str, rows: Sequence[dict[str, Any]], label_format: LabelFormat = "zpl", dpi: int = 203
) -> bytes:
    """Many labels of one template: ZPL one after another, or one PDF with a page each. Same bytes and problems as alone."""
    template, known = template_of(template_code), _known_dpi(dpi)
    if label_format not in ("zpl", "pdf") or not rows:
        raise LayoutProblem(
            "format",
            expected="one label or more as zpl or pdf",
            got=f"{len(rows)} as {label_format}",
            cure="choose zpl or pdf for a run",
        )
    if label_format == "pdf":
        return write_pdf_run([placed_label(template, row, known) for row in rows], template.title)
    run = LabelRun(template, known)
    return b"".join(map(run.zpl, rows))


def render_paper(code: str, data: dict[str, Any] | PaperData) -> bytes:
    """One paper as PDF bytes, A4. Raises PAPER_UNKNOWN or PAPER_DATA."""
    return set_paper(paper_of(code), data)


def label_examples() -> dict[str, dict[str, Any]]:
    """Example data of every label by its code: what the preview shows and what `rampa label --list` prints."""
    return {code: template.example for code, template in templates().items()}


def _known_dpi(dpi: int) -> Dpi:
    for known in DOTS_PER_MM:
        if dpi == known:
            return known
    raise LayoutProblem("dpi", expected="203, 300 or 600", got=str(dpi), cure="choose the printer's resolution")
