"""`./dev torture`: real server, worker, agent, printer and pages under a seeded adversary; the table, then the verdict.

./dev torture                                   10,000 scans and 300 faults on each engine, about five minutes each
./dev torture --engine postgres --seeds 20 --seconds 60 --scans 2000 --faults 120
./dev torture --plant no_dedupe                 a bug on purpose: this run must fail
./dev torture --plants                          every planted bug, and which check caught it
"""

import argparse
import sys
from pathlib import Path

from tests.torture.adversary import STRIKES as STRIKES_AT
from tests.torture.engines import ENGINES
from tests.torture.plants import PAGE_SCRIPTS, PLANTS, STRIKES
from tests.torture.play import CALM_S, Outcome, Setting, play

HEAD = "| engine | seed | scans | of pages | faults | lost | doubled | labels | in doubt | seconds | verdict |\n|---|---|---|---|---|---|---|---|---|---|---|"


def _is_slow(sentence: str) -> bool:
    """A killed worker's leases may outlive a short calm: that alone has caught nothing."""
    return sentence.startswith("news:") or (sentence.startswith("rest:") and "still holds" not in sentence)


def row(outcome: Outcome) -> str:
    setting = outcome.setting
    cells = [
        setting.engine, setting.seed, outcome.scans, outcome.page_scans, outcome.faults.total(), outcome.lost,
        outcome.doubled, outcome.labels, outcome.unknown, f"{outcome.seconds:.0f}",
        "ok" if outcome.good else f"{len(outcome.wrongs)} wrong",
    ]  # fmt: skip
    return "| " + " | ".join(str(each) for each in cells) + " |"


def kinds(outcome: Outcome) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.faults.items()))


def tell(outcome: Outcome) -> None:
    print(row(outcome), flush=True)
    for each in outcome.wrongs[:20]:
        print(f"    {each}", flush=True)


def plants(args: argparse.Namespace, engines: list[str]) -> int:
    """Every planted bug must be caught on every engine; the table says by which checks."""
    missed = 0
    print(f"| planted bug | {' | '.join(engines)} |\n|{'---|' * (1 + len(engines))}", flush=True)
    for name in PLANTS:
        strike = STRIKES.get(name, "")
        cells = []
        for engine in engines:
            setting = _setting(args, engine, args.seed, name)._replace(
                pages=int(name in PAGE_SCRIPTS), packers=10 if strike in ("agent", "worker") else 4, strike=strike
            )
            wrongs = [each for each in play(setting).wrongs if strike == "worker" or not _is_slow(each)]
            names = {each.partition(":")[0] for each in wrongs}
            checks = {"device" if each.startswith("terminal") else each for each in names}
            missed += not checks
            cells.append(", ".join(sorted(checks))[:120] or "NOTHING")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    return missed


def _setting(args: argparse.Namespace, engine: str, seed: int, plant: str) -> Setting:
    return Setting(
        engine=engine, scans=args.scans, faults=args.faults, seconds=args.seconds, seed=seed, pages=args.pages,
        packers=args.packers, plant=plant, keep=args.keep, calm_s=args.calm, strike=args.strike,
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=ENGINES, help="default: both, one after the other")
    parser.add_argument("--scans", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=270.0, help="how long the walking shall take")
    parser.add_argument("--seed", type=int, default=1, help="the adversary's plan; a failing seed plays it again")
    parser.add_argument("--seeds", type=int, default=1, help="so many seeds, beginning with --seed")
    parser.add_argument("--pages", type=int, default=2, help="real Chromium pages beside the scripted devices")
    parser.add_argument("--packers", type=int, default=4, help="of the ten scripted devices; more of them print more")
    parser.add_argument("--strike", choices=sorted(STRIKES_AT), default="", help="hit this part harder")
    parser.add_argument("--calm", type=float, default=CALM_S, help="seconds in which everything must come to rest")
    parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="a bug on purpose")
    parser.add_argument("--plants", action="store_true", help="every planted bug, one run each")
    parser.add_argument("--keep", type=Path, help="folder for database, logs and labels, kept afterwards")
    args = parser.parse_args()
    chosen = [args.engine] if args.engine else list(ENGINES)
    if args.plants:
        return 1 if plants(args, chosen) else 0
    print(HEAD, flush=True)
    bad = []
    for engine in chosen:
        for seed in range(args.seed, args.seed + args.seeds):
            outcome = play(_setting(args, engine, seed, args.plant))
            tell(outcome)
            if args.seeds == 1:
                print(f"    faults: {kinds(outcome)}", flush=True)
            if not outcome.good:
                bad.append((engine, seed))
    for engine, seed in bad:
        print(
            f"again: ./dev torture --engine {engine} --seed {seed} --scans {args.scans} --faults {args.faults} --seconds {args.seconds:g}"
            f" --pages {args.pages} --packers {args.packers}"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
