"""A wrong scan on the floor: what is held, what was wanted, where it belongs, at once; and what puts it right."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from backend.gs1.own_codes import build_own_code
from e2e.conftest import Stack, new_phone
from e2e.floor import Floor, layout_damage

pytestmark = pytest.mark.browser

GENEROUS_MS = 1_000
"""The promise is 100 ms; a busy machine that runs five other things gets ten times as much before this is red."""

STOPWATCH = """() => {
  window.refused = [];
  let entered = 0;
  addEventListener('keydown', (event) => { if (event.key === 'Enter') entered = performance.now(); }, true);
  let shown = null;
  new MutationObserver(() => {
    const card = document.querySelector('[data-testid=scan-card]');
    if (card !== null && card !== shown) window.refused.push(performance.now() - entered);
    shown = card;
  }).observe(document.body, { childList: true, subtree: true });
}"""
"""Milliseconds from each Enter of the scanner to the refusal's card in the document, as the page itself measures."""


@pytest.fixture(scope="module")
def picker(browser: Browser, stack: Stack) -> Iterator[Floor]:
    """One picker for the module; each test takes a wave of its own, so the order does not matter."""
    context = new_phone(browser)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    floor = Floor(page, stack)
    floor.join()
    floor.sign_in(person=1)
    page.evaluate(STOPWATCH)
    yield floor
    context.close()
    assert faults == []


@pytest.fixture
def at_work(picker: Floor) -> Iterator[Floor]:
    """A fresh order of two lines; afterwards the menu is open again, and an order without goods in a tote is free."""
    wave = picker.release(lines=2)
    picker.take(wave)
    yield picker
    if picker.see("scan-card").is_visible():
        picker.see("scan-card-dismiss").click()
    picker.everything_saved()
    picker.see("back").click()
    expect(picker.see("menu")).to_be_visible()
    answer = picker.stack.office().post(f"/api/waves/{wave['number']}/cancel")
    assert answer.status_code in (200, 409), answer.text


def refused(floor: Floor, code: str) -> str:
    """The card of this refusal is there, within the limit; returns all that it says."""
    card = floor.page.locator(f"[data-testid=scan-card][data-code={code}]")
    expect(card).to_be_visible()
    took_ms = floor.page.evaluate("() => window.refused.at(-1)")
    print(f"{code}: card {took_ms:.1f} ms after Enter")
    assert took_ms < GENEROUS_MS
    return card.inner_text()


def go_to_place(floor: Floor) -> str:
    place = floor.see("pick-location").inner_text()
    floor.scan_own("location", place)
    floor.path(r"pick\.at_location")
    return place


def take_pieces(floor: Floor) -> int:
    """All wanted pieces into the hand."""
    codes, sku = floor.codes(), floor.see("pick-sku").inner_text()
    wanted = int(re.search(r"\d+", floor.see("pick-quantity").inner_text())[0])
    for piece in range(1, wanted + 1):
        floor.scan(codes[sku])
        expect(floor.see("pick-quantity")).to_contain_text(re.compile(rf"^\s*{piece}\s*/\s*{wanted}"))
    floor.path(r"pick\.into_tote")
    return wanted


def other_line(floor: Floor) -> dict:
    """The other line of the same order, which is not in turn."""
    title = floor.page.locator("h1.title").inner_text()
    sku = floor.see("pick-sku").inner_text()
    picks = [each for each in floor.stack.tour()["picks"] if each["wave"] in title]
    return next(each for each in picks if each["sku"] != sku)


def test_wrong_product(at_work: Floor) -> None:
    """Both products by name, and the shelf where the held one lives."""
    go_to_place(at_work)
    other = other_line(at_work)
    wanted_name = at_work.see("pick-name").inner_text()
    at_work.scan(at_work.codes()[other["sku"]])
    told = refused(at_work, "WRONG_PRODUCT")
    assert other["name"] in told
    assert wanted_name in told
    assert other["place"] in at_work.see("scan-card-belongs").inner_text()
    at_work.scan(at_work.codes()[at_work.see("pick-sku").inner_text()])
    expect(at_work.see("scan-card")).to_have_count(0)


def test_wrong_location(at_work: Floor) -> None:
    """Where one stands and where one should be."""
    place = at_work.see("pick-location").inner_text()
    wrong = "A-01-1-1" if place != "A-01-1-1" else "A-01-1-2"
    at_work.scan_own("location", wrong)
    told = refused(at_work, "WRONG_LOCATION")
    assert wrong in told
    assert place in told
    at_work.path(r"pick\.to_location")


def test_wrong_tote(at_work: Floor) -> None:
    """The second line of an order goes where the first one went."""
    go_to_place(at_work)
    take_pieces(at_work)
    at_work.scan_own("tote", "T-012")
    expect(at_work.see("progress")).to_have_text("1/2")
    if at_work.see("job").get_attribute("data-path") == "pick.to_location":
        go_to_place(at_work)
    take_pieces(at_work)
    at_work.scan_own("tote", "T-013")
    told = refused(at_work, "WRONG_TOTE")
    assert "T-012" in told
    assert "T-013" in told
    expect(at_work.see("progress")).to_have_text("1/2")


def test_unknown_code(at_work: Floor) -> None:
    """A code that nobody knows: what was read, and what should come."""
    go_to_place(at_work)
    sku = at_work.see("pick-sku").inner_text()
    at_work.scan("4006381333931")
    told = refused(at_work, "CODE_UNKNOWN")
    assert "4006381333931" in told
    assert sku in told


def test_too_many(at_work: Floor) -> None:
    """One piece over: how many are held, and how many are wanted."""
    go_to_place(at_work)
    code = at_work.codes()[at_work.see("pick-sku").inner_text()]
    wanted = take_pieces(at_work)
    at_work.scan(code)
    told = refused(at_work, "TOO_MANY")
    numbers = {int(each) for each in re.findall(r"\b\d+\b", told)}
    assert {wanted, wanted + 1} <= numbers


def test_enter_presses_no_button(at_work: Floor) -> None:
    """A button that was tapped keeps no ear for the scanner's Enter: skip was tapped once and skips once."""
    first = at_work.see("pick-sku").inner_text()
    at_work.see("skip").click()
    expect(at_work.see("pick-sku")).not_to_have_text(first)
    second = at_work.see("pick-sku").inner_text()
    at_work.page.get_by_test_id("skip").focus()
    at_work.scan("4006381333931")
    refused(at_work, "CODE_UNKNOWN")
    expect(at_work.see("pick-sku")).to_have_text(second)
    at_work.see("scan-card-dismiss").click()
    at_work.page.get_by_test_id("skip").focus()
    at_work.page.keyboard.press("Enter")
    expect(at_work.see("pick-sku")).to_have_text(second)


def test_undo_takes_the_pieces_back(at_work: Floor) -> None:
    """One tap: goods that went into the tote are on the list again; so does the printed command."""
    go_to_place(at_work)
    sku = at_work.see("pick-sku").inner_text()
    take_pieces(at_work)
    at_work.scan_own("tote", "T-014")
    expect(at_work.see("progress")).to_have_text("1/2")
    at_work.see("undo").click()
    expect(at_work.see("progress")).to_have_text("0/2")
    expect(at_work.see("pick-sku")).to_have_text(sku)

    if at_work.see("job").get_attribute("data-path") == "pick.to_location":
        go_to_place(at_work)
    at_work.scan(at_work.codes()[sku])
    at_work.path(r"pick\.into_tote|pick\.at_location")
    held = at_work.see("pick-quantity").inner_text()
    at_work.scan_own("command", "UNDO")
    expect(at_work.see("pick-quantity")).not_to_have_text(held)


def test_short_pick(at_work: Floor) -> None:
    """The shelf is empty: asked once, then the walk goes on to the next line."""
    go_to_place(at_work)
    sku = at_work.see("pick-sku").inner_text()
    at_work.see("short").click()
    at_work.see("short-no").click()
    expect(at_work.see("pick-sku")).to_have_text(sku)
    at_work.see("short").click()
    at_work.see("short-yes").click()
    expect(at_work.see("pick-sku")).not_to_have_text(sku)
    at_work.everything_saved()


@pytest.mark.parametrize("layout", ["cs", "sk"])
def test_text_damaged_by_the_keyboard_is_healed(at_work: Floor, layout: str) -> None:
    """The scanner is set to a US keyboard, the phone is not: its +ěščř… are read as the digits they were."""
    damage = layout_damage(layout)
    place = at_work.see("pick-location").inner_text()
    sku = at_work.see("pick-sku").inner_text()
    label = damaged(build_own_code("location", place), damage)
    assert label != build_own_code("location", place)
    at_work.scan(label)
    at_work.path(r"pick\.at_location")
    at_work.scan(damaged(at_work.codes()[sku], damage))
    at_work.path(r"pick\.into_tote|pick\.at_location")
    expect(at_work.see("undo")).to_be_enabled()
    expect(at_work.see("scan-card")).to_have_count(0)


def damaged(text: str, damage: dict[str, str]) -> str:
    return "".join(damage.get(character, character) for character in text)
