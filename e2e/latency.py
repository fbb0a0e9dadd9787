"""How fast the floor app answers the hand: `python -m e2e.latency [--scans 500] [--throttle 4]`.

Chromium, a real server, a running pick. Right and wrong scans in turn come key by key as from a wedge reader. Times run
from the key event of the last character (Enter): judged (the vibration is asked for), painted (the first task after the
frame that shows it), error tone, good tone (which sounds only after the scan's transaction has completed).
"""

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from playwright.sync_api import CDPSession, Page, sync_playwright

from backend.gs1.own_codes import build_own_code
from e2e.conftest import launch_browser, new_phone, running_stack
from e2e.floor import Floor

GOALS_MS = {"judged": 10, "error tone": 10, "painted": 50, "saved and good tone": 80}
CPU_GOAL_MS = 10
WATCH = """() => {
  const now = () => performance.now();
  window.rampaScans = [];
  let scan = null;
  let done = () => undefined;
  const look = () => scan !== null && scan.painted !== undefined && (scan.error ?? scan.good) !== undefined && done();
  const note = (name) => { if (scan !== null && scan[name] === undefined) scan[name] = now() - scan.at; look(); };
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    scan = { at: event.timeStamp };
    window.rampaScans.push(scan);
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => note('painted');
      after.port2.postMessage(0);
    });
  }, true);
  Object.defineProperty(navigator, 'vibrate', { value: () => (note('judged'), true) });
  // Square waves are errors; good tones are sines that start at 1.3 kHz or more: their length tells them apart.
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) {
    note(Math.round(this.buffer.duration * 1000) === 80 ? 'good' : 'error');
    return start.apply(this, when);
  };
  window.rampaDone = () => new Promise((resolve) => { done = () => resolve(true); look(); setTimeout(() => resolve(false), 3000); });
}"""


class Times(NamedTuple):
    """Milliseconds of each scan."""

    judged: list[float]
    painted: list[float]
    error: list[float]
    good: list[float]
    unheard: int
    cpu_ms: float


def _cpu_ms(session: CDPSession) -> float:
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return 1_000 * metrics["ScriptDuration"]


@contextlib.contextmanager
def picking() -> Iterator[tuple[Page, str]]:
    """A page with a pick open at its location, and the text of that location's code."""
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder)) as stack, sync_playwright() as playwright:
        browser = launch_browser(playwright)
        page = new_phone(browser).new_page()
        page.add_init_script(f"({WATCH})()")
        floor = Floor(page, stack)
        floor.join()
        floor.sign_in()
        floor.take(floor.release(lines=2))
        place = build_own_code("location", floor.see("pick-location").inner_text())
        floor.scan(place)
        floor.path(r"pick\.at_location")
        yield page, place
        browser.close()


def measure(page: Page, place: str, scans: int, throttle: int) -> Times:
    """Right and wrong scans in turn, each begun when the one before was answered in full."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.evaluate("() => { window.rampaScans.length = 0; }")
    before = _cpu_ms(session)
    unheard = 0
    for number in range(scans):
        page.keyboard.type(place if number % 2 == 0 else f"95200000000{number % 90 + 10}")
        page.keyboard.press("Enter")
        unheard += not page.evaluate("() => window.rampaDone()")
    cpu_ms = (_cpu_ms(session) - before) / scans
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    rows = page.evaluate("() => window.rampaScans")
    values = {name: [row[name] for row in rows if name in row] for name in ("judged", "painted", "error", "good")}
    return Times(values["judged"], values["painted"], values["error"], values["good"], unheard, cpu_ms)


def table(times: Times) -> str:
    """One row for each of the promised figures."""
    named = {
        "judged": times.judged, "error tone": times.error, "painted": times.painted, "saved and good tone": times.good,
    }  # fmt: skip
    lines = ["| from the last character to | scans | median ms | p95 ms | goal p95 ms |", "|---|---:|---:|---:|---:|"]
    for name, values in named.items():
        cuts = quantiles(values, n=100)
        lines.append(f"| {name} | {len(values)} | {cuts[49]:.1f} | {cuts[94]:.1f} | {GOALS_MS[name]} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m e2e.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--scans", type=int, default=500)
    parser.add_argument("--throttle", type=int, default=4)
    args = parser.parse_args()
    with picking() as (page, place):
        measure(page, place, 10, 1)
        free = measure(page, place, 100, 1)
        slow = measure(page, place, args.scans, args.throttle)
    print(f"{args.scans} scans at {args.throttle} x CPU throttling, {slow.unheard} without an answer:\n")
    print(table(slow))
    print(
        f"\nScript per scan, unthrottled, key events included: {free.cpu_ms:.1f} ms of thread CPU (goal {CPU_GOAL_MS})."
    )


if __name__ == "__main__":
    main()
