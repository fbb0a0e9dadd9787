"""The agent: claims work, spools it, hands each job to the lane of its printer, reports, and never loses count.

One thread asks the server, one thread stands at each printer. Nothing here is kept in memory that matters: after a
kill the spool says what was printed, what may have been, and what was not touched.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from printing.lane import Lane, Timing, tell_outcome
from printing.problems import PrintingProblem
from printing.protocol import (
    READY_STATES,
    WAIT_S_MAX,
    AgentConfig,
    ClaimRequest,
    PrinterConfig,
    PrinterReport,
    PrinterState,
    PrintJob,
    ReportState,
    ScaleConfig,
)
from printing.server_line import ServerAway, ServerLine
from printing.spool import Spool
from printing.weighing import ScaleWatch

LOG = logging.getLogger("printing.agent")
TROUBLE_WAIT_S = 2
"""Long poll while a printer is in trouble: its recovery must not wait for the poll to end."""
BUSY_PAUSE_S = 0.5
"""While printers work the agent asks when a job is done, and so often for the others."""
PAUSE_MIN_S = 0.5
PAUSE_MAX_S = 30.0
STOP_S = 40.0


class Agent:
    """The loop around one spool and one server. `folder_root` holds what `folder` printers write."""

    def __init__(
        self,
        name: str,
        server: ServerLine,
        spool: Spool,
        folder_root: Path,
        timing: Timing | None = None,
        wait_s: int = WAIT_S_MAX,
    ) -> None:
        self.name, self.server, self.spool, self.folder_root = name, server, spool, folder_root
        self._timing, self._wait_s = timing or Timing(), wait_s
        self.lanes: dict[str, Lane] = {}
        self.scales: dict[str, ScaleWatch] = {}
        self._broken: dict[str, PrinterReport] = {}
        self._config = AgentConfig(version="")
        self._stop = threading.Event()
        self._job_done = threading.Event()
        self._stuck: PrintingProblem | None = None

    def run(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Work until `stop`; raises PrintingProblem for what only a person can mend."""
        self.spool.compact()
        pause_s = PAUSE_MIN_S
        try:
            while not self._stop.is_set() and not stopped():
                if self._stuck is not None:
                    raise self._stuck
                try:
                    self.turn()
                    pause_s = PAUSE_MIN_S
                except ServerAway as away:
                    LOG.warning("%s Next try in %.1f s.", away.sentence, pause_s)
                    # A spread, or all agents of a hall would come back in the same instant.
                    self._stop.wait(pause_s * random.uniform(0.7, 1.3))
                    pause_s = min(pause_s * 1.6, PAUSE_MAX_S)
        finally:
            self.close()

    def turn(self) -> None:
        """One round: outcomes first, then the configuration if it changed, then new work."""
        for job in self.spool.unreported():
            if not tell_outcome(self.spool, self.server, job.key):
                break
        if not self._config.version:
            self.configure(self.server.config())
        self._job_done.clear()
        busy = any(lane.busy for lane in self.lanes.values())
        rounds = {code: lane.round for code, lane in self.lanes.items()}
        reply = self.server.claim(self._request(busy))
        if reply.config_version and reply.config_version != self._config.version:
            self.configure(self.server.config())
        for claimed in reply.jobs:
            self.take(claimed, rounds.get(claimed.printer))
        if busy and not reply.jobs:
            self._job_done.wait(BUSY_PAUSE_S)

    def stop(self) -> None:
        """End the loop after the present round."""
        self._stop.set()

    def close(self) -> None:
        """Let every lane finish what it is sending, then give back what it has not begun: another may print it now."""
        for lane in self.lanes.values():
            lane.stop()
        for scale in self.scales.values():
            scale.stop()
        for scale in self.scales.values():
            scale.join(STOP_S)
        self.scales.clear()
        for lane in self.lanes.values():
            lane.join(STOP_S)
        if not any(lane.is_alive() for lane in self.lanes.values()):
            self._give_back_unsent()
        self.lanes.clear()

    def _give_back_unsent(self) -> None:
        """The last one is told first, as in a lane; what cannot be told now is told by the next start."""
        try:
            for job in reversed(self.spool.unsent()):
                self.spool.end(job.key, ReportState.FAILED, "the agent was stopped", retry=True)
                if not tell_outcome(self.spool, self.server, job.key):
                    break
        except PrintingProblem as problem:  # a journal that cannot be written: the leases run out by themselves
            LOG.warning("%s", problem.sentence)

    def take(self, job: PrintJob, asked_in_round: int | None = None) -> None:
        """Spool a claimed job and queue it at its printer."""
        self.spool.take(job)
        self._queue(job, asked_in_round)

    def configure(self, config: AgentConfig) -> None:
        """Start, replace and end lanes so that they match; then resume what the spool still holds unsent."""
        wanted = {printer.code: printer for printer in config.printers}
        for code, lane in list(self.lanes.items()):
            if code not in wanted or _set_up(wanted[code]) != _set_up(lane.printer):
                lane.stop()
                lane.join(STOP_S)
                del self.lanes[code]
        self._broken = {}
        for code, printer in wanted.items():
            if code not in self.lanes:
                self._start_lane(printer)
        self._configure_scales({scale.station: scale for scale in config.scales})
        self._config = config
        for job in self.spool.unsent():
            try:
                self._queue(self.spool.content(job.key))
            except PrintingProblem as problem:
                self.spool.end(job.key, ReportState.FAILED, problem.sentence, retry=True)

    def _configure_scales(self, wanted: dict[str, ScaleConfig]) -> None:
        for station, running in list(self.scales.items()):
            if wanted.get(station) != running.scale:
                running.stop()
                running.join(STOP_S)
                del self.scales[station]
        for station, scale in wanted.items():
            if station not in self.scales:
                self.scales[station] = ScaleWatch(scale, self.server)
                self.scales[station].start()

    def _start_lane(self, printer: PrinterConfig) -> None:
        try:
            lane = Lane(
                printer, self.spool, self.server, self.folder_root, self._timing, self._on_stuck, self._job_done.set
            )
        except PrintingProblem as problem:  # one wrong printer must not stop the others
            LOG.error("printer %s: %s", printer.code, problem.sentence)
            self._broken[printer.code] = PrinterReport(printer.code, PrinterState.BLOCKED, problem.sentence, room=0)
            return
        self.lanes[printer.code] = lane
        lane.start()

    def _on_stuck(self, problem: PrintingProblem) -> None:
        self._stuck = problem

    def _queue(self, job: PrintJob, asked_in_round: int | None = None) -> None:
        lane = self.lanes.get(job.printer)
        sentence = f"Expected a printer {job.printer!r} at agent {self.name}, got none."
        if lane is not None:
            if lane.accept(job.key, asked_in_round) or self.spool.jobs[job.key].first_byte_at is not None:
                return
            sentence = "jobs before it were given back meanwhile"
        self.spool.end(job.key, ReportState.FAILED, sentence, retry=True)
        tell_outcome(self.spool, self.server, job.key)

    def _request(self, busy: bool) -> ClaimRequest:
        reports = [lane.report() for lane in self.lanes.values()]
        scales = tuple(scale.report() for scale in self.scales.values())
        wait_s = self._wait_s
        if busy:
            wait_s = 0
        elif not reports or any(report.state not in READY_STATES for report in reports):
            wait_s = min(wait_s, TROUBLE_WAIT_S)
        return ClaimRequest(
            self.name,
            wait_s,
            (*reports, *self._broken.values()),
            self._config.version,
            scales,
            self.spool.leases(),
            self.spool.name,
        )


def _set_up(printer: PrinterConfig) -> PrinterConfig:
    """The configuration without what the lane finds out itself: a change of that is no reason to start anew."""
    return msgspec.structs.replace(printer, answers_status=None)
