"""Real pages: the built floor app in Chromium, one browser of its own for each, a person who looks and scans.

The person acts on what the screen shows, so that a reload, a kill or a lost service worker in any moment leaves him where
anybody would be: he looks again and goes on. What counts as shown is told by the page at the very event after which the
app sounds its good tone: the transaction that stored the scan is complete.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PageError
from playwright.async_api import Page, async_playwright

from backend.gs1.own_codes import build_own_code
from tests.torture.floor import Floor
from tests.torture.lines import Wire
from tests.torture.plants import PAGE_SCRIPTS
from tests.torture.terminals import Hall

CHROMIUM = "/usr/bin/chromium"
WORDS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0", "--lang=cs",
    "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage", "--window-size=420,900",
)  # fmt: skip
START_S = 40.0
BOUNCE_S = 0.34
"""The same code sooner than 300 ms after itself is taken for one pull of the trigger."""

WATCH = """
(() => {
  const off = Number(localStorage.getItem('torture_clock') ?? 0);
  if (off !== 0) {
    const Real = Date;
    const Wrong = class extends Real {
      constructor(...words) { words.length === 0 ? super(Real.now() + off) : super(...words); }
      static now() { return Real.now() + off; }
    };
    window.Date = Wrong;
  }
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (value) {
    if (this.name === 'scans') {
      const id = value.id;
      window.tortureTold(JSON.stringify(['tried', id]));
      this.transaction.addEventListener('complete', () => window.tortureTold(JSON.stringify(['shown', id])));
    }
    return add.apply(this, arguments);
  };
})();
"""
LOOK = """() => {
  const one = (id) => document.querySelector(`[data-testid="${id}"]`);
  const text = (id) => one(id)?.innerText ?? '';
  const there = {};
  for (const id of ['other-tab', 'enrol', 'sign-in', 'number-pad', 'start-shift', 'menu', 'continue', 'scan-card',
    'not-saved', 'job-done', 'short-no', 'volume-yes', 'news-read', 'corrections', 'back', 'update']) there[id] = one(id) !== null;
  return { ...there, path: one('job')?.dataset.path ?? '', sku: text('pick-sku'), place: text('pick-location'),
    quantity: text('pick-quantity'), tote: text('pick-tote'), progress: text('progress'), counts: text('saved-count'),
    card: one('scan-card')?.dataset.code ?? '' };
}"""
CLICK = """(id) => { const one = document.querySelector(id); one?.click(); return one !== null; }"""
HELD = """() => new Promise((done) => {
  window.dispatchEvent(new Event('online'));
  const opening = indexedDB.open('rampa');
  opening.onerror = () => done(-1);
  opening.onsuccess = () => {
    const all = opening.result.transaction('scans').objectStore('scans').count();
    all.onsuccess = () => { opening.result.close(); done(all.result); };
  };
})"""
WIPE = """async () => {
  for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
  for (const each of await caches.keys()) await caches.delete(each);
}"""


class FloorPage:
    """One browser with one page, its wire and its person."""

    def __init__(self, place: int, wire: Wire, folder: Path, hall: Hall, floor: Floor, plant: str) -> None:
        self.name = f"page-{place}"
        self.wire, self.folder, self.hall, self.floor, self.plant = wire, folder / self.name, hall, floor, plant
        self.person = floor.people[place]
        self.chance = random.Random(f"{self.name}")
        self.shown: list[str] = []
        self.tried: set[str] = set()
        self.kills = 0
        self.totes = [f"T-{place:02d}-{number:04d}" for number in range(80, 200)]
        self.used: dict[str, str] = {}
        self.process: subprocess.Popen | None = None
        self.page: Page | None = None
        self.closed = False
        self._playwright: Any = None
        self._browser: Any = None
        self._last = ("", 0.0)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.wire.port}"

    # -- the browser ------------------------------------------------------------------------------------------------

    async def open(self, token: str) -> None:
        self._playwright = await async_playwright().start()
        await self._launch(f"{self.address}/enrol#{token}")
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            seen = await self._seen()
            if seen.get("menu"):
                await self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
                return
            await self._act(seen)
            await asyncio.sleep(0.3)
        raise TimeoutError(f"{self.name} did not come to its menu in {START_S:.0f} s: {await self._seen()}")

    async def _launch(self, address: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        note = self.folder / "DevToolsActivePort"
        note.unlink(missing_ok=True)
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)
        self.process = subprocess.Popen(  # noqa: ASYNC220 - it is started once in a while
            [CHROMIUM, *WORDS, f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + START_S
        while not (note.exists() and note.read_text().strip()) and time.monotonic() < until:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.1)
        port = note.read_text().split("\n")[0]
        self._browser = await self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = self._browser.contexts[0]
        page = context.pages[0] if context.pages else await context.new_page()
        await page.expose_binding("tortureTold", lambda source, text: self._told(text))
        await page.add_init_script(WATCH)
        if self.plant in PAGE_SCRIPTS:
            await page.add_init_script(PAGE_SCRIPTS[self.plant])
        page.set_default_timeout(8_000)
        self.page = page
        try:
            await page.goto(address, wait_until="commit")
        except PageError:  # the line is cut at this very moment: the person tries again
            return

    def _told(self, text: str) -> None:
        word, uid = json.loads(text)
        if word == "tried":
            self.tried.add(uid)
        else:
            self.shown.append(uid)
            self.hall.page_scans += 1

    async def _kill(self) -> None:
        """The battery is out."""
        self.kills += 1
        assert self.process is not None
        self.page = None
        os.killpg(self.process.pid, signal.SIGKILL)
        await asyncio.to_thread(self.process.wait)

    async def suffer(self, kind: str, how: float) -> bool:
        """One blow of the adversary; False when there was nothing to hit."""
        page = self.page
        if kind == "page_dark":
            self.wire.go_dark()
            await asyncio.sleep(1 + 8 * how)
            self.wire.dark = False
            return True
        if page is None or self.closed:
            return False
        if kind == "page_killed":
            await self._kill()
            await asyncio.sleep(how)
            await self._launch(f"{self.address}/")
            return True
        try:
            if kind == "worker_wiped":
                await page.evaluate(WIPE)
            if kind == "page_clock":
                await page.evaluate(
                    f"() => localStorage.setItem('torture_clock', '{int((how - 0.5) * 2 * 86_400_000)}')"
                )
            await page.goto(f"{self.address}/", wait_until="commit")
        except PageError:
            return False
        return True

    async def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            await asyncio.to_thread(self.process.wait)
        if self._playwright is not None:
            await self._playwright.stop()

    async def rest(self) -> list[str]:
        """What the page still holds; it is called back to the network."""
        try:
            held = await self._there().evaluate(HELD)
        except PageError as error:
            await self._again()
            return [f"{self.name} cannot be asked: {str(error)[:80]}"]
        return [f"{self.name} still holds {held} scans"] if held else []

    def _there(self) -> Page:
        if self.page is None:
            raise PageError("the browser is gone")
        return self.page

    async def _again(self) -> None:
        try:
            if self.page is not None:
                await self.page.goto(f"{self.address}/", wait_until="commit")
        except PageError:
            await asyncio.sleep(0.5)

    # -- the person -------------------------------------------------------------------------------------------------

    async def work_for_ever(self) -> None:
        blank = 0
        while not self.hall.over.is_set():
            try:
                seen = await self._seen()
                blank = blank + 1 if not any(seen.values()) else 0
                if blank > 15:
                    blank = 0
                    await self._again()
                await self._act(seen)
            except PageError:
                await asyncio.sleep(0.3)
            await asyncio.sleep(0.1)

    async def _seen(self) -> dict[str, Any]:
        return {} if self.page is None else await self.page.evaluate(LOOK)

    async def _press(self, test_id: str, inside: str = "") -> None:
        await self._there().evaluate(CLICK, f"{inside} [data-testid='{test_id}']".strip())

    async def _scan(self, code: str, seen: dict[str, Any]) -> None:
        """The trigger is pulled; then the person waits for the screen to move on, as people do."""
        page = self._there()
        last, at = self._last
        if last == code and time.monotonic() - at < BOUNCE_S:
            await asyncio.sleep(BOUNCE_S)
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")
        self._last = (code, time.monotonic())
        for _ in range(12):
            await asyncio.sleep(0.1)
            now = await self._seen()
            if any(
                now.get(each) != seen.get(each)
                for each in ("path", "quantity", "progress", "scan-card", "number-pad", "menu")
            ):
                return

    async def _act(self, seen: dict[str, Any]) -> None:
        for screen in ("other-tab", "enrol", "start-shift", "not-saved"):
            if seen.get(screen):
                await self._press("primary", f"[data-testid='{screen}']")
                await asyncio.sleep(0.4)
                return
        if seen.get("sign-in"):
            await self._sign_in(seen)
        elif seen.get("scan-card"):
            await self._press("scan-card-dismiss")
        elif seen.get("menu"):
            await self._begin(seen)
        elif seen.get("job-done") or seen.get("corrections"):
            await self._press("back")
            await asyncio.sleep(0.2)
        elif seen.get("path") and self.wire.dark and self.chance.random() < 0.12:
            await self._leave()
        elif seen.get("path"):
            await self._pick(seen)
        else:
            await asyncio.sleep(0.2)

    async def _leave(self) -> None:
        """No connection, no patience: out of the job and out of the shift, with scans unsent."""
        await self._press("back")
        await asyncio.sleep(0.5)
        await self._press("sign-out")
        await asyncio.sleep(0.5)

    async def _sign_in(self, seen: dict[str, Any]) -> None:
        if not seen["number-pad"]:
            await self._scan(build_own_code("badge", self.person["badge"]), seen)
            return
        for digit in self.person["pin"]:
            await self._press(f"key-{digit}")
        await self._press("primary", "[data-testid='number-pad']")
        await asyncio.sleep(0.8)

    async def _begin(self, seen: dict[str, Any]) -> None:
        for small in ("volume-yes", "news-read"):
            if seen[small]:
                await self._press(small)
        if seen["continue"]:
            await self._press("continue")
        elif self.chance.random() < 0.25 and self.shown:
            await self._press("sign-out")
        else:
            await self._press(self.chance.choice(("menu-pick-single", "menu-pick-cluster")))
        await asyncio.sleep(0.7)

    async def _pick(self, seen: dict[str, Any]) -> None:
        if seen["short-no"]:
            await self._press("short-no")
        elif seen["path"] == "pick.to_location":
            await self._scan(build_own_code("location", seen["place"]), seen)
        elif seen["path"] == "pick.at_location":
            await self._scan(self.floor.codes[seen["sku"]], seen)
        elif seen["path"] == "pick.into_tote":
            await self._scan(build_own_code("tote", self._tote(seen)), seen)
        else:
            await self._press("back")

    def _tote(self, seen: dict[str, Any]) -> str:
        """The tote that the screen names, else a fresh one."""
        for word in seen["tote"].replace("\n", " ").split():
            if word.startswith("T-"):
                return word
        self.totes.append(self.totes.pop(0))  # by the time that all were used, the first may be free again
        return self.totes[-1]
