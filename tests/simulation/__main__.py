"""`python -m tests.simulation --seeds N [--seed S] [--engine sqlite|postgres] [--steps N]`

Prints a row for each day; when one breaks, its seed and the last thirty scans.
"""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from backend.app.schema import create_schema
from backend.platform.database import sqlite_engine
from tests.conftest import _fill, _postgres_admin, _run_postgres
from tests.simulation.day import Outcome, play

STEPS = 150
LAST_SCANS = 30


def _sqlite_template(folder: Path) -> Path:
    path = folder / "template.db"
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as conn:
        create_schema(conn)
        conn.commit()
    engine.dispose()
    return path


@contextmanager
def _address(engine: str, server: str | None, folder: Path) -> Iterator[str]:
    """An empty database with the schema."""
    name = f"day_{uuid.uuid4().hex[:10]}"
    if engine == "sqlite":
        path = folder / f"{name}.db"
        shutil.copy(folder / "template.db", path)
        yield f"sqlite:///{path}"
        for each in folder.glob(f"{name}.db*"):
            each.unlink()
        return
    assert server is not None
    asyncio.run(_postgres_admin(server, f"CREATE DATABASE {name} TEMPLATE template_days"))
    yield server.rsplit("/", 1)[0] + f"/{name}"
    asyncio.run(_postgres_admin(server, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _server(engine: str, folder: Path) -> Iterator[str | None]:
    if engine == "sqlite":
        _sqlite_template(folder)
        yield None
        return
    cluster = folder / "postgres"
    cluster.mkdir()
    folder.chmod(0o755)
    for server in _run_postgres(cluster):
        asyncio.run(_postgres_admin(server, "CREATE DATABASE template_days"))
        asyncio.run(_fill(server.rsplit("/", 1)[0] + "/template_days"))
        yield server


def print_broken(outcome: Outcome) -> None:
    print(f"\nseed {outcome.seed} after {outcome.steps} steps: {outcome.broken}\nthe last scans:")
    for each in outcome.day.last_scans(LAST_SCANS):
        body = " ".join(f"{name}={value}" for name, value in each["body"].items())
        verdict = each["verdict"] or {"outcome": "unsent", "refusal": None}
        told = (verdict["refusal"] or {}).get("code") or verdict["outcome"]
        print(
            f"  {each['at'][11:23]} {each['device']:<5} {each['seq']:>4} {each['task']:<12} {each['kind']:<8} "
            f"{' '.join(each['keys']):<22} act={(each['act'] or '-')[:8]} local={each['local']} {body} -> {told}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many days")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--steps", type=int, default=STEPS)
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    seeds = [args.seed] if args.seed is not None else range(args.first, args.first + args.seeds)
    print(
        f"{'seed':>6} {'steps':>6} {'scans':>6} {'faults':>7} {'orders':>7} {'cancelled':>10} {'apart':>6} {'lists':>6} {'s':>6}  {'fingerprint':<12}  result"
    )
    failed: list[int] = []
    with tempfile.TemporaryDirectory(prefix="rampa-days-") as name, _server(args.engine, Path(name)) as server:
        for seed in seeds:
            began = time.monotonic()
            with _address(args.engine, server, Path(name)) as url:
                outcome = asyncio.run(play(url, seed, args.steps))
            counts = outcome.day.counts
            print(
                f"{seed:>6} {args.steps:>6} {counts['scans']:>6} {counts['faults']:>7} {counts['orders']:>7} "
                f"{counts['cancelled']:>10} {counts['taken apart']:>6} {counts['lists signed']:>6} {time.monotonic() - began:>6.1f}  {outcome.day.fingerprint()}  "
                f"{'ok' if not outcome.broken else 'BROKEN'}",
                flush=True,
            )
            if outcome.broken:
                failed.append(seed)
                print_broken(outcome)
    print(f"{len(list(seeds)) - len(failed)} of {len(list(seeds))} days ended with right books ({args.engine}).")
    for seed in failed:
        print(f"broken: seed {seed}; again: ./dev sim --seed {seed} --steps {args.steps} --engine {args.engine}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
