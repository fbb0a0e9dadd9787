"""One printer's lane: what may be retried, what is unknown, and that nothing comes out twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from printing.agent import Agent
from printing.drivers.zpl import DRIVER
from printing.lane import ROOM, Lane, Timing, prepare
from printing.problems import UnfitJob
from printing.protocol import Demand, Media, PrinterConfig, PrintJob
from printing.spool import Spool
from printing.transports.tcp import TcpLine
from printing.virtual_printer import VirtualPrinter
from tests.printing.labels import ZPL, code_picture, job, png, printer
from tests.printing.stub_server import StubServer

PATIENT = Timing(answer_s=60.0, look_ready_s=0.2, look_trouble_s=0.1, connect_s=60.0, send_s=60.0, close_s=60.0)
"""For what comes: however busy the machine is, nobody takes it for silence."""
HASTY = replace(PATIENT, answer_s=0.2, close_s=0.5)
"""For what does not come: the silence is waited out."""


class Bench:
    """A virtual printer, a stub server, a spool and a lane that is driven by hand."""

    def __init__(self, folder: Path, **config: object) -> None:
        self.folder = folder
        self.virtual = VirtualPrinter(folder / "labels", language=str(config.get("driver", "zpl"))).start()
        self.config: PrinterConfig = printer(address=f"127.0.0.1:{self.virtual.port}", **config)
        self.server = StubServer(self.config)
        self.line = self.server.line()
        self.spool = Spool(folder / "spool")
        self.lane = self.new_lane()

    def new_lane(self) -> Lane:
        return Lane(self.config, self.spool, self.line, self.folder / "printed", PATIENT)

    def hush(self, **trouble: object) -> None:
        """The printer keeps silent from here on, and the lane does not wait for it for long."""
        self.virtual.set_trouble(**trouble)
        self.lane._timing = HASTY

    def speak(self) -> None:
        self.virtual.set_trouble(state="ok")
        self.lane._timing = PATIENT

    def restart(self) -> None:
        """The agent dies and comes back: only the disk remains."""
        self.spool.close()
        self.spool = Spool(self.folder / "spool")
        self.lane = self.new_lane()

    def print(self, one: PrintJob) -> None:
        self.spool.take(one)
        self.lane.print_job(one.key)

    def printed(self, count: int = 1, timeout_s: float = 60.0) -> list[bytes]:
        """What came out; the printer's memory is empty then, as it would say itself."""
        jobs = self.virtual.wait_for(count, timeout_s)
        with self.virtual._changed:
            assert self.virtual._changed.wait_for(lambda: not self.virtual._waiting, 60)
        return [(self.virtual.folder / one.file).read_bytes() for one in jobs if one.complete]

    def close(self) -> None:
        self.virtual.set_trouble(state="ok")
        self.virtual.close()
        self.spool.close()
        self.line.__exit__()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench(tmp_path)
    yield opened
    opened.close()


def test_a_job_is_sent_and_then_confirmed(bench: Bench) -> None:
    """`sending` is asked before, `sent` told after, `confirmed` once the printer's buffer is empty."""
    bench.print(job())
    bench.printed()
    bench.lane.look()

    assert [ZPL] == bench.printed()
    assert ["sending", "sent", "confirmed"] == bench.server.states()
    sent = bench.server.reports[1][1]
    assert sent.first_byte_at is not None
    assert sent.last_byte_at is not None
    assert sent.first_byte_at <= sent.last_byte_at


def test_the_journal_knows_before_the_printer_does(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the first byte is handed to the line, the journal on the disk and the server have both been told."""
    seen: list[tuple[bool, list[str]]] = []
    send = TcpLine.send

    def spy(line: TcpLine, payload: bytes, name: str) -> None:
        seen.append((b"first_byte" in (bench.spool.folder / "journal.log").read_bytes(), bench.server.states()))
        send(line, payload, name)

    monkeypatch.setattr(TcpLine, "send", spy)
    bench.print(job())

    assert [(True, ["sending"])] == seen


def test_without_a_yes_there_is_no_byte(bench: Bench) -> None:
    """The server took the job back: nothing is printed and nothing reported."""
    bench.server.refused.add("lease-1")

    bench.print(job())

    assert [] == bench.printed(timeout_s=0.3)
    assert [] == bench.server.states()


def test_a_server_away_means_no_byte(bench: Bench) -> None:
    """Without an answer to `sending` the job is given back later instead of being printed on a guess."""
    bench.server.away = True
    bench.print(job())
    bench.server.away = False
    bench.lane.tell("key-1")

    assert [] == bench.printed(timeout_s=0.3)
    assert [("failed", True)] == [(report.state.value, report.retry) for _, report in bench.server.reports]


def test_a_printer_of_another_density_prints_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up for 203 dpi, it says 300: no job goes out, and the sentence names both; with the right word it prints."""
    bench.virtual.set_trouble(dots_per_mm=12)
    reading = bench.lane.look()
    bench.print(job())

    assert "blocked" == reading.state.value
    assert "203" in reading.detail
    assert "300" in reading.detail
    assert ["failed"] == bench.server.states()
    bench.virtual.set_trouble(dots_per_mm=0)  # an old clone that does not know the question
    bench.lane = bench.new_lane()
    ask = TcpLine.ask

    def ask_in_vain(line: TcpLine, query: bytes, whole: Callable[[bytes], bool], answer_s: float) -> bytes:
        return ask(line, query, whole, HASTY.answer_s if query == DRIVER.identity_query else answer_s)

    monkeypatch.setattr(TcpLine, "ask", ask_in_vain)
    assert "connected" == bench.lane.look().state.value
    assert [] == bench.printed(timeout_s=0.05)


def test_no_media_gives_the_job_back(bench: Bench) -> None:
    """A silent printer that used to answer is blocked; the job goes back untouched and prints after the next lease."""
    bench.lane.look()
    bench.hush(state="no_media")
    bench.print(job())
    blocked = bench.lane.report().state
    bench.speak()
    bench.print(job(lease="lease-2"))

    assert "blocked" == blocked.value
    assert [ZPL] == bench.printed()
    assert [("failed", True), ("sending", False), ("sent", False)] == [
        (report.state.value, report.retry) for _, report in bench.server.reports
    ]


def test_a_cut_line_is_unknown_and_stays_so(bench: Bench) -> None:
    """Cut after the first byte: unknown; a second lease of the same job prints nothing and says unknown again."""
    bench.virtual.set_trouble(state="cut", cut_after_bytes=20)
    bench.print(job())
    bench.virtual.set_trouble(state="ok")
    bench.print(job(lease="lease-2"))

    assert [] == bench.printed(2, timeout_s=0.3)
    assert ["sending", "unknown", "unknown"] == bench.server.states()


def test_a_hang_is_unknown(bench: Bench) -> None:
    """A printer that reads nothing may still have the bytes: a person is asked."""
    bench.hush(mute=True, state="hang")

    bench.print(job())

    assert ["sending", "unknown"] == bench.server.states()


def test_a_mute_clone_prints(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A printer that never answers is taken for one that cannot: the second job does not wait for a word; both are sent."""
    asked: list[bytes] = []
    ask = TcpLine.ask

    def ask_in_vain(line: TcpLine, query: bytes, whole: Callable[[bytes], bool], answer_s: float) -> bytes:
        asked.append(query)
        return ask(line, query, whole, HASTY.answer_s)

    monkeypatch.setattr(TcpLine, "ask", ask_in_vain)
    bench.virtual.set_trouble(mute=True)
    bench.print(job())
    asked_for_the_first = len(asked)
    bench.print(job(id=2, key="key-2"))

    assert [ZPL, ZPL] == bench.printed(2)
    assert ["sending", "sent"] == bench.server.states(2)
    assert (1, 1) == (asked_for_the_first, len(asked))


def test_nobody_overtakes_a_job_that_went_back(bench: Bench) -> None:
    """With the first job all that wait behind it go back, the last one first; what was asked for before comes too late."""
    bench.lane.look()
    bench.hush(state="no_media")
    for number in (1, 2, 3):
        bench.spool.take(job(id=number, key=f"key-{number}"))
        assert bench.lane.accept(f"key-{number}", bench.lane.round)
    before = bench.lane.round
    assert "key-1" == bench.lane._keys.get_nowait()

    bench.lane.print_job("key-1")
    bench.speak()

    assert [(3, True), (2, True), (1, True)] == [(number, report.retry) for number, report in bench.server.reports]
    assert not bench.lane.accept("key-4", before)
    assert bench.lane.accept("key-4", bench.lane.round)
    assert [] == bench.printed(timeout_s=0.2)


def test_nobody_there_is_retried(bench: Bench) -> None:
    """A printer that is off: disconnected, and the job goes back."""
    bench.virtual.close()

    bench.print(job())

    assert [("failed", True)] == [(report.state.value, report.retry) for _, report in bench.server.reports]
    assert "disconnected" == bench.lane.report().state.value


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"demands": (Demand("code128", "P.26-000999.1"),)}, "P.26-000999.1"),
        ({"content_sha256": "0" * 64}, "SHA-256"),
        ({"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "too late"),
        ({"copies": 0}, "copies"),
        ({"content": b"^XA", "content_sha256": None}, "unfinished"),
        ({"media_width_mm": 150, "media_height_mm": 100}, "media 100 x 150"),
    ],
)
def test_an_unfit_job_never_reaches_the_printer(tmp_path: Path, changes: dict[str, Any], word: str) -> None:
    """Wrong code, wrong bytes, too late, wrong media: failed for good, with the reason, before the first byte."""
    bench = Bench(tmp_path, media=Media(100, 150))
    if changes.get("content_sha256", "") is None:
        changes = {"content": changes["content"]}
    bench.print(job(**changes))
    printed, reports = bench.printed(timeout_s=0.2), bench.server.reports
    bench.close()

    assert [] == printed
    assert [("failed", False)] == [(report.state.value, report.retry) for _, report in reports]
    assert word in reports[0][1].detail


def test_a_restart_between_first_byte_and_end_is_unknown(bench: Bench) -> None:
    """The agent died while sending: after the restart the outcome is told as unknown and nothing is sent."""
    bench.spool.take(job())
    bench.spool.first_byte("key-1")
    bench.restart()
    bench.lane.print_job("key-1")

    assert [] == bench.printed(timeout_s=0.2)
    assert ["unknown"] == bench.server.states()


def test_a_restart_before_the_first_byte_prints_once(bench: Bench) -> None:
    """The agent died with the job in the spool: it is printed after the restart, once."""
    bench.spool.take(job())
    bench.restart()
    (waiting,) = bench.spool.unsent()
    bench.lane.print_job(waiting.key)

    assert [ZPL] == bench.printed()


def test_a_newer_lease_is_used(bench: Bench) -> None:
    """The lease ran out while the job waited here and it was lent to us again: no fence in the old name."""
    bench.server.refused.add("lease-1")
    bench.spool.take(job())
    stale = bench.spool.content("key-1")
    bench.spool.take(job(lease="lease-2"))
    printout = prepare(stale, bench.config, DRIVER, datetime.now(UTC))

    again = bench.lane._send("key-1", stale, printout)

    assert again
    assert not bench.lane.print_job("key-1")
    assert [ZPL] == bench.printed()


def test_format_must_fit_the_driver() -> None:
    """A driver says what it accepts; the sentence names it."""
    with pytest.raises(UnfitJob, match="got tspl"):
        prepare(job(format="tspl"), printer(), DRIVER, datetime.now(UTC))


def test_an_agent_prints_everything_once(tmp_path: Path) -> None:
    """The whole agent in this process: claims, prints in order, reports, and learns that the printer answers."""
    bench = Bench(tmp_path)
    labels = [ZPL.replace(b"000123", b"%06d" % number) for number in range(5)]
    bench.server.jobs = [
        job(content, id=number, key=f"key-{number}", demands=()) for number, content in enumerate(labels, 1)
    ]
    agent = Agent("bench", bench.line, bench.spool, tmp_path / "printed", PATIENT, wait_s=9)
    deadline = datetime.now(UTC) + timedelta(seconds=120)

    def done() -> bool:
        ended = all("confirmed" in bench.server.states(number) for number in range(1, 6))
        return ended or datetime.now(UTC) > deadline

    agent.run(stopped=done)
    printed, reported = bench.printed(5), bench.server.printers["L1"]
    bench.close()

    assert labels == printed
    assert reported.answers_status is True
    # A long poll while labels are on their way would leave the printer idle until the poll ends.
    working = [claim.wait_s for claim in bench.server.claims if any(one.room < ROOM for one in claim.printers)]
    assert working
    assert {0} == set(working)


def test_words_of_a_newer_server(tmp_path: Path) -> None:
    """An unknown format or transport spoils its own job only: the one beside it is printed."""
    bench = Bench(tmp_path)
    bench.server.config = type(bench.server.config)("v1", (printer(code="N1", transport="pigeon"), bench.config))
    bench.server.jobs = [job(id=7, key="key-7", format="tspl"), job()]
    agent = Agent("bench", bench.line, bench.spool, tmp_path / "printed", PATIENT, wait_s=0)
    deadline = datetime.now(UTC) + timedelta(seconds=120)

    agent.run(stopped=lambda: "sent" in bench.server.states() or datetime.now(UTC) > deadline)
    printed, reported = bench.printed(), bench.server.printers["N1"]
    bench.close()

    assert [ZPL] == printed
    assert {"failed"} == set(bench.server.states(7))  # asked again before the refusal was heard, it says the same again
    assert "too old" in reported.detail


def test_one_broken_printer_does_not_stop_the_others(tmp_path: Path) -> None:
    """A printer with an unknown driver is reported as blocked, its neighbour prints."""
    bench = Bench(tmp_path)
    broken = printer(code="X9", driver="nonsense")
    bench.server.config = type(bench.server.config)("v1", (broken, bench.config))
    bench.server.jobs = [job()]
    agent = Agent("bench", bench.line, bench.spool, tmp_path / "printed", PATIENT, wait_s=0)
    deadline = datetime.now(UTC) + timedelta(seconds=120)

    agent.run(stopped=lambda: "sent" in bench.server.states() or datetime.now(UTC) > deadline)
    printed, reported = bench.printed(), bench.server.printers
    bench.close()

    assert [ZPL] == printed
    assert "blocked" == reported["X9"].state.value
    assert "nonsense" in reported["X9"].detail


@pytest.mark.parametrize(
    ("language", "dpi", "states"),
    [
        ("tspl", 203, ["sending", "sent", "confirmed"]),
        ("brother_ql", 300, ["sending", "sent", "confirmed"]),
        ("escpos", 203, ["sending", "sent"]),
    ],
)
def test_a_printer_is_believed_as_far_as_its_language_goes(
    language: str, dpi: int, states: list[str], tmp_path: Path
) -> None:
    """Who can say that nothing is left in memory confirms; ESC/POS cannot, and its jobs stay `sent`."""
    bench = Bench(tmp_path, driver=language, dpi=dpi, media=Media(62, 1000))
    try:
        bench.print(job(png(code_picture("P.26-000123.7")), format="png1", dpi=dpi))
        bench.printed()
        bench.lane.look()
        bench.lane.look()
        awaited = list(bench.lane._to_confirm)
    finally:
        bench.close()

    assert states == bench.server.states()
    assert [] == awaited, "the printer would be asked twice a second for ever"
