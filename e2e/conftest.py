"""One running Rampa for the session, a fresh browser context for each journey."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
READY_S = 120
WORDS_SHOWN = 60
expect.set_options(timeout=90_000)
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


class Stack:
    """The address of a running demo, and its parts' voices."""

    def __init__(self, address: str, folder: Path, words: list[str]) -> None:
        self.address = address
        self.folder = folder
        self.words = words
        self.released: list[str] = []
        self._office: httpx.Client | None = None

    @property
    def printer_page(self) -> str:
        """Address of the virtual printer's control page."""
        found = re.search(r"what it printed at (\S+)", "\n".join(self.words))
        assert found, self.words
        return found[1]

    def tour(self) -> dict:
        return httpx.get(f"{self.address}/api/demo/tour", timeout=60).json()

    def enrolment(self) -> str:
        """Path of a fresh one-time link."""
        return httpx.post(f"{self.address}/api/demo/enrolment", timeout=60).json()["path"]

    def office(self) -> httpx.Client:
        """A clerk at the office, by HTTP; signed in once."""
        if self._office is None:
            self._office = httpx.Client(base_url=self.address, headers={"X-Rampa": "1"}, timeout=60)
            self._office.post("/api/office/sign-in", json=self.tour()["owner"]).raise_for_status()
        return self._office

    def close(self) -> None:
        if self._office is not None:
            self._office.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("rampa")) as running:
        yield running
        if request.session.testsfailed:
            print("\nthe product said last:", *running.words[-WORDS_SHOWN:], sep="\n")


@pytest.fixture(autouse=True)
def no_wave_left_behind(stack: Stack) -> Iterator[None]:
    """A wave that a test has released and left open would be the next test's work: its person is offered it again."""
    yield
    while stack.released:
        answer = stack.office().post(f"/api/waves/{stack.released.pop()}/cancel")
        assert answer.status_code in (200, 409), answer.text


@contextlib.contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Everything that `./dev run` starts, in a folder of its own."""
    port = _free_port()
    env = os.environ | {"RAMPA_DEMO": "1", "RAMPA_DATABASE_URL": f"sqlite:///{folder}/rampa.db"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    running = subprocess.Popen(
        [sys.executable, "-m", "backend.app.launch", "--port", str(port)],
        cwd=folder, env=env | {"PYTHONPATH": str(ROOT)}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    words: list[str] = []
    reader = threading.Thread(target=lambda: words.extend(iter(running.stdout.readline, "")), daemon=True)
    reader.start()
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + READY_S
    while time.monotonic() < until and running.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/ready", timeout=2).status_code == 200:
                break
        time.sleep(0.2)
    else:
        running.kill()
        pytest.fail("the product did not start:\n" + "".join(words))
    stack = Stack(address, folder, words)
    yield stack
    stack.close()
    running.send_signal(signal.SIGINT)
    try:
        running.wait(60)
    except subprocess.TimeoutExpired:
        # Its parts as well: one that is left behind keeps the pipe open, and the session would wait for it for ever.
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    reader.join(5)
    running.stdout.close()


def launch_browser(playwright, *more: str) -> Browser:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"no {CHROMIUM}: install Debian's package chromium, or start ./dev test, which does it")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])


@pytest.fixture(scope="session")
def playwright_run() -> Iterator:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright_run) -> Iterator[Browser]:
    opened = launch_browser(playwright_run)
    yield opened
    opened.close()


def new_phone(browser: Browser, language: str = "cs", **options) -> BrowserContext:
    """A phone-sized context; errors of the page fail the journey that caused them."""
    context = browser.new_context(
        viewport={"width": 412, "height": 915}, locale=language, has_touch=True, is_mobile=True,
        reduced_motion="reduce", **options,
    )  # fmt: skip
    context.set_default_timeout(90_000)
    return context


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = new_phone(browser)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1180, "height": 820}, locale="cs")
    context.set_default_timeout(90_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []
