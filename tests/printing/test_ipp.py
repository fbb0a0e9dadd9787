"""Driverless printers and CUPS: what goes out is read by a printer of the tests' own, what comes back is understood."""

import io
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from printing import ipp, pwg
from printing.drivers import find_driver
from printing.lane import Lane, Timing
from printing.problems import LineCut, NotReached, UnfitJob
from printing.protocol import PrintJob
from printing.rasters import bitmap_of_grey
from printing.spool import Spool
from printing.transports.ipp import IppLine
from tests.printing.ipp_printer import IppPrinter, raster
from tests.printing.labels import code_picture, job, pdf, png, printer
from tests.printing.stub_server import StubServer

CODE = "P.26-000123.7"
PATIENT = Timing(answer_s=60.0, look_ready_s=0.2, look_trouble_s=0.1, connect_s=60.0, send_s=60.0, close_s=60.0)
"""For what comes, however busy the machine is."""


class Clock:
    """Stands in for `time` where a job is followed: a pause is over at once, however long it was to be."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += 20 * seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printing.transports.ipp.time", Clock())


@pytest.fixture
def virtual() -> Iterator[IppPrinter]:
    started = IppPrinter().start()
    yield started
    started.close()


class Bench:
    """The printer, a stub server, a spool and a lane driven by hand."""

    def __init__(self, folder: Path, virtual: IppPrinter, driver: str) -> None:
        self.server = StubServer()
        config = printer(driver=driver, transport="ipp", address=virtual.address)
        self.spool = Spool(folder / "spool")
        self.lane = Lane(config, self.spool, self.server.line(), folder, PATIENT)
        self.lane.look()

    def print(self, one: PrintJob) -> list[str]:
        self.spool.take(one)
        self.lane.print_job(one.key)
        self.lane.look()
        return self.server.states(one.id)


def _label(form: str, **changes: object) -> PrintJob:
    grey = code_picture(CODE, module=3)
    return job(png(grey) if form == "png1" else pdf(grey), format=form, **changes)


def _read(document: bytes) -> list[str]:
    if document.startswith(b"%PDF"):
        pages = [page.render(scale=300 / 72, grayscale=True).to_numpy() for page in pypdfium2.PdfDocument(document)]
    else:
        pages = raster(document)
    return [code.text for page in pages for code in zxingcpp.read_barcodes(np.ascontiguousarray(page.squeeze()))]


@pytest.mark.parametrize(
    ("driver", "form", "formats", "kind", "ends"),
    [
        ("ipp", "pdf", ("application/pdf", "image/pwg-raster"), "application/pdf", "confirmed"),
        ("ipp", "pdf", ("image/urf", "image/pwg-raster"), "image/pwg-raster", "confirmed"),
        ("ipp", "png1", ("application/pdf", "image/pwg-raster"), "image/pwg-raster", "confirmed"),
        ("cups", "pdf", ("application/pdf", "application/vnd.cups-raw"), "application/pdf", "sent"),
        ("cups", "png1", ("application/octet-stream",), "image/pwg-raster", "sent"),
    ],
)
def test_a_paper_goes_out(
    tmp_path: Path, virtual: IppPrinter, driver: str, form: str, formats: tuple[str, ...], kind: str, ends: str
) -> None:
    """Asked, validated, printed and followed; the document is what the printer said it takes, and is read by a scanner."""
    virtual.formats, virtual.job_states = formats, (5, 5, 9)

    states = Bench(tmp_path, virtual, driver).print(_label(form, label_text="Štítek 1", copies=2))

    assert ["sending", "sent", *(["confirmed"] if ends == "confirmed" else [])] == states
    (request,) = virtual.jobs()
    assert kind == request.text("operation", "document-format")
    assert "Štítek 1" == request.text("operation", "job-name")
    assert virtual.address == request.text("operation", "printer-uri")
    copies = request.groups["job"].get("copies", [(0x21, struct.pack(">i", 1))])[0][1]
    assert [CODE] * (1 if kind == "application/pdf" else 2) == _read(request.document)
    assert (2 if kind == "application/pdf" else 1) == struct.unpack(">i", copies)[0]
    operations = [one.operation for one in virtual.requests]
    assert operations.index("Validate-Job") < operations.index("Print-Job")
    assert 3 == operations.count("Get-Job-Attributes")


@pytest.mark.parametrize(
    ("behaviour", "ends", "sentence"),
    [
        ({"validate_code": 0x040A}, ["failed"], "kind of document"),
        ({"validate_code": 0x0507}, ["failed"], "busy"),
        ({"validate_code": 0x0501}, ["sending", "sent", "confirmed"], "empty"),
        ({"print_code": 0x0506}, ["sending", "unknown"], "takes no jobs now"),
        ({"job_states": (5, 8)}, ["sending", "unknown"], "gave the job up"),
        ({"job_states": (7,)}, ["sending", "unknown"], "cancelled"),
        ({"job_states": (6,)}, ["sending", "sent", "confirmed"], "empty"),
        ({"closes": True}, ["sending", "sent", "confirmed"], "empty"),
        ({"formats": ("image/urf",)}, ["failed"], "image/urf"),
        ({"reasons": ("media-empty-error",), "state": 5}, ["failed"], "no_media"),
    ],
)
def test_how_a_job_ends(
    tmp_path: Path, virtual: IppPrinter, behaviour: dict[str, object], ends: list[str], sentence: str
) -> None:
    """Before the first byte a refusal costs nothing, after it a person is asked; a slow printer is no fault."""
    for name, value in behaviour.items():
        setattr(virtual, name, value)
    bench = Bench(tmp_path, virtual, "ipp")

    states = bench.print(_label("pdf"))

    assert ends == states
    assert sentence in bench.spool.jobs["key-1"].detail
    assert ("sending" in ends) == bool(virtual.jobs())


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, "connected"),
        ({"state": 4}, "printing"),
        ({"queued": 2}, "printing"),
        ({"state": 5}, "blocked"),
        ({"accepts": False}, "blocked"),
        ({"state": 5, "reasons": ("media-empty-error",)}, "no_media"),
        ({"reasons": ("media-needed",)}, "no_media"),
        ({"reasons": ("marker-supply-empty-error",)}, "no_media"),
        ({"state": 5, "reasons": ("media-jam", "media-empty")}, "jam"),
        ({"reasons": ("cover-open-error",)}, "open"),
        ({"reasons": ("toner-low-warning",)}, "connected"),
        ({"reasons": ("media-empty-warning",)}, "connected"),  # the other tray is full
        ({"reasons": ("offline-report",), "state": 5}, "disconnected"),
        ({"reasons": ("paused",), "state": 5}, "blocked"),
        ({"silent": True}, "blocked"),
    ],
)
def test_what_the_printer_says_of_itself(
    tmp_path: Path, virtual: IppPrinter, said: dict[str, object], state: str
) -> None:
    """Its words become the states a person knows; one that answered before and is silent now is blocked."""
    bench = Bench(tmp_path, virtual, "ipp")
    for name, value in said.items():
        setattr(virtual, name, value)
    if virtual.silent:
        bench.lane._timing = replace(PATIENT, answer_s=0.3)

    assert state == bench.lane.look().state.value


def test_a_printer_that_falls_silent_with_the_job_is_a_question(virtual: IppPrinter) -> None:
    """All bytes are there, the yes does not come: nobody knows."""
    payload = find_driver("ipp").encode(_label("pdf"), printer(driver="ipp", address=virtual.address)).payload
    with IppLine(virtual.address, 60.0, 60.0, 0.2) as line:
        line.check(payload)
        virtual.silent = True
        line.send(payload, "job")
        with pytest.raises(LineCut, match="did not answer"):
            line.finish(True)


@pytest.mark.parametrize("address", ["http://h/x", "ipp://", "ipp://h:0x/", "ipp://u@h/", "ipp://h:99999/p"])
def test_strange_addresses(address: str) -> None:
    """What is no IPP address is refused with an example of one."""
    with pytest.raises(NotReached, match="ipp://host"):
        IppLine(address)


def test_nobody_there() -> None:
    """A closed port is a printer that is not reached, so the job may go out later."""
    with pytest.raises(NotReached, match="no connection"):
        IppLine("ipp://127.0.0.1:1/ipp/print", 1.0)


def test_addresses_are_completed() -> None:
    """A bare host gets the port and the path of driverless printers."""
    assert "ipp://laser.local:631/ipp/print" == ipp.printer_uri("laser.local")
    assert "ipps://10.0.0.7:8631/printers/Q1" == ipp.printer_uri("ipps://10.0.0.7:8631/printers/Q1")


def test_raster_is_what_was_drawn() -> None:
    """Random dots, long runs, equal rows: the tests' own reader and ours see the same dots."""
    random = np.random.default_rng(7)
    pictures = [
        ((random.random((37, 53)) < 0.5) * 255).astype(np.uint8),
        np.full((600, 700), 255, np.uint8),
        np.repeat((random.random((3, 400)) < 0.02) * 255, 300, axis=0).astype(np.uint8),
    ]

    document = pwg.write_pages([bitmap_of_grey(one) for one in pictures], 203)

    for drawn, seen, again in zip(pictures, raster(document), pwg.read_pages(document), strict=True):
        assert np.array_equal(drawn, seen)
        assert np.array_equal(drawn, again.grey())


def test_broken_messages_are_sentences() -> None:
    """Any cut of an answer and of a raster is a refusal, never another error."""
    answer = ipp.request(ipp.GET_PRINTER, "ipp://h/p", ipp.attribute(ipp.KEYWORD, "x", "a", "b"))
    document = pwg.write_pages([bitmap_of_grey(np.zeros((9, 9), np.uint8))], 203)
    for raw, read in ((answer, ipp.read_message), (document, pwg.read_pages)):
        for length in range(5, len(raw)):
            with pytest.raises(UnfitJob):
                read(raw[:length])


def test_two_lanes_at_one_printer_do_not_mix(tmp_path: Path, virtual: IppPrinter) -> None:
    """Two connections at once: each job arrives whole."""
    benches = [Bench(tmp_path / str(number), virtual, "ipp") for number in range(2)]
    threads = [
        threading.Thread(target=bench.print, args=(_label("png1"),)) for bench in benches
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert [[CODE], [CODE]] == [_read(one.document) for one in virtual.jobs()]
    assert io.BytesIO(virtual.jobs()[0].document).read(4) == b"RaS2"


def test_yes_of_a_printer_that_hangs_up_stands(
    tmp_path: Path, virtual: IppPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the job, closes the line and lets nobody in for a moment: the job is sent, nobody has to go and look."""
    virtual.closes, virtual.job_states = True, (5, 9)
    send = IppLine.send

    def refuse() -> None:
        raise NotReached("busy with the job")

    def send_and_be_refused(line: IppLine, payload: bytes, name: str) -> None:
        send(line, payload, name)
        monkeypatch.setattr(line, "_connect", refuse)

    monkeypatch.setattr(IppLine, "send", send_and_be_refused)

    assert ["sending", "sent", "confirmed"] == Bench(tmp_path, virtual, "ipp").print(_label("pdf"))
