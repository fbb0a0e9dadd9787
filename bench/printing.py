"""Printing under faults, and how fast a label follows its last scan: real server, real agents, printers on real ports.

python -m bench.printing [--jobs N] [--printers N] [--seed N] [--orders N] [--only faults|speed]

`faults`: jobs wait for many printers while a seed makes trouble: labels run out, the head is open, the printer hangs, the
line is cut, an agent is killed. An operator answers every question by looking into the printer's tray. At the end each
label must lie there once, in the order of its printer. `speed`: at a bench the last scan of an order is sent; the clock
stops when the first byte of its label reaches the printer's port.
"""

import argparse
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from sqlalchemy.engine import Connection

from backend.identity import store as identity
from backend.platform import clock
from backend.print_queue import api as queue
from bench.engines import Ground
from bench.label_speed import run_speed
from bench.scans import server
from printing.virtual_printer import VirtualPrinter

AGENTS = 2
FAULTS = ("no_media", "open", "hang", "cut")
KILLS = 4
PATIENCE_S = 400.0
LABEL = "^XA^CI28^PW812^LL406^FO40,30^A0N,40,40^FD{code}^FS^BY3^FO40,100^BCN,160,N,N,N,A^FD{code}^FS^XZ\n"


class Told(NamedTuple):
    """What a run with faults came to."""

    jobs: int
    printers: int
    seconds: float
    faults: Counter[str]
    questions: int
    printed_again: int
    once: int
    missing: int
    twice: int
    out_of_order: int
    failed: int
    open: int

    @property
    def is_right(self) -> bool:
        """Every label once and in order, nothing left over."""
        return self.once == self.jobs and not (
            self.missing or self.twice or self.out_of_order or self.failed or self.open
        )


def _code(number: int) -> str:
    return f"J{number:06d}"


class Hall:
    """Printers in this process, the database with all jobs, agents as programs of their own."""

    def __init__(self, folder: Path, jobs: int, printers: int) -> None:
        self.folder, self.jobs = folder, jobs
        self.printers = {f"P{number}": VirtualPrinter(folder / f"P{number}").start() for number in range(printers)}
        self.ground = Ground("sqlite", None, folder)
        self.ground.build(self._set_up)
        self.tokens: dict[str, str] = self.ground.made
        self.agents: dict[str, subprocess.Popen[bytes]] = {}

    def _set_up(self, conn: Connection) -> dict[str, str]:
        now = clock.now()
        tokens = {f"A{number}": queue.create_agent(conn, f"A{number}", now) for number in range(AGENTS)}
        for number, (code, printer) in enumerate(self.printers.items()):
            queue.save_printer(
                conn, code, f"A{number % AGENTS}", name=code, driver="zpl", transport="tcp",
                address=f"127.0.0.1:{printer.port}", dpi=203,
            )  # fmt: skip
            queue.save_route(conn, f"S{number}", "label", code)
        for number in range(self.jobs):
            code = _code(number)
            queue.enqueue(
                conn, key=f"bench:{number}", station=f"S{number % len(self.printers)}", paper_kind="label", title=code,
                about=f"order:{number}", content=LABEL.format(code=code).encode(), format="zpl", now=now,
                demands=[queue.Demand("code128", code)],
            )  # fmt: skip
        return tokens | {"office": identity.give_api_token(conn, "office", now)}

    def start_agent(self, name: str, port: int) -> None:
        command = [sys.executable, "-m", "printing", "agent", "--server", f"http://127.0.0.1:{port}", "--name", name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.agents[name] = subprocess.Popen(
                [*command, "--spool", str(self.folder / f"spool-{name}")],
                env=os.environ | {"RAMPA_AGENT_TOKEN": self.tokens[name]}, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip

    def kill_agent(self, name: str) -> None:
        self.agents[name].kill()
        self.agents[name].wait(10)

    def close(self) -> None:
        for printer in self.printers.values():
            printer.set_trouble(state="ok")
        for agent in self.agents.values():
            agent.terminate()
        for agent in self.agents.values():
            agent.wait(60)
        for printer in self.printers.values():
            printer.close()


class TroubleMaker(threading.Thread):
    """One fault after another, from a seed; it ends by itself and leaves everything in order."""

    def __init__(self, hall: Hall, port: int, seed: int, pause_s: float, kills: int) -> None:
        super().__init__(daemon=True)
        self.hall, self.port, self.chance, self.pause_s = hall, port, random.Random(seed), pause_s
        self.kills_left, self.made, self.over = kills, Counter[str](), threading.Event()
        self.in_trouble: dict[str, float] = {}
        self.next_kill = time.monotonic() + 5

    def run(self) -> None:
        while not self.over.wait(self.chance.uniform(0.3, 1.7) * self.pause_s):
            self._mend()
            if self.kills_left and time.monotonic() > self.next_kill:
                self._kill()
            whole = [code for code in self.hall.printers if code not in self.in_trouble]
            if len(whole) > len(self.hall.printers) // 2:
                self._spoil(self.chance.choice(whole))
        self._mend(everything=True)

    def _spoil(self, code: str) -> None:
        fault = self.chance.choice(FAULTS)
        self.hall.printers[code].set_trouble(state=fault, cut_after_bytes=self.chance.randint(1, 90))
        self.in_trouble[code] = time.monotonic() + self.chance.uniform(0.5, 4.0)
        self.made[fault] += 1

    def _mend(self, *, everything: bool = False) -> None:
        for code, until in list(self.in_trouble.items()):
            if everything or time.monotonic() > until:
                self.hall.printers[code].set_trouble(state="ok")
                del self.in_trouble[code]

    def _kill(self) -> None:
        name = self.chance.choice(sorted(self.hall.agents))
        self.hall.kill_agent(name)
        self.hall.start_agent(name, self.port)
        self.made["agent killed"] += 1
        self.kills_left -= 1
        self.next_kill = time.monotonic() + 8


class Operator:
    """Answers every question by what lies in the printer's tray, once the printer works and holds nothing."""

    def __init__(self, hall: Hall, port: int) -> None:
        self.hall, self.again = hall, set[str]()
        self.questions = 0
        headers = {"Authorization": f"Bearer {hall.tokens['office']}"}
        self.office = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30)

    def jobs(self, state: str) -> list[dict[str, Any]]:
        return list(self.office.get("/api/print-jobs", params={"state": state, "limit": 100}).json()["rows"])

    def look(self) -> None:
        for job in self.jobs("unknown"):
            printer = self.hall.printers[job["printer"]]
            if printer.trouble.state != "ok" or printer.held:
                continue
            printed = job["title"] in tray(printer)
            reply = self.office.post(f"/api/print-jobs/{job['id']}/answer", json={"printed": printed})
            reply.raise_for_status()
            self.questions += 1
            if not printed:
                self.again.add(job["title"])


def tray(printer: VirtualPrinter) -> list[str]:
    """Codes of whole labels, in the order they came out."""
    return [job.codes[0]["text"] for job in list(printer.jobs) if job.complete and job.codes]


def run_faults(
    folder: Path, jobs: int, printers: int, seed: int, kills: int = KILLS, patience_s: float = PATIENCE_S
) -> Told:
    """One run; the trouble ends when three quarters of the labels are out, so that the rest shows the recovery."""
    hall = Hall(folder, jobs, printers)
    with ExitStack() as ends:
        ends.callback(hall.close)
        url = ends.enter_context(hall.ground.fresh())
        port, _ = ends.enter_context(server("real", url))
        started = time.monotonic()
        for name in [f"A{number}" for number in range(AGENTS)]:
            hall.start_agent(name, port)
        trouble = TroubleMaker(hall, port, seed, 1.5 / printers, kills)
        trouble.start()
        operator = Operator(hall, port)
        while time.monotonic() - started < patience_s:
            time.sleep(0.25)
            operator.look()
            out = sum(len(tray(printer)) for printer in hall.printers.values())
            if out > jobs * 3 // 4:
                trouble.over.set()
            if out >= jobs and not operator.jobs("open") and not operator.jobs("unknown"):
                break
        trouble.over.set()
        trouble.join(30)
        seconds = time.monotonic() - started
        left, failed = len(operator.jobs("open")) + len(operator.jobs("unknown")), len(operator.jobs("failed"))
        failed -= sum(job["voided_by"] is not None for job in operator.jobs("failed"))
        operator.office.close()
    return _told(hall, seconds, trouble.made, operator, failed, left)


def _told(hall: Hall, seconds: float, made: Counter[str], operator: Operator, failed: int, left: int) -> Told:
    trays = {code: tray(printer) for code, printer in hall.printers.items()}
    times = Counter(itertools.chain.from_iterable(trays.values()))
    wanted = {_code(number) for number in range(hall.jobs)}
    in_order = [[code for code in codes if code not in operator.again] for codes in trays.values()]
    return Told(
        hall.jobs, len(hall.printers), seconds, made, operator.questions, len(operator.again),
        once=sum(times[code] == 1 for code in wanted), missing=sum(times[code] == 0 for code in wanted),
        twice=sum(times[code] > 1 for code in wanted),
        out_of_order=sum(one > other for codes in in_order for one, other in itertools.pairwise(codes)),
        failed=failed, open=left,
    )  # fmt: skip


def _table(told: Told) -> list[str]:
    made = ", ".join(f"{count} x {name}" for name, count in sorted(told.faults.items()))
    return [
        "| what | figure |",
        "|---|---|",
        f"| labels queued, printers, agents | {told.jobs:,}, {told.printers}, {AGENTS} |",
        f"| faults made | {sum(told.faults.values())}: {made} |",
        f"| questions to a person | {told.questions}, {told.printed_again} answered with no and printed anew |",
        f"| labels out exactly once | {told.once:,} |",
        f"| missing, twice, failed, left over | {told.missing}, {told.twice}, {told.failed}, {told.open} |",
        f"| out of order at their printer | {told.out_of_order} |",
        f"| time | {told.seconds:.0f} s, {told.jobs / told.seconds:.0f} labels a second |",
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.printing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1_000)
    parser.add_argument("--printers", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--only", choices=("faults", "speed"))
    args = parser.parse_args(arguments)
    is_right = True
    print("## Printing\n")
    if args.only != "speed":
        with tempfile.TemporaryDirectory(prefix="rampa-bench-") as folder:
            told = run_faults(Path(folder), args.jobs, args.printers, args.seed)
        print("\n".join(_table(told)), flush=True)
        is_right = told.is_right
    if args.only != "faults":
        with tempfile.TemporaryDirectory(prefix="rampa-bench-") as folder:
            times = run_speed(Path(folder), args.orders)
        p50, p95, p99 = (
            statistics.quantiles(times, n=100, method="inclusive")[each - 1] * 1000 for each in (50, 95, 99)
        )
        print("\n| orders | last scan to first byte at the printer, p50 | p95 | p99 | goal |\n|---|---|---|---|---|")
        print(f"| {len(times)} | {p50:.0f} ms | {p95:.0f} ms | {p99:.0f} ms | p95 < 500 ms |", flush=True)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
