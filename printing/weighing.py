"""The thread of one bench scale: reads it, and tells the bench each weight that stands still."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from printing.problems import PrintingProblem
from printing.protocol import ScaleConfig, ScaleReport
from printing.scales import BUFFER_BYTES_MAX, PROTOCOLS, Watched, watch
from printing.server_line import ServerLine
from printing.transports.scale import ScaleLine, open_scale

LOG = logging.getLogger("printing.scale")
PAUSE_S = 3.0
"""Between two tries to reach a scale that is not there."""
SILENT_S = 10.0
"""A scale that is open and says nothing for so long is switched off, or set to another protocol."""
ASK_S = 0.25

Opener = Callable[[str, str], ScaleLine]


class ScaleWatch(threading.Thread):
    """One scale of one bench. `opener` is for tests."""

    def __init__(self, scale: ScaleConfig, server: ServerLine, opener: Opener = open_scale) -> None:
        super().__init__(name=f"scale-{scale.station}", daemon=True)
        self.scale, self._server, self._opener = scale, server, opener
        self._over = threading.Event()
        self._state = ("disconnected", "not heard yet")
        self._untold: int | None = None

    def report(self) -> ScaleReport:
        """How the scale is."""
        return ScaleReport(self.scale.station, *self._state)

    def stop(self) -> None:
        """End after the present reading."""
        self._over.set()

    def run(self) -> None:
        """Until `stop`: open, read, tell; on trouble wait a little and begin anew."""
        if self.scale.protocol not in PROTOCOLS:
            known = ", ".join(PROTOCOLS)
            self._note("disconnected", f"Expected a scale protocol of {known}, got {self.scale.protocol!r}.")
            return
        while not self._over.is_set():
            try:
                with self._opener(self.scale.protocol, self.scale.address) as line:
                    self._read(line)
            except PrintingProblem as problem:
                self._note("disconnected", problem.sentence)
            self._over.wait(PAUSE_S)

    def _read(self, line: ScaleLine) -> None:
        protocol = PROTOCOLS[self.scale.protocol]
        rest, watched, heard_at = b"", Watched(), time.monotonic()
        while not self._over.is_set():
            rest += line.read(protocol.question, ASK_S)
            shown, rest = protocol.read(rest[-BUFFER_BYTES_MAX:])
            now = time.monotonic()
            for one in shown:
                heard_at = now
                self._note("trouble" if one.trouble else "connected", one.trouble)
                watched, grams = watch(watched, one, now)
                if grams is not None:
                    self._untold = grams
            if self._untold is not None and self._tell(self._untold):
                self._untold = None
            if now - heard_at > SILENT_S:
                self._note("silent", "connected, but it says nothing: is it on, and set to this protocol?")
            if protocol.pause_s:
                self._over.wait(protocol.pause_s)

    def _tell(self, grams: int) -> bool:
        """The bench's weight; a server that is away is told the newest one later."""
        try:
            self._server.weigh(self.scale.station, grams)
        except PrintingProblem as problem:
            LOG.warning("scale of %s: %s", self.scale.station, problem.sentence)
            self._over.wait(PAUSE_S)
            return False
        return True

    def _note(self, state: str, detail: str) -> None:
        if (state, detail) != self._state:
            LOG.info("scale of %s: %s %s", self.scale.station, state, detail)
        self._state = (state, detail)
