"""Bench scales: what they say is grams, what stands still is told to the bench, what is wrong is said."""

import json
import os
import re
import threading
import time
import tty
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import msgspec
import pytest

from printing.problems import NotReached
from printing.protocol import ScaleConfig
from printing.scales import AGAIN_S, EQUAL_MIN, PROTOCOLS, Shown, Watched, watch
from printing.server_line import ServerLine
from printing.transports.scale import ScaleLine, open_scale
from printing.weighing import ScaleWatch

PSEUDO = re.compile(r"/dev/pts/\d+")
UNCLEAR = Shown(steady=False, trouble="not understood")


@pytest.mark.parametrize(
    ("protocol", "raw", "shown"),
    [
        ("ascii", b"ST,GS,+  1.234kg\r\n", [Shown(1234, True)]),
        ("ascii", b"US,GS,+  1.234kg\r\n", [Shown(1234, False)]),
        ("ascii", b"ST,NT,-  0.010kg\r\n", [Shown(steady=True, trouble="below zero: tare it")]),
        ("ascii", b"OL,GS,+  9.999kg\r\n", [Shown(trouble="too heavy")]),
        ("ascii", b"ST,+00012.5  g\r\n", [Shown(13, True)]),
        ("ascii", b"\x02   1,250 kg \x03\r", [Shown(1250)]),
        ("ascii", b"  0.500 kg\r\n  0.500 kg\r\n", [Shown(500), Shown(500)]),
        ("ascii", b"  2.5 lb\r\n", [Shown(1134)]),
        ("ascii", b"hello\r\n----\r\n", []),
        ("ascii", b"ST,GS,+ 99999.9kg\r\n", [Shown(trouble="too heavy")]),
        ("sics", b"S S     1.234 kg\r\n", [Shown(1234, True)]),
        ("sics", b"S D      12.3 g\r\n", [Shown(12, False)]),
        ("sics", b"S I\r\n", []),
        ("sics", b"S +\r\n", [Shown(trouble="too heavy")]),
        ("sics", b"S -\r\n", [Shown(trouble="below zero: tare it")]),
        ("sics", b"ES\r\nS S   0.000 kg\r\n", [Shown(0, True)]),
        ("toledo", b"\x0201.234\r", [Shown(1234, True)]),
        ("toledo", b"\x02?\x01\r", [Shown(0, False)]),
        ("toledo", b"\x02?\x02\r\x0200.500\r", [Shown(steady=False, trouble="too heavy"), Shown(500, True)]),
        ("hid", bytes([3, 4, 2, 0, 0xE2, 0x04]), [Shown(1250, True)]),
        ("hid", bytes([3, 4, 3, 0xFD, 0xE2, 0x04]), [Shown(1250, True)]),  # 1250 x 10^-3 kg
        ("hid", bytes([3, 3, 11, 0xFF, 100, 0]), [Shown(283, False)]),  # 10.0 oz
        ("hid", bytes([3, 2, 2, 0, 0, 0]), [Shown(0, True)]),
        ("hid", bytes([3, 6, 2, 0, 0, 0]), [Shown(trouble="too heavy")]),
        ("hid", bytes([3, 5, 2, 0, 0, 0]), [Shown(trouble="below zero: tare it")]),
        ("http", b'{"weight_g": 1250}', [Shown(1250)]),
        ("http", b'{"weight": 1.25, "unit": "kg", "stable": true}', [Shown(1250, True)]),
        ("http", b"ST,GS,+  1.234kg", [Shown(1234, True)]),
        ("http", b'{"error": "off"}', []),
        ("http", b'{"weight": 1e40, "unit": "kg"}', [UNCLEAR]),
        ("sics", b"S S   1.2.3 kg\r\n", [UNCLEAR]),
        ("toledo", b"\x02" + b"1" * 40 + b".5\r", [UNCLEAR]),
        ("hid", bytes([3, 4, 3, 100, 0xE2, 0x04]), [UNCLEAR]),
    ],
)
def test_what_a_scale_says(protocol: str, raw: bytes, shown: list[Shown]) -> None:
    """Grams, whether it stands still, or what is wrong; the same however the bytes are cut."""
    read = PROTOCOLS[protocol].read

    assert shown == read(raw)[0]
    if protocol != "http":
        rest, found = b"", []
        for place in range(len(raw)):
            more, rest = read(rest + raw[place : place + 1])
            found += more
        assert shown == found


@pytest.mark.parametrize("protocol", ["ascii", "sics", "toledo", "hid"])
def test_noise_is_no_weight(protocol: str) -> None:
    """Any bytes are read without an error."""
    raw = bytes(range(256)) * 3

    PROTOCOLS[protocol].read(raw)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ([Shown(500, False), Shown(500, False)], [None, None]),
        ([Shown(500, True), Shown(500, True)], [500, None]),
        ([Shown(500), Shown(500), Shown(500)], [None] * (EQUAL_MIN - 1) + [500]),
        ([Shown(500), Shown(501), Shown(500), Shown(501)], [None] * 4),
        ([Shown(500, True), Shown(900, False), Shown(900, True)], [500, None, 900]),
        ([Shown(500, True), Shown(0, True), Shown(0, True)], [500, 0, None]),
        ([Shown(500, True), Shown(trouble="too heavy"), Shown(500, True)], [500, None, None]),
    ],
)
def test_only_what_stands_still_is_told(shown: list[Shown], told: list[int | None]) -> None:
    """A moving weight is not told, a steady one once; without the scale's word equal readings are waited for."""
    watched, said = Watched(), []
    for place, one in enumerate(shown):
        watched, grams = watch(watched, one, 100.0 + place * 0.1)
        said.append(grams)

    assert told == said


def test_a_weight_that_stays_is_told_again() -> None:
    """The bench forgets a weight after ten seconds; an empty scale is not repeated."""
    watched, first = watch(Watched(), Shown(500, True), 100.0)
    watched, early = watch(watched, Shown(500, True), 100.0 + AGAIN_S - 0.1)
    watched, again = watch(watched, Shown(500, True), 100.0 + AGAIN_S)
    watched, empty = watch(watched, Shown(0, True), 105.0)
    _, still = watch(watched, Shown(0, True), 130.0)

    assert (500, None, 500, 0, None) == (first, early, again, empty, still)


class Hall:
    """A server that notes weights, and a scale that is watched."""

    def __init__(self, protocol: str, address: str) -> None:
        self.told: list[tuple[str, int]] = []
        self.away = False
        self.changed = threading.Condition()

        def answer(request: httpx.Request) -> httpx.Response:
            with self.changed:
                if not self.away:
                    self.told.append((request.url.path, msgspec.json.decode(request.content)["weight_g"]))
                self.changed.notify_all()
                return httpx.Response(503 if self.away else 200, content=b"{}")

        def opener(protocol: str, address: str) -> ScaleLine:
            return open_scale(protocol, address, PSEUDO, PSEUDO)

        self.line = ServerLine("http://stub", "token", httpx.MockTransport(answer))
        self.watch = ScaleWatch(ScaleConfig("S1", protocol, address), self.line, opener)
        self.watch.start()

    def wait(self, true: Callable[[], bool]) -> bool:
        until = time.monotonic() + 60
        with self.changed:
            while not true() and time.monotonic() < until:
                self.changed.wait(0.05)
        return true()

    def close(self) -> None:
        self.watch.stop()
        self.watch.join(60)
        self.line.__exit__()


@pytest.fixture
def ends() -> Iterator[tuple[int, str]]:
    """The scale's end as a file number, the agent's end as a path."""
    scale, agent = os.openpty()
    tty.setraw(agent)
    yield scale, os.ttyname(agent)
    os.close(agent)
    os.close(scale)


@pytest.mark.parametrize(
    ("protocol", "how", "question", "says"),
    [
        ("ascii", "@9600,7e1", b"", b"US,GS,+  0.700kg\r\nST,GS,+  1.234kg\r\n"),
        ("sics", "@9600", b"SI\r\n", b"S S     1.234 kg\r\n"),
        ("toledo", "", b"W", b"\x0201.234\r"),
        ("hid", "", b"", bytes([3, 4, 2, 0, 0xD2, 0x04])),
    ],
)
def test_from_the_cable_to_the_bench(
    ends: tuple[int, str], protocol: str, how: str, question: bytes, says: bytes
) -> None:
    """Over a real terminal line: asked where it must be asked, the standing weight reaches the bench's address."""
    scale, path = ends
    hall = Hall(protocol, path + how)
    try:
        asked = os.read(scale, 64)[: len(question)] if question else b""
        os.write(scale, says)
        assert hall.wait(lambda: bool(hall.told))
        assert ("connected", "") == (hall.watch.report().state, hall.watch.report().detail)
    finally:
        hall.close()

    assert question == asked
    assert [("/api/stations/S1/scale", 1234)] == hall.told[:1]


def test_a_server_that_was_away_gets_the_newest_weight(ends: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood there while nobody listened is not told late; what stands there now is."""
    monkeypatch.setattr("printing.weighing.PAUSE_S", 0.05)
    scale, path = ends
    hall = Hall("ascii", path)
    try:
        hall.away = True
        os.write(scale, b"ST,GS,+  1.000kg\r\nST,GS,+  2.000kg\r\n")
        hall.wait(lambda: hall.watch._untold == 2000)
        hall.away = False
        assert hall.wait(lambda: bool(hall.told))
    finally:
        hall.close()

    assert 2000 == hall.told[0][1]


def test_a_scale_that_is_not_there_is_said() -> None:
    """No device, no address, a foreign path: each a sentence with an example."""
    for protocol, address in (
        ("ascii", "/dev/ttyUSB77"), ("ascii", "/etc/passwd"), ("sics", "/dev/ttyUSB0@fast"), ("toledo", "/dev/ttyUSB0@9600,9x1"),
        ("hid", "/dev/sda"), ("hid", "/dev/hidraw9"), ("http", "file:///etc/passwd"), ("http", "http://127.0.0.1:1/"),
    ):  # fmt: skip
        with pytest.raises(NotReached, match="Expected a"), open_scale(protocol, address) as line:
            line.read(b"", 0.01)


def test_a_scale_with_a_web_address() -> None:
    """Its JSON is a weight at the bench; another status than 200 is a scale in trouble."""
    weight = {"weight": 0.75, "unit": "kg", "stable": True}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return None

        def do_GET(self) -> None:
            body = json.dumps(weight).encode()
            self.send_response(200 if weight else 500)
            self.end_headers()
            self.wfile.write(body)

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    hall = Hall("http", f"http://127.0.0.1:{web.server_address[1]}/weight")
    try:
        assert hall.wait(lambda: bool(hall.told))
        weight.clear()
        assert hall.wait(lambda: hall.watch.report().state == "disconnected")
    finally:
        hall.close()
        web.shutdown()
        web.server_close()

    assert 750 == hall.told[0][1]
    assert "500" in hall.watch.report().detail
