"""`python -m bench`: everything the documents promise, measured in one run, as tables. `--only scans|orders|scale|codes|labels|printing|latency|camera`."""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

from bench import codes, labels, orders, printing, scale, scans

PARTS = ("scans", "orders", "scale", "codes", "labels", "printing", "latency", "camera")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, shorter runs")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {load:.1f}"
    )
    print("Server, database, worker and the measuring devices share these cores.\n")
    is_right = True
    for part in args.only or PARTS:
        if part == "scans":
            scans.main(["--quick", "--rounds", "1"] if args.quick else [])
        elif part == "orders":
            orders.main(["--orders", "2000", "--products", "5000"] if args.quick else [])
        elif part == "scale":
            print("## A large warehouse")
            scale.main(["--scale", "0.01"] if args.quick else [])
        elif part == "codes":
            print("## Codes\n")
            codes.main(["--codes", "4000", "--rounds", "2"] if args.quick else [])
        elif part == "labels":
            print("## Labels\n")
            labels.main()
        elif part == "printing":
            is_right = printing.main(["--jobs", "100", "--orders", "20"] if args.quick else []) == 0 and is_right
        elif part == "camera":
            print("## The camera\n", flush=True)
            words = ["--rounds", "1"] if args.quick else []
            subprocess.run([sys.executable, "-m", "e2e.camera_speed", *words], check=True)
        else:
            # A browser and a whole running product: they live with the journeys, in a process of their own.
            print("## The floor app\n", flush=True)
            subprocess.run(
                [sys.executable, "-m", "e2e.latency", *(["--scans", "100"] if args.quick else [])], check=True
            )
        print(flush=True)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
