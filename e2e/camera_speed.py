"""How fast the camera is a scanner: `python -m e2e.camera_speed [--rounds 2] [--throttle 4 --throttle 1]`.

Chromium's fake camera shows one label that lies still before the lens from the start; a person taps *Camera* in the
look-up. Times run from that tap: the first picture in which the reader found the code, and the code on the screen.
Pictures a second are counted in the worker's answers over the five seconds that follow. The throttle slows the page's own
thread and not the worker; so the last column is worked out as if each picture took the worker so many times longer.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from playwright.sync_api import Page, expect, sync_playwright

from backend.gs1.own_codes import build_own_code
from e2e.camera import write_shelf
from e2e.conftest import launch_browser, new_phone, running_stack
from e2e.floor import Floor

MIDDLE, BOX = (640, 360), (700, 400)
COUNTED_MS = 5_000
PICTURE_MS = 80
"""The page sends no more than one picture in this time."""
LABELS = {
    "EAN-13": ("4006381333931", "ean13"),
    "Code 128": (build_own_code("location", "A-01-2-3"), "code128"),
    "QR": (build_own_code("location", "A-01-2-3"), "qr"),
    "DataMatrix": (build_own_code("location", "A-01-2-3"), "datamatrix"),
}
WATCH = """() => {
  const Plain = window.Worker;
  window.cameraSeen = { answers: [] };
  window.Worker = class extends Plain {
    constructor(...what) {
      super(...what);
      this.addEventListener('message', (event) => {
        const at = performance.now();
        window.cameraSeen.answers.push({ at, ms: event.data.ms, found: (event.data.reads ?? []).length });
      });
    }
  };
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-testid=camera]') !== null) window.cameraSeen = { tapped: event.timeStamp, answers: [] };
  }, true);
  new MutationObserver(() => {
    const seen = window.cameraSeen;
    if (seen.shown === undefined && document.querySelector('.scanned strong') !== null) seen.shown = performance.now();
  }).observe(document, { subtree: true, childList: true });
}"""

COUNTED = """(counted_ms) => {
  const first = window.cameraSeen.answers.find((each) => each.found > 0);
  return first !== undefined && performance.now() > first.at + counted_ms;
}"""


class Look(NamedTuple):
    """One opening of the camera, in milliseconds from the tap."""

    found_ms: float
    shown_ms: float
    pictures_s: float
    worker_ms: float
    slowed_s: float
    """Pictures a second if the worker were throttled as well."""


def look(page: Page, floor: Floor, text: str, throttle: int) -> Look:
    """Open the camera in a fresh look-up and watch it read."""
    floor.see("menu-look-up").click()
    expect(floor.see("look-up")).to_be_visible()
    floor.see("camera").click()
    expect(page.locator(".scanned strong")).to_have_text(text)
    page.wait_for_function(COUNTED, arg=COUNTED_MS, timeout=COUNTED_MS * 4)
    seen = page.evaluate("() => window.cameraSeen")
    floor.see("close-sheet").click()
    floor.see("back").click()
    answers = seen["answers"]
    first = next(each for each in answers if each["found"] > 0)
    after = [each for each in answers if first["at"] < each["at"] <= first["at"] + COUNTED_MS]
    return Look(
        found_ms=first["at"] - seen["tapped"],
        shown_ms=seen["shown"] - seen["tapped"],
        pictures_s=len(after) / (COUNTED_MS / 1_000),
        worker_ms=mean(each["ms"] for each in after),
        slowed_s=1_000 / mean(max(PICTURE_MS, throttle * each["ms"]) for each in after),
    )


def measure(rounds: int, throttles: list[int]) -> dict[int, dict[str, list[Look]]]:
    """Each label so many times at each throttling."""
    found: dict[int, dict[str, list[Look]]] = {}
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder)) as stack, sync_playwright() as playwright:
        clip = Path(folder) / "bench.mjpeg"
        write_shelf(clip, [])
        browser = launch_browser(
            playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={clip}",
        )  # fmt: skip
        page = new_phone(browser, permissions=["camera"]).new_page()
        page.add_init_script(f"({WATCH})()")
        floor = Floor(page, stack)
        floor.join()
        floor.sign_in()
        session = page.context.new_cdp_session(page)
        for throttle in throttles:
            session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
            found[throttle] = {}
            for name, (text, symbology) in LABELS.items():
                write_shelf(clip, [(text, symbology, MIDDLE)], BOX)
                found[throttle][name] = [look(page, floor, text, throttle) for _ in range(rounds)]
        browser.close()
    return found


def table(found: dict[str, list[Look]], throttle: int) -> str:
    """Medians of the openings."""
    slowed = f"pictures/s, worker {throttle} x slower"
    lines = [
        f"| label | tap to code found ms | tap to code shown ms | pictures/s | worker ms a picture | {slowed} |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, looks in found.items():
        middle = Look(*(median(column) for column in zip(*looks, strict=True)))
        lines.append(
            f"| {name} | {middle.found_ms:.0f} | {middle.shown_ms:.0f} | {middle.pictures_s:.1f} | "
            f"{middle.worker_ms:.0f} | {middle.slowed_s:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m e2e.camera_speed", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--throttle", type=int, action="append", help="may be repeated; 4 and 1 unless told")
    args = parser.parse_args()
    found = measure(args.rounds, args.throttle or [4, 1])
    first = next(iter(next(iter(found.values())).values()))[0]
    for throttle, looks in found.items():
        print(f"{args.rounds} openings for each label at {throttle} x CPU throttling, reader in WebAssembly:\n")
        print(table(looks, throttle), end="\n\n")
    print(f"The very first opening, with the reader still to be loaded: {first.shown_ms:.0f} ms.")


if __name__ == "__main__":
    main()
