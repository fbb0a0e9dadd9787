"""A walk past every screen of goods in, moving, counting, returns and look-up; each stop is named.

The walks begin and end at the menu and stand alone: `for name in receiving(floor, "cs"): ...`. What `floor.page` is at a
stop is what is to be looked at.
"""

from collections.abc import Callable, Iterator

from playwright.sync_api import expect

from backend.app.demo_goods import demo_products
from backend.gs1.keyboards import CALIBRATION_END, CALIBRATION_SEPARATOR, CALIBRATION_TEXT
from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.journey import Sent
from e2e.test_counting import stocked, type_number

Walk = Callable[[Floor, str], Iterator[str]]
STRANGER = "9520000998882"
"""An EAN-13 that nobody in the demo knows."""


def gtin(name: str) -> str:
    """The till's code of the first product of the demo whose name begins so."""
    return next(each.gtin for each in demo_products() if each.name.startswith(name))


TEA, HONEY, MILL, CHOCOLATE = gtin("Zelený čaj"), gtin("Med květový"), gtin("Mlýnek na koření"), gtin("Čokoláda")


def announce(stack: Stack, reference: str, lines: dict[str, int], supplier: str) -> None:
    """A delivery of its own, so that no other walk meets its goods."""
    rows = [{"gtin": code, "quantity": many} for code, many in lines.items()]
    body = {"receipts": [{"reference": reference, "supplier": supplier, "lines": rows, "note": "Sklo!"}]}
    done = stack.office().post("/api/receipts", json=body).raise_for_status().json()
    assert done["refused"] == [], done


def to_menu(floor: Floor) -> None:
    floor.see("back").click()
    expect(floor.see("menu")).to_be_visible()


def receiving(floor: Floor, mark: str) -> Iterator[str]:
    """A delivery with lot, date, serials, unknown goods, damage and more than expected; then its put-away."""
    lines = {TEA: 24, HONEY: 12, MILL: 3, CHOCOLATE: 20}
    announce(floor.stack, f"OBJ-{mark}", lines, "Medař Kutná Hora")
    floor.open("receive")
    expect(floor.see("receipt")).to_be_visible()
    yield "receive_start"
    floor.scan(f"OBJ-{mark}")
    floor.path(r"receive\.scan")
    yield "receive_open"
    floor.scan(TEA)
    expect(floor.see("receive-count")).to_be_visible()
    floor.see("quantity").click()
    yield "receive_quantity"
    type_number(floor, "18")
    yield "receive_counting"
    floor.scan(HONEY)
    floor.path(r"receive\.lot")
    yield "receive_lot"
    floor.see("typed-text").fill(f"LM-{mark}")
    floor.see("typed-confirm").click()
    floor.path(r"receive\.date")
    yield "receive_date"
    type_number(floor, "310129")
    floor.path(r"receive\.scan")
    floor.scan(f"(01)0{HONEY}(15)290228(10)LN-{mark}")
    floor.path(r"receive\.scan")
    floor.scan(MILL)
    floor.path(r"receive\.serial")
    yield "receive_serial"
    for number in range(1, 4):
        floor.scan(f"SN-{mark}-{number}")
    floor.path(r"receive\.scan")
    floor.scan(STRANGER)
    floor.path(r"receive\.unknown")
    expect(floor.see("set-aside")).to_be_visible()
    yield "receive_unknown"
    floor.see("unknown-cancel").click()
    floor.see("damaged").click()
    yield "receive_reasons"
    floor.see("reason-broken").click()
    floor.scan(TEA)
    expect(floor.see("condition-banner")).to_be_visible()
    yield "receive_damaged"
    floor.see("condition-banner").click()
    floor.see("quantity").click()
    type_number(floor, "30")
    floor.path(r"receive\.ask")
    yield "receive_more"
    floor.see("ask-no").click()
    floor.see("finish").click()
    floor.path(r"receive\.finish")
    yield "receive_finish"
    floor.page.get_by_test_id("primary").last.click()
    floor.path(r"receive\.done")
    yield "receive_done"
    floor.everything_saved()
    yield from _put_away(floor)


def _put_away(floor: Floor) -> Iterator[str]:
    floor.page.get_by_test_id("primary").last.click()
    floor.path(r"put_away\.goods")
    yield "put_away_goods"
    floor.scan(HONEY)
    floor.path(r"put_away\.lot")
    yield "put_away_lot"
    floor.see("undo").click()
    floor.path(r"put_away\.goods")
    floor.scan(TEA)
    floor.path(r"put_away\.place")
    yield "put_away_place"
    place = floor.see("put-away-place").inner_text()
    other, _, _ = stocked(floor.stack, "C", 2)
    floor.scan_own("location", other)
    yield "put_away_other"
    floor.scan_own("location", place)
    floor.path(r"put_away\.(goods|done)")
    floor.everything_saved()
    to_menu(floor)
    floor.open("put-away")
    expect(floor.see("put-away-from")).to_be_visible()
    yield "put_away_start"
    to_menu(floor)


def moving(floor: Floor, _mark: str) -> Iterator[str]:
    """Goods from one place to another, and a pick face that is filled."""
    location, _, code = stocked(floor.stack, "C", 0)
    target, _, _ = stocked(floor.stack, "C", 3)
    floor.open("move")
    expect(floor.see("move-start")).to_be_visible()
    yield "move_start"
    floor.scan_own("location", location)
    floor.path(r"move\.at_source")
    yield "move_at_source"
    floor.scan(code)
    floor.path(r"move\.carrying")
    yield "move_carrying"
    floor.scan_own("location", target)
    floor.path(r"move\.at_source")
    floor.everything_saved()
    to_menu(floor)
    floor.open("replenish")
    floor.path(r"move\.to_source")
    yield "replenish_to_source"
    floor.scan_own("location", floor.see("move-from").inner_text())
    floor.path(r"move\.at_source")
    yield "replenish_at_source"
    floor.everything_saved()
    to_menu(floor)


def counting(floor: Floor, _mark: str) -> Iterator[str]:
    """A place counted blind with far too much, and goods that were not counted."""
    location, _, code = stocked(floor.stack, "B", 0)
    floor.open("count")
    expect(floor.see("count-start")).to_be_visible()
    yield "count_start"
    floor.scan_own("location", location)
    floor.path(r"count\.to_location")
    yield "count_go"
    floor.scan_own("location", location)
    floor.path(r"count\.counting")
    yield "count_blind"
    floor.scan(code)
    floor.see("quantity").click()
    yield "count_quantity"
    type_number(floor, "950")
    yield "count_counted"
    floor.see("primary").click()
    floor.page.locator("[data-testid=uncounted-yes], [data-testid=job-done]").first.wait_for()
    if floor.see("uncounted-yes").is_visible():
        yield "count_uncounted"
        floor.see("uncounted-no").click()
        for place in range(1, floor.page.get_by_test_id("count-line").count()):
            floor.page.get_by_test_id("count-line").nth(place).click()
            type_number(floor, "4")
        floor.see("primary").click()
    floor.path(r"count\.done")
    yield "count_done"
    floor.everything_saved()
    to_menu(floor)


def counting_shown(floor: Floor, _mark: str) -> Iterator[str]:
    """A list of the office that tells what the book has."""
    floor.stack.office().post("/api/count-lists", json={"zone": "C", "blind": False}).raise_for_status()
    floor.open("count")
    floor.see("count-waiting").click()
    floor.path(r"count\.to_location")
    floor.scan_own("location", floor.see("count-location").inner_text())
    floor.path(r"count\.counting")
    yield "count_shown"
    floor.everything_saved()
    to_menu(floor)


def second_count(floor: Floor, _mark: str) -> Iterator[str]:
    """Another person is given the place of the large difference. Begin it signed in as that person."""
    floor.open("count")
    floor.see("count-waiting").click()
    floor.path(r"count\.to_location")
    yield "count_second_go"
    floor.scan_own("location", floor.see("count-location").inner_text())
    floor.path(r"count\.counting")
    yield "count_second"
    to_menu(floor)


def coming_back(floor: Floor, sent: Sent) -> Iterator[str]:
    """The parcel of a sent order comes back."""
    sku = next(iter(sent.picked))
    floor.open("returns")
    expect(floor.see("returns-start")).to_be_visible()
    yield "returns_start"
    floor.scan_own("parcel", sent.parcel)
    floor.path(r"returns\.goods")
    yield "returns_goods"
    floor.scan(sent.codes[sku])
    floor.path(r"returns\.condition")
    yield "returns_condition"
    floor.see("condition-resell").click()
    floor.path(r"returns\.goods")
    floor.see("primary").click()
    floor.path(r"returns\.done")
    yield "returns_done"
    floor.everything_saved()
    to_menu(floor)


def looking_up(floor: Floor, _mark: str) -> Iterator[str]:
    """A place and its goods, with their last moves."""
    location, _, code = stocked(floor.stack, "C", 0)
    floor.open("look-up")
    floor.scan_own("location", location)
    expect(floor.see("look-up-location")).to_contain_text(location)
    yield "look_up_place"
    floor.scan(code)
    expect(floor.see("look-up-product")).to_be_visible()
    floor.see("look-up-moves").locator("summary").click()
    yield "look_up_goods"
    floor.page.locator("main").first.evaluate("(each) => each.scrollTo(0, each.scrollHeight)")
    yield "look_up_acts"
    to_menu(floor)


def teaching(floor: Floor, _mark: str) -> Iterator[str]:
    """The scanner card, as a scanner with AIM prefixes speaks that swallows the separator."""
    floor.open("settings")
    floor.scan("]C0" + CALIBRATION_END)
    floor.scan("]C0" + CALIBRATION_TEXT)
    floor.scan("]C1" + CALIBRATION_SEPARATOR.replace("(", "").replace(")", ""))
    expect(floor.see("message")).to_be_visible()
    yield "scanner_card"
    to_menu(floor)


WALKS: tuple[Walk, ...] = (teaching, receiving, moving, counting, looking_up)
