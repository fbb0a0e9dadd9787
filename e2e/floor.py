"""The floor app as a worker uses it: joins, signs in, scans. Speaks only in what a person sees and does."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from backend.gs1.own_codes import build_own_code
from e2e.conftest import Stack

BOUNCE_MS = 350
"""Between two equal scans: within 300 ms the app takes the second for a trigger that bounced."""
ASKED_S = 90
KEYBOARDS = Path(__file__).parents[1] / "contracts" / "keyboards.json"


def layout_damage(layout: str) -> dict[str, str]:
    """What a scanner set to a US keyboard produces under this layout: wanted character -> produced character."""
    vectors = json.loads(KEYBOARDS.read_text("utf-8"))["heal"]
    pairs = [(each["healed"], each["text"]) for each in vectors if each["layout"] == layout and each["healed"]]
    return {"5": {"cs": "ř", "sk": "ť"}[layout]} | {
        wanted: made
        for healed, text in pairs
        if len(healed) == len(text)
        for wanted, made in zip(healed, text, strict=True)
    }


class Floor:
    """One worker at one phone."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self.stack = stack
        self.scanned = ""

    def see(self, test_id: str):
        return self.page.get_by_test_id(test_id).first

    def scan(self, text: str) -> None:
        """The trigger is pulled: the scanner types the code and Enter; for another piece of the same a moment later."""
        if text == self.scanned:
            until = self.page.evaluate("performance.now()") + BOUNCE_MS
            self.page.wait_for_function("(until) => performance.now() > until", arg=until)
        self.scanned = text
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def scan_own(self, kind: str, body: str) -> None:
        self.scan(build_own_code(kind, body))

    def join(self) -> None:
        """Open the one-time link of the demo and add this phone."""
        self.page.goto(self.stack.address + self.stack.enrolment())
        self.see("primary").click()
        expect(self.see("sign-in")).to_be_visible()

    def sign_in(self, person: int = 0) -> None:
        """Badge, then PIN on the pad."""
        who = self.stack.tour()["people"][person]
        expect(self.see("sign-in")).to_be_visible()
        self.scan(who["code"])
        expect(self.see("number-pad")).to_be_visible()
        for digit in who["pin"]:
            self.see(f"key-{digit}").click()
        self.see("primary").click()
        expect(self.see("menu")).to_be_visible()

    def open(self, name: str) -> None:
        """From the menu into a job or a screen: it stands there before anybody scans."""
        self.see(f"menu-{name}").click()
        expect(self.see("menu")).to_have_count(0)
        expect(self.page.locator(".frame").first).to_be_visible()

    def release(self, lines: int = 1, *, at_least_pieces: int = 1) -> dict:
        """The office releases one ready order of so many lines as a wave of its own; returns the wave's row."""
        office = self.stack.office()
        rows = office.get("/api/orders", params={"state": "ready", "limit": 100}).json()["rows"]
        fitting = [each for each in rows if each["lines"] == lines and each["pieces"] >= at_least_pieces]
        assert fitting, f"the demo has no ready order left with {lines} lines and {at_least_pieces} pieces"
        answer = office.post("/api/waves", json={"mode": "single", "orders": [fitting[0]["number"]]})
        wave = answer.raise_for_status().json()["waves"][0]
        self.stack.released.append(wave["number"])
        return wave

    def take(self, wave: dict) -> None:
        """Scan the wave's paper in the menu: its pick list opens."""
        self.scan(wave["code"])
        expect(self.see("pick-step")).to_be_visible()

    def until(self, question: str) -> None:
        """Ask the page until it says yes; a promise counts by what it holds, not by being one."""
        self.page.evaluate("() => { window.answered = undefined; }")
        self.page.wait_for_function(
            f"""() => {{
              if (window.answered?.yes) return true;
              if (window.answered === undefined || window.answered.settled) {{
                const answer = window.answered = {{ settled: false, yes: false }};
                Promise.resolve(({question})()).then(
                  (said) => {{ answer.yes = Boolean(said); answer.settled = true; }},
                  () => {{ answer.settled = true; }},
                );
              }}
              return false;
            }}""",
            timeout=ASKED_S * 1000, polling=50,
        )  # fmt: skip

    def comes(self, wanted: object, ask: Callable[[], object]) -> None:
        """The books follow the hand a moment later: ask until the answer is the wanted one."""
        end = time.monotonic() + ASKED_S
        while (found := ask()) != wanted and time.monotonic() < end:
            self.page.wait_for_timeout(50)
        assert found == wanted

    def start_again(self) -> None:
        """After the page was loaded anew: the tap that unlocks sound, then the running job."""
        expect(self.see("start-shift")).to_be_visible()
        self.see("primary").click()
        self.see("continue").click()
        expect(self.see("job")).to_be_visible()

    def counts(self, scanned: int, saved: int) -> None:
        """Wait until the strip says these two numbers."""
        expect(self.see("saved-count")).to_have_text(re.compile(rf"\D{scanned}\D+{saved}$"))

    def path(self, wanted: str) -> None:
        """Wait until the job stands at this step, such as `pick.at_location`."""
        expect(self.see("job")).to_have_attribute("data-path", re.compile(wanted))

    def codes(self) -> dict[str, str]:
        """SKU -> GTIN-13 of one piece, for the goods of the running waves."""
        return {
            line["sku"]: code["gtin"][1:]
            for line in self.stack.tour()["picks"]
            for code in line["codes"]
            if code["level"] == "each"
        }

    def everything_saved(self) -> None:
        """Scanned n, saved n."""
        expect(self.see("saved-count")).to_have_text(re.compile(r"(\d+)\D+\1\b"))
