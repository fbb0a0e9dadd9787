"""Scans a second through `POST /api/scans`: a real server process on loopback, real files, real pick scans.

python -m bench.scans [--engine sqlite|postgres] [--seconds S] [--rounds N] [--quick]
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx

from bench.engines import Ground, free_port, postgres_server
from bench.floor import DEVICES, LINES_IN_ORDER, ORDERS_IN_WAVE, Walker, create_floor
from bench.load import Measured, full_speed, paced

ENGINES = ("sqlite", "postgres")
SIZES = (1, 5, 20)
PACE_PER_S = 50.0
READY_S = 40.0
HOWS = {"real": "Rampa", "one": "one transaction a scan", "ceiling": "only decode and answer"}


def _wait_ready(port: int, path: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}{path}", timeout=2).status_code < 500:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit(f"bench: the server did not become ready ({server.args!r}).")


@contextmanager
def server(how: str, url: str) -> Iterator[tuple[int, int]]:
    """Port and number of a server process; with it the worker, where it is a process of its own (PostgreSQL)."""
    port = free_port()
    inline = url.startswith("sqlite")
    env = os.environ | {"RAMPA_DATABASE_URL": url, "RAMPA_WORKER": "inline" if inline else "none"}
    rampa = [sys.executable, "-m", "backend.app.cli"]
    words = [*rampa, "serve", "--port", str(port)]
    if how != "real":
        words = [sys.executable, "-m", "bench.serve", "--how", how, "--port", str(port)]
    commands = [words] if inline or how == "ceiling" else [words, [*rampa, "work"]]
    children = [subprocess.Popen(each, env=env) for each in commands]
    try:
        _wait_ready(port, "/api/scans" if how == "ceiling" else "/ready", children[0])
        yield port, children[0].pid
    finally:
        for each in children:
            each.terminate()
        for each in children:
            each.wait(10)


def measure(ground: Ground, how: str, devices: int, count: int, seconds: float) -> Measured:
    """A fresh copy of the floor, a fresh server, one run."""
    walkers: list[Walker] = ground.made[:devices]
    with ground.fresh() if how != "ceiling" else nullcontext("sqlite://") as url, server(how, url) as (port, pid):
        return asyncio.run(full_speed(port, pid, walkers, count, seconds))


def measure_pace(ground: Ground, seconds: float) -> Measured:
    with ground.fresh() as url, server("real", url) as (port, _):
        return asyncio.run(paced(port, ground.made, PACE_PER_S, seconds))


def best(runs: list[Measured]) -> Measured:
    """Of several runs the one that others on the machine disturbed least."""
    return max(runs, key=lambda each: each.rate)


def _row(engine: str, devices: int, count: int, how: str, run: Measured, ratio: str) -> str:
    times = " / ".join(f"{run.percentile_ms(each):.0f}" for each in (50, 95, 99))
    return f"| {engine} | {devices} | {count} | {HOWS[how]} | {run.rate:,.0f} | {run.rate_of_core:,.0f} | {ratio} | {times} |"


def table(
    grounds: list[Ground], seconds: float, rounds: int, sizes: tuple[int, ...], hows: tuple[str, ...]
) -> list[str]:
    lines = [
        "| engine | devices | scans in a request | way | scans/s | scans/s of a core | of ceiling | request p50 / p95 / p99 ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ceilings: dict[tuple[int, int], Measured] = {}
    for devices in (1, DEVICES):
        for count in sizes:
            runs = [measure(grounds[0], "ceiling", devices, count, min(seconds, 2)) for _ in range(rounds)]
            ceilings[devices, count] = best(runs)
            lines.append(_row("none", devices, count, "ceiling", ceilings[devices, count], "100 %"))
            print(lines[-1], file=sys.stderr, flush=True)
    for ground in grounds:
        for devices in (1, DEVICES):
            for count in sizes:
                for how in hows:
                    if how == "one" and count == 1:
                        continue
                    run = best([measure(ground, how, devices, count, seconds) for _ in range(rounds)])
                    ratio = f"{run.rate_of_core / ceilings[devices, count].rate_of_core:.0%}".replace("%", " %")
                    lines.append(_row(ground.engine, devices, count, how, run, ratio))
                    print(lines[-1], file=sys.stderr, flush=True)
    return lines


def pace_table(grounds: list[Ground], seconds: float, rounds: int) -> list[str]:
    lines = ["| engine | requests/s | p50 ms | p95 ms | p99 ms | goal |", "|---|---|---|---|---|---|"]
    for ground in grounds:
        runs = [measure_pace(ground, seconds) for _ in range(rounds)]
        run = min(runs, key=lambda each: each.percentile_ms(95))
        times = " | ".join(f"{run.percentile_ms(each):.1f}" for each in (50, 95, 99))
        lines.append(f"| {ground.engine} | {PACE_PER_S:.0f} | {times} | p95 < 50 ms |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scans", description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="only requests of 20 scans, only the real way")
    args = parser.parse_args(arguments)
    engines = [args.engine] if args.engine else list(ENGINES)
    report: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(prefix="rampa-bench-") as folder,
        postgres_server() if "postgres" in engines else nullcontext(None) as address,
    ):
        grounds = []
        for engine in engines:
            ground = Ground(engine, address, Path(folder))
            ground.build(create_floor)
            grounds.append(ground)
        sizes, hows = ((20,), ("real",)) if args.quick else (SIZES, ("real", "one"))
        report["full"] = table(grounds, args.seconds, args.rounds, sizes, hows)
        report["pace"] = pace_table(grounds, args.seconds * 2, args.rounds)
    print("## Scans\n")
    print(
        f"Pick scans (place, piece, tote) of cluster waves with {ORDERS_IN_WAVE} orders and "
        f"{ORDERS_IN_WAVE * LINES_IN_ORDER} lines, each device in waves of its own. "
        "`scans/s of a core` counts the server's processor time only: what a free core does, whatever else runs here. "
        "`of ceiling` compares that.\n"
    )
    print("\n".join(report["full"]))
    print("\nSingle scans of eight devices at a fixed pace, latency from the moment the scan was due:\n")
    print("\n".join(report["pace"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
