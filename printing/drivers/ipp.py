"""Driverless printers (IPP Everywhere, AirPrint, most printers of the last ten years): PDF, or PWG raster where not.

A job is a whole IPP request, so the transport carries bytes here as everywhere. What the printer takes it says itself
when it is asked how it is. Source: RFC 8011 (Print-Job, printer-state-reasons), PWG 5100.14.
"""

from __future__ import annotations

from printing import ipp, pwg
from printing.drivers.driver import Driver, PrinterReading, Printout
from printing.pages import RASTER_FORMATS, read_pages
from printing.problems import UnfitJob
from printing.protocol import PrinterConfig, PrinterState, PrintJob
from printing.rasters import Bitmap, read_pdf

PDF, PWG, ANYTHING = "application/pdf", "image/pwg-raster", "application/octet-stream"
READ_BACK_DPI = 300
IDLE, WORKING, STOPPED = 3, 4, 5
REASONS = (
    ("media-jam", PrinterState.JAM, "paper jam"),
    ("cover-open", PrinterState.OPEN, "the cover is open"),
    ("door-open", PrinterState.OPEN, "a door is open"),
    ("interlock-open", PrinterState.OPEN, "a door is open"),
    ("input-tray-missing", PrinterState.OPEN, "the tray is missing"),
    ("media-empty", PrinterState.NO_MEDIA, "out of paper"),
    ("media-needed", PrinterState.NO_MEDIA, "it asks for paper"),
    ("toner-empty", PrinterState.NO_MEDIA, "out of toner"),
    ("marker-supply-empty", PrinterState.NO_MEDIA, "out of ink, toner or ribbon"),
    ("developer-empty", PrinterState.NO_MEDIA, "out of developer"),
    ("offline", PrinterState.DISCONNECTED, "its print server does not reach it"),
    ("shutdown", PrinterState.DISCONNECTED, "switched off"),
    ("connecting-to-device", PrinterState.DISCONNECTED, "its print server does not reach it"),
    ("timed-out", PrinterState.DISCONNECTED, "its print server does not reach it"),
    ("paused", PrinterState.BLOCKED, "paused at the printer"),
    ("moving-to-paused", PrinterState.BLOCKED, "paused at the printer"),
    ("output-area-full", PrinterState.BLOCKED, "the output tray is full"),
    ("marker-waste-full", PrinterState.BLOCKED, "the waste box is full"),
    ("spool-area-full", PrinterState.BLOCKED, "its memory is full"),
    ("fuser-over-temp", PrinterState.BLOCKED, "too hot"),
)
"""Words of `printer-state-reasons`, the most hindering first."""
MEDIA = {(210, 297): "iso_a4_210x297mm", (148, 210): "iso_a5_148x210mm", (105, 148): "iso_a6_105x148mm"}


def read_status(answer: bytes) -> PrinterReading | None:
    """Attributes of the printer: its state, why, how many jobs it holds, which documents it takes."""
    if not answer:
        return None
    try:
        said = ipp.read_message(answer)
    except UnfitJob as problem:
        return PrinterReading(PrinterState.BLOCKED, f"the printer answered in an unknown way: {problem.sentence}")
    if said.code > ipp.OK_MAX:
        return PrinterReading(
            PrinterState.BLOCKED, f"the printer refuses to say how it is (IPP status {said.code:#06x})"
        )
    waiting, takes = said.number("queued-job-count"), said.words("document-format-supported")
    stopped = said.number("printer-state") == STOPPED
    reasons = {_plain(word) for word in said.words("printer-state-reasons") if stopped or not _harmless(word)}
    for word, state, detail in REASONS:
        if word in reasons:
            return PrinterReading(state, detail, waiting, takes)
    if stopped or said.first("printer-is-accepting-jobs") is False:
        return PrinterReading(PrinterState.BLOCKED, "stopped: look at its display", waiting, takes)
    if said.number("printer-state") == WORKING or waiting:
        return PrinterReading(PrinterState.PRINTING, "printing", waiting, takes)
    low = ", ".join(word for word in said.words("printer-state-reasons") if word != "none")
    return PrinterReading(PrinterState.CONNECTED, low, waiting, takes)


def _plain(word: str) -> str:
    for ending in ("-report", "-warning", "-error"):
        word = word.removesuffix(ending)
    return word


def _harmless(word: str) -> bool:
    return word.endswith(("-report", "-warning"))


def encode(job: PrintJob, printer: PrinterConfig) -> Printout:
    """One Print-Job request with the document; copies are pages of a raster, and asked for where it is PDF."""
    as_pdf = job.format == "pdf" and (not printer.takes or PDF in printer.takes)
    kind = PDF if as_pdf else PWG
    if printer.takes and not {kind, ANYTHING} & set(printer.takes):
        known = ", ".join(printer.takes)
        raise UnfitJob(f"Expected a printer that takes {PDF} or {PWG}, got one that takes {known}; use another driver.")
    document = job.content if as_pdf else pwg.write_pages(read_pages(job, printer) * job.copies, printer.dpi)
    wishes = [ipp.attribute(ipp.KEYWORD, "print-scaling", "none")]
    if as_pdf and job.copies > 1:
        wishes.insert(0, ipp.attribute(ipp.INTEGER, "copies", job.copies))
    if job.media_width_mm and job.media_height_mm:
        size = (job.media_width_mm, job.media_height_mm)
        wishes.append(ipp.attribute(ipp.KEYWORD, "media", MEDIA.get(size, f"custom_label_{size[0]}x{size[1]}mm")))
    about = (
        ipp.attribute(
            ipp.NAME, "job-name", (job.label_text or f"job {job.id}").encode()[:120].decode("utf-8", "ignore")
        ),
        ipp.attribute(ipp.MIME, "document-format", kind),
    )
    payload = ipp.request(ipp.PRINT_JOB, printer.address, *about, job=wishes, document=document)
    return Printout(payload, "dots", "ipp")


def read_dots(payload: bytes) -> list[Bitmap]:
    """The pages of the document in a Print-Job request."""
    document = ipp.read_message(payload).rest
    return read_pdf(document, READ_BACK_DPI) if document.startswith(b"%PDF") else pwg.read_pages(document)


DRIVER = Driver(
    code="ipp",
    accepts=RASTER_FORMATS,
    encode=encode,
    status_query=ipp.GET_PRINTER.to_bytes(2, "big"),
    read_status=read_status,
    read_dots=read_dots,
)
