"""The agent as a program of its own, killed without warning: nothing comes out twice, nothing is lost in silence."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from printing.__main__ import main
from printing.virtual_printer import VirtualPrinter
from tests.printing.labels import ZPL, job, printer
from tests.printing.stub_server import StubServer

ROOT = Path(__file__).parents[2]


class Hall:
    """A virtual printer, a stub server on a real port, and the agent as a child program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.virtual = VirtualPrinter(folder / "labels").start()
        self.server = StubServer(printer(address=f"127.0.0.1:{self.virtual.port}", answers_status=False))
        self.url = self.server.listen()
        self.child: subprocess.Popen[bytes] | None = None

    def start_agent(self) -> None:
        command = [sys.executable, "-m", "printing", "agent", "--server", self.url, "--token", "t", "--wait-s", "0"]
        with (self.folder / "agent.log").open("ab") as log:
            self.child = subprocess.Popen(
                [*command, "--spool", str(self.folder / "spool")], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log
            )

    def end_agent(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self.child is not None
        self.child.send_signal(number)
        status = self.child.wait(120)
        self.child = None
        return status

    def close(self) -> None:
        if self.child is not None:
            self.end_agent()
        self.virtual.set_trouble(state="ok")
        self.virtual.close()
        self.server.close()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    opened = Hall(tmp_path)
    yield opened
    opened.close()


def _wait_for_line(path: Path, words: bytes, timeout_s: float = 120.0) -> bool:
    pause, until = threading.Event(), time.monotonic() + timeout_s
    while time.monotonic() < until:
        if path.exists() and words in path.read_bytes():
            return True
        pause.wait(0.02)
    return False


def test_killed_while_sending(hall: Hall) -> None:
    """kill -9 after the first byte: the next start tells `unknown`, and the label comes out at most once."""
    hall.virtual.set_trouble(state="hang")
    hall.server.jobs = [job()]
    hall.start_agent()
    assert _wait_for_line(hall.folder / "spool" / "journal.log", b"first_byte")
    hall.end_agent()
    hall.virtual.set_trouble(state="ok")

    hall.start_agent()
    outcome = hall.server.wait_for_end(timeout_s=120)

    assert "unknown" == outcome
    assert 1 >= len(hall.virtual.wait_for(2, 0.5))


def test_killed_again_and_again(hall: Hall) -> None:
    """Kills spread over a run of labels: each label comes out at most once, and a missing one is told as unknown."""
    count = 24
    labels = {number: ZPL.replace(b"000123", b"%06d" % number) for number in range(1, count + 1)}
    hall.server.jobs = [job(content, id=number, key=f"key-{number}", demands=()) for number, content in labels.items()]
    for kill_after_reports in (3, 10, 21, 34):
        hall.start_agent()
        assert hall.server.wait(lambda least=kill_after_reports: len(hall.server.reports) >= least, 120)
        hall.end_agent()
        hall.server.lend_again()
    hall.start_agent()

    def outcomes() -> dict[int, str]:
        return {number: report.state.value for number, report in hall.server.reports if report.state != "sending"}

    assert hall.server.wait(lambda: len(outcomes()) == count, 120), outcomes()
    assert 0 == hall.end_agent(signal.SIGTERM)
    came_out = Counter((hall.virtual.folder / one.file).read_bytes() for one in hall.virtual.jobs if one.complete)
    assert not [label for label, times in came_out.items() if times > 1]
    missing = {number for number, label in labels.items() if label not in came_out}
    assert missing <= {number for number, state in outcomes().items() if state == "unknown"}
    told_as_sent = {number for number, state in outcomes().items() if state in ("sent", "confirmed")}
    assert not (missing & told_as_sent)


def test_ends_tidily_when_told(hall: Hall) -> None:
    """SIGTERM is a clean end, also in the middle of a long poll."""
    hall.start_agent()
    assert hall.server.wait(lambda: bool(hall.server.printers), 120)

    assert 0 == hall.end_agent(signal.SIGTERM)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--server", "http://127.0.0.1:1"], "RAMPA_AGENT_TOKEN"),
        (["--server", "127.0.0.1:1", "--token", "t"], "http"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """What is missing is said in one line, with exit status 1."""
    status = main(["agent", "--spool", str(tmp_path / "spool"), *arguments])

    told = capsys.readouterr().err
    assert 1 == status
    assert words in told
    assert 1 == told.count("\n")
