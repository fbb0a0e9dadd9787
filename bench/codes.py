"""How many codes a core reads a second, by kind and in a mix, beside biip (a GS1 library for Python) in the same run.

Run `python -m bench.codes`. Every code is another one, so that nothing is answered from a memory. The clock is processor
time; rounds take turns, so that load from elsewhere hits all ways alike. The floor app's part runs the same mix through
its TypeScript on Node, call by call: a slow phone is four to ten times slower than this.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import biip

from backend.gs1.check_digits import czech_post_digit, mod10_digit
from backend.gs1.commands import resolve_texts
from backend.gs1.keyboards import damage_keyboard
from backend.gs1.own_codes import build_own_code
from backend.gs1.restricted import CZECH_LAYOUTS
from backend.gs1.scan_keys import read_code

PWA = Path(__file__).parents[1] / "pwa"
CODES, ROUNDS = 20_000, 5
GOAL = "> 50,000/s"
YEAR = 2026
PHONE = 4

Make = Callable[[random.Random, int], str]


def checked(digits: str) -> str:
    return digits + mod10_digit(digits)


def _retail(_: random.Random, number: int) -> str:
    return checked(f"859{number:09d}")


def _elements(chance: random.Random, number: int) -> str:
    item = checked(f"0859{number:09d}")
    return f"]C101{item}17{chance.randrange(26, 30)}0630{'' if number % 3 else '37024'}10L{number}\x1d21S{number}"


def _link(_: random.Random, number: int) -> str:
    return f"https://id.gs1.org/01/{checked(f'0859{number:09d}')}/10/L{number}?17=270630"


def _own(_: random.Random, number: int) -> str:
    return build_own_code(("location", "tote", "parcel")[number % 3], f"A-{number % 97:02d}-{number}")


def _post(chance: random.Random, number: int) -> str:
    digits = f"{chance.randrange(10**9):09d}"
    return f"DR{digits}{czech_post_digit(digits)}C" if number % 2 else f"Z{chance.randrange(10**10):010d}"


def _wrong(_: random.Random, number: int) -> str:
    right = _retail(_, number)
    return right[:-1] + str((int(right[-1]) + 1) % 10)


KINDS: dict[str, tuple[int, Make]] = {
    "EAN-13": (40, _retail),
    "own codes": (20, _own),
    "GS1-128, four elements": (14, _elements),
    "Digital Link": (6, _link),
    "SSCC": (4, lambda _, number: f"]C100{checked(f'0859{number:013d}')}"),
    "weight code": (3, lambda chance, number: checked(f"28{number % 10000:04d}0{chance.randrange(1, 99999):05d}")),
    "carriers' numbers": (5, _post),
    "SKU, part number": (4, lambda _, number: f"ABC-{number}/X"),
    "wrong check digit": (2, _wrong),
    "EAN-13 typed on a Czech keyboard": (2, lambda _, number: str(damage_keyboard(_retail(_, number), "cs"))),
}
"""Kind -> its share of the mix in percent, and how the codes are made."""


def make_codes(kind: str, count: int, seed: int = 7) -> list[str]:
    chance = random.Random(seed)
    return [KINDS[kind][1](chance, number) for number in chance.sample(range(10**6), count)]


def make_mix(count: int) -> list[str]:
    """Codes of every kind by their shares, shuffled."""
    mixed = [code for kind, (share, _) in KINDS.items() for code in make_codes(kind, count * share // 100)]
    random.Random(11).shuffle(mixed)
    return mixed


def _plain(codes: Sequence[str]) -> None:
    for code in codes:
        read_code(code)


def _command(codes: Sequence[str]) -> None:
    for _ in resolve_texts(codes, frozenset(), CZECH_LAYOUTS, YEAR):
        pass


def _biip(codes: Sequence[str]) -> None:
    for code in codes:
        try:
            biip.parse(code)
        except biip.ParseError:
            continue


def rate(work: Callable[[Sequence[str]], None], codes: Sequence[str]) -> float:
    began = time.process_time()
    work(codes)
    return len(codes) / (time.process_time() - began)


def measure(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Rows of codes -> way -> codes a second, the median of the rounds."""
    rows = {kind: make_codes(kind, count // 4) for kind in KINDS} | {"the mix": make_mix(count)}
    ways = {"Rampa": _plain, "rampa resolve": _command, "biip": _biip}
    found: dict[str, dict[str, list[float]]] = {row: {way: [] for way in ways} for row in rows}
    for _ in range(rounds):
        for row, codes in rows.items():
            for way, work in ways.items():
                # biip is several times slower: a part of the codes says as much
                found[row][way].append(rate(work, codes if way != "biip" else codes[: len(codes) // 5]))
    return {row: {way: statistics.median(rates) for way, rates in each.items()} for row, each in found.items()}


def measure_floor(codes: Sequence[str]) -> dict[str, float] | None:
    """Microseconds for each code in the floor app's TypeScript; None where Node or its compiler is missing."""
    if shutil.which("node") is None or not (PWA / "node_modules" / "typescript").exists():
        return None
    with tempfile.TemporaryDirectory(prefix="rampa-codes-") as folder:
        script = Path(__file__).with_suffix(".cjs")
        text = "".join(json.dumps(code) + "\n" for code in codes)
        done = subprocess.run(
            ["node", str(script), str(PWA), folder], input=text.encode(), stdout=subprocess.PIPE, check=True
        )
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.codes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--codes", type=int, default=CODES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args(argv)
    print(f"| codes/s of a core ({args.codes:,} codes, {args.rounds} rounds) | Rampa | rampa resolve | biip | goal |")
    print("|---|---|---|---|---|")
    for row, each in measure(args.codes, args.rounds).items():
        goal = GOAL if row == "the mix" else ""
        print(f"| {row} | {each['Rampa']:,.0f} | {each['rampa resolve']:,.0f} | {each['biip']:,.0f} | {goal} |")
    floor = measure_floor(make_mix(args.codes))
    if floor is not None:
        print(f"\n| floor app, the mix, one code | on this machine | {PHONE} times slower | goal |\n|---|---|---|---|")
        for name, goal in (("first", ""), ("mean", ""), ("p50", ""), ("p99", "< 1,000 us"), ("worst", "")):
            print(f"| {name} | {floor[name]:,.1f} us | {floor[name] * PHONE:,.1f} us | {goal} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
