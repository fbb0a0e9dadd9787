"""The network is cut in the middle of work: the app still opens, the job goes on, nothing that was scanned is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.journey import pick_wave

pytestmark = pytest.mark.browser

ON_DEVICE = """() => new Promise((done, failed) => {
  const opening = indexedDB.open('rampa');
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction('scans').objectStore('scans').getAll();
    all.onsuccess = () => { opening.result.close(); done(all.result); };
  };
})"""
"""Scans that the device's own database still holds because the server has not answered for them."""


def installed(page: Page) -> None:
    """Wait until the service worker has the whole app on the device and answers for this page."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def cut(page: Page, stack: Stack) -> None:
    """No network, and proof of it."""
    page.context.set_offline(True)
    reached = "(address) => fetch(address, {cache: 'no-store'}).then(() => true, () => false)"
    assert page.evaluate(reached, f"{stack.address}/api/demo/tour") is False


@pytest.fixture
def picker(phone: Page, stack: Stack) -> Floor:
    """A signed-in picker whose phone holds the app."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    installed(phone)
    return floor


def test_enrolled_phone_opens_without_network(phone: Page, stack: Stack) -> None:
    """The shelf behind the lift has no signal, and the app opens there all the same."""
    floor = Floor(phone, stack)
    floor.join()
    installed(phone)
    cut(phone, stack)
    phone.goto(f"{stack.address}/")
    expect(floor.see("sign-in")).to_be_visible()
    expect(phone.locator("h1")).to_have_text("Naskenujte svůj odznak")


def test_pick_goes_on_offline(picker: Floor) -> None:
    """Scans are judged and kept without network, the strip says so, and afterwards the server has each of them once."""
    page, stack = picker.page, picker.stack
    wave = picker.release(lines=2)
    picker.take(wave)
    codes = picker.codes()
    picker.counts(0, 0)
    cut(page, stack)

    sku, place = picker.see("pick-sku").inner_text(), picker.see("pick-location").inner_text()
    wanted = int(re.search(r"\d+", picker.see("pick-quantity").inner_text())[0])
    picker.scan_own("location", place)
    picker.path(r"pick\.at_location")
    for piece in range(1, wanted + 1):
        picker.scan(codes[sku])
        expect(picker.see("pick-quantity")).to_contain_text(re.compile(rf"^\s*{piece}\s*/\s*{wanted}"))
    picker.scan_own("tote", "T-011")
    expect(picker.see("progress")).to_have_text("1/2")

    expect(picker.see("offline")).to_contain_text("Bez spojení")
    scans = wanted + 2
    picker.counts(scans, 0)
    held = page.evaluate(ON_DEVICE)
    assert [each["kind"] for each in held] == ["location"] + ["product"] * wanted + ["tote"]
    assert _done(picker, wave) == 0

    page.context.set_offline(False)
    expect(picker.see("offline")).to_have_count(0)
    picker.everything_saved()
    picker.counts(scans, scans)
    picker.until(f"() => ({ON_DEVICE})().then((held) => held.length === 0)")
    assert _done(picker, wave) == wanted
    pick_wave(
        picker, codes, "T-011"
    )  # a wave with goods in its tote cannot be taken back: the next journey would get it
    picker.everything_saved()


def test_reload_keeps_the_job(picker: Floor) -> None:
    """The page is loaded anew with goods in the hand and no network: place and pieces are still known."""
    page, stack = picker.page, picker.stack
    picker.take(picker.release(lines=1, at_least_pieces=2))
    codes = picker.codes()
    picker.scan_own("location", picker.see("pick-location").inner_text())
    picker.path(r"pick\.at_location")
    picker.counts(1, 1)
    cut(page, stack)
    sku = picker.see("pick-sku").inner_text()
    picker.scan(codes[sku])
    expect(picker.see("pick-quantity")).to_contain_text(re.compile(r"^\s*1\s*/"))
    picker.counts(2, 1)

    page.reload()
    picker.start_again()
    picker.path(r"pick\.at_location")
    expect(picker.see("pick-sku")).to_have_text(sku)
    expect(picker.see("pick-quantity")).to_contain_text(re.compile(r"^\s*1\s*/"))
    picker.counts(2, 1)
    page.context.set_offline(False)
    picker.counts(2, 2)


def _done(floor: Floor, wave: dict) -> int:
    """Pieces of the wave that the books have as picked."""
    rows = floor.stack.office().get("/api/waves").json()["rows"]
    return next(row["pieces_done"] for row in rows if row["number"] == wave["number"])
