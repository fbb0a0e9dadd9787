"""Twenty scans a second for ten seconds, with sheets and screens changing under them: each is taken, in order."""

import pytest
from playwright.sync_api import Page, expect

from backend.gs1.own_codes import build_own_code
from e2e.conftest import Stack
from e2e.floor import Floor

pytestmark = pytest.mark.browser

SCANS = 200
BOUNCE_MS = 600
ON_DEVICE = """() => new Promise((done, failed) => {
  const opening = indexedDB.open('rampa');
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const stores = opening.result.transaction(['scans', 'verdicts']);
    const scans = stores.objectStore('scans').getAll();
    const verdicts = stores.objectStore('verdicts').getAll();
    stores.oncomplete = () => {
      opening.result.close();
      const all = [...scans.result, ...verdicts.result.map((each) => each.scan)];
      done(all.sort((one, other) => one.seq - other.seq).map((each) => each.raw));
    };
  };
})"""
"""What was scanned on this device, in the order of its numbers."""
READER = """([codes, interval, end]) => new Promise((done) => {
  const press = (key, code) => {
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }));
  };
  let place = 0;
  const timer = setInterval(() => {
    if (place === codes.length) return clearInterval(timer), done(true);
    for (const character of codes[place]) press(character, '');
    if (end !== '') press(end, end);
    place += 1;
  }, interval);
})"""
"""A wedge reader in the page: whole codes at an exact pace, which keys over the debugging wire would not keep."""


@pytest.fixture
def picker(phone: Page, stack: Stack) -> Floor:
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    return floor


def test_two_hundred_scans_in_ten_seconds(picker: Floor) -> None:
    """A question, the camera's sheet, a focused button and a wrong scan's card are open in between; none eats a scan."""
    page = picker.page
    picker.take(picker.release(lines=1))
    place = build_own_code("location", picker.see("pick-location").inner_text())
    picker.scan(place)
    picker.path(r"pick\.at_location")
    before = len(page.evaluate(ON_DEVICE))
    codes = [place if number % 2 else f"95200000000{number % 90 + 10}" for number in range(SCANS)]
    page.evaluate(
        """() => {
          const click = (id) => document.querySelector(`[data-testid="${id}"]`)?.click();
          setTimeout(() => click('camera'), 1500);
          setTimeout(() => click('camera'), 3000);
          setTimeout(() => document.querySelector('[data-testid="camera"]')?.focus(), 4000);
          setTimeout(() => document.querySelector('[data-testid="back"]')?.focus(), 5500);
        }"""
    )
    page.evaluate(READER, [codes, 50, "Enter"])
    expect(picker.see("job")).to_be_visible()
    picker.until(f"async () => (await ({ON_DEVICE})()).length >= {before + SCANS}")
    assert page.evaluate(ON_DEVICE)[before:] == codes
    picker.everything_saved()


def test_a_scan_while_the_screen_changes(picker: Floor) -> None:
    """Wave, then its location without waiting for the list to open: the scan is the first of the job."""
    page = picker.page
    wave = picker.release(lines=1)
    picker.take(wave)
    location = build_own_code("location", picker.see("pick-location").inner_text())
    picker.see("back").click()
    expect(picker.see("menu")).to_be_visible()
    # The same code twice within a blink is a trigger that bounced; a person needs longer from the list to the menu.
    page.wait_for_function("(until) => performance.now() > until", arg=page.evaluate("performance.now()") + BOUNCE_MS)
    page.evaluate(READER, [[wave["code"], location], 30, "Enter"])
    expect(picker.see("job")).to_be_visible()
    picker.until(f"async () => (await ({ON_DEVICE})()).includes('{location}')")
    picker.path(r"pick\.at_location")
