"""The browser's storage fails under the app: no good tone without a stored scan, and what is lost is counted and told."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import Stack, new_phone
from e2e.floor import Floor

pytestmark = pytest.mark.browser

GOOD_MS = (80, 230, 440)
"""Lengths of the tones that answer a stored scan: piece, line, order. "Kept for later" speaks of the ones before it."""
INJECT = """() => {
  window.fault = '';
  window.tones = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) {
    window.tones.push(Math.round(this.buffer.duration * 1000));
    return start.apply(this, when);
  };
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...words) {
    if (this.name !== 'scans') return add.apply(this, words);
    if (window.fault === 'quota') throw new DOMException('no room', 'QuotaExceededError');
    const request = add.apply(this, words);
    if (window.fault === 'aborted') request.addEventListener('success', () => this.transaction.abort());
    return request;
  };
  const transaction = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (names, mode, ...more) {
    if (mode === 'readwrite' && window.fault === 'dead') throw new DOMException('closed', 'InvalidStateError');
    return transaction.call(this, names, mode, ...more);
  };
  // A transaction of another page that does not end: whoever writes waits behind it.
  window.hold = () => new Promise((held) => {
    indexedDB.open('rampa').onsuccess = (event) => {
      const store = event.target.result.transaction(['scans', 'meta', 'tasks'], 'readwrite').objectStore('scans');
      const again = () => { if (window.fault === 'silent') store.count().onsuccess = again; else event.target.result.close(); };
      store.count().onsuccess = () => { held(true); again(); };
    };
  });
}"""
STORED = """() => new Promise((done, failed) => {
  const opening = indexedDB.open('rampa');
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const stores = opening.result.transaction(['scans', 'verdicts']);
    const scans = stores.objectStore('scans').count();
    const verdicts = stores.objectStore('verdicts').count();
    stores.oncomplete = () => { opening.result.close(); done(scans.result + verdicts.result); };
  };
})"""


@pytest.fixture
def picker(browser: Browser, stack: Stack) -> Iterator[Floor]:
    context = new_phone(browser)
    context.add_init_script(f"({INJECT})()")
    floor = Floor(context.new_page(), stack)
    floor.join()
    floor.sign_in()
    floor.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    yield floor
    context.close()


def good_tones(page: Page) -> int:
    return sum(length in GOOD_MS for length in page.evaluate("() => window.tones"))


def pieces(floor: Floor, wanted: int) -> None:
    expect(floor.see("pick-quantity")).to_contain_text(re.compile(rf"^\s*{wanted}\s*/"))


def test_no_good_tone_without_a_stored_scan(picker: Floor) -> None:
    """No room, an aborted transaction, a dead connection, a disk that keeps silent: red, and the scan counts once it is saved."""
    page = picker.page
    picker.take(picker.release(lines=1, at_least_pieces=4))
    picker.scan_own("location", picker.see("pick-location").inner_text())
    picker.path(r"pick\.at_location")
    sku = picker.codes()[picker.see("pick-sku").inner_text()]
    picker.everything_saved()
    stored, heard = page.evaluate(STORED), good_tones(page)
    for taken, fault in enumerate(("quota", "aborted", "dead", "silent")):
        page.evaluate("(fault) => { window.fault = fault; return fault === 'silent' ? window.hold() : true; }", fault)
        picker.scan(sku)
        expect(picker.see("not-saved")).to_be_visible()
        page.evaluate("() => { window.fault = ''; }")
        told = page.evaluate("() => window.tones")
        assert (heard + taken, stored + taken) == (good_tones(page), page.evaluate(STORED)), (
            f"{fault} {told} {page.evaluate(STORED)}"
        )
        picker.see("not-saved").get_by_test_id("primary").click()
        if taken > 0:
            pieces(picker, taken)
        if taken == 3:
            break
        picker.scan(sku)
        pieces(picker, taken + 1)
        picker.until(f"async () => (await ({STORED})()) === {stored + taken + 1}")
        picker.until(
            f"() => window.tones.filter((each) => {list(GOOD_MS)}.includes(each)).length === {heard + taken + 1}"
        )
    picker.everything_saved()


def test_a_deleted_database_is_known_and_counted(picker: Floor) -> None:
    """Scans that nobody had yet go with it: the app begins anew and says how many."""
    page = picker.page
    picker.take(picker.release(lines=1, at_least_pieces=2))
    code = picker.codes()[picker.see("pick-sku").inner_text()]
    picker.everything_saved()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    picker.scan_own("location", picker.see("pick-location").inner_text())
    picker.path(r"pick\.at_location")
    picker.scan(code)
    pieces(picker, 1)
    picker.until(
        "() => (JSON.parse(Object.values(localStorage).find((each) => each.includes('unsent')) ?? '{}').unsent ?? 0) === 2"
    )
    page.evaluate("() => { indexedDB.deleteDatabase('rampa'); }")
    expect(picker.see("lost")).to_contain_text("2")
    page.context.set_offline(False)
