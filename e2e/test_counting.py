"""Counting and moving with a scanner that types: a place is counted, goods are carried, a pick face is filled."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor

pytestmark = pytest.mark.browser


def stocked(stack: Stack, zone: str, place: int) -> tuple[str, dict, str]:
    """A place of the zone with goods of which enough is free: its code, the row of the goods, their till code."""
    office = stack.office()
    seen: list[str] = []
    for row in office.get("/api/products", params={"q": "", "limit": 200}).json():
        detail = office.get(f"/api/products/{row['id']}").json()
        for each in detail["places"]:
            free = each["on_hand"] - each["reserved"]
            if each["zone"] == zone and free >= 6 and not each["lot"] and each["location"] not in seen:
                seen.append(each["location"])
                code = next(code["key"] for code in detail["codes"] if code["level"] == "each")
                if len(seen) > place:
                    return each["location"], row | each, code.removeprefix("gtin:0")
    raise AssertionError(f"the demo has no place {place} in zone {zone}")


def type_number(floor: Floor, digits: str) -> None:
    for digit in digits:
        floor.see(f"key-{digit}").click()
    floor.see("number-pad").get_by_test_id("primary").click()


def on_hand(stack: Stack, product_id: int, location: str) -> int:
    places = stack.office().get(f"/api/products/{product_id}").json()["places"]
    return sum(each["on_hand"] for each in places if each["location"] == location)


def comes_to(floor: Floor, wanted: int, product_id: int, place: str) -> None:
    floor.comes(wanted, lambda: on_hand(floor.stack, product_id, place))


def test_a_place_is_counted_and_the_difference_booked(phone: Page, stack: Stack) -> None:
    """Two pieces less than the book: the office sees place, goods, figures; the ledger stays right."""
    location, goods, code = stocked(stack, "B", 0)
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    floor.open("count")
    floor.scan_own("location", location)
    floor.path(r"count\.to_location")
    expect(floor.see("count-location")).to_have_text(location)
    floor.scan_own("location", location)
    floor.path(r"count\.counting")
    floor.scan(code)
    expect(phone.get_by_test_id("count-number").first).to_have_text("1")
    floor.see("quantity").click()
    type_number(floor, str(goods["on_hand"] - 2))
    expect(phone.get_by_test_id("count-number").first).to_have_text(str(goods["on_hand"] - 2))
    others = phone.get_by_test_id("count-line").count() - 1
    for place in range(others):  # what else the demo has here is as the book says
        line = phone.get_by_test_id("count-line").nth(place + 1)
        sku = line.locator(".code").first.inner_text()
        there = next(row for row in stack.office().get("/api/products", params={"q": sku}).json() if row["sku"] == sku)
        line.click()
        type_number(floor, str(on_hand(stack, there["id"], location)))
    floor.see("primary").click()
    floor.path(r"count\.done")
    floor.everything_saved()

    row = stack.office().get("/api/count-differences").json()[0]
    assert (location, goods["sku"], -2, "booked") == (row["location"], row["sku"], row["moved"], row["outcome"])
    comes_to(floor, goods["on_hand"] - 2, goods["id"], location)
    assert [] == stack.office().get("/api/ledger/verification").json()["differences"]


def test_goods_are_carried_and_brought_back(phone: Page, stack: Stack) -> None:
    """Thing, count, target; the undo brings them back."""
    location, goods, code = stocked(stack, "C", 0)
    target, _, _ = stocked(stack, "C", 3)
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(1)
    floor.open("move")
    floor.scan_own("location", location)
    floor.path(r"move\.at_source")
    floor.scan(code)
    floor.path(r"move\.carrying")
    floor.see("quantity").click()
    type_number(floor, "3")
    floor.scan_own("location", location)
    expect(floor.see("scan-card")).to_be_visible()
    floor.see("scan-card-dismiss").click()
    before = on_hand(stack, goods["id"], target)
    floor.scan_own("location", target)
    floor.path(r"move\.at_source")
    comes_to(floor, before + 3, goods["id"], target)
    floor.see("undo").click()
    comes_to(floor, before, goods["id"], target)
    floor.everything_saved()
    floor.see("primary").click()
    floor.path(r"move\.done")


def number_in(floor: Floor, test_id: str) -> int:
    return int(re.search(r"\d+", floor.see(test_id).inner_text())[0])


def test_a_pick_face_is_filled_from_its_store(phone: Page, stack: Stack) -> None:
    """Both ends are told; the first walk of the demo ends at the face. What is to be carried is what the phone says: the
    timer may have asked for more since the office looked."""
    office = stack.office()
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(2)
    floor.open("replenish")
    floor.path(r"move\.to_source")
    source, target = floor.see("move-from").inner_text(), floor.see("move-to").inner_text()
    asked = number_in(floor, "move-quantity")
    tasks = office.get("/api/replenish-tasks").json()
    task = next(each for each in tasks if (each["source"], each["target"]) == (source, target))
    detail = office.get(f"/api/products/{task['product_id']}").json()
    code = next(each["key"] for each in detail["codes"] if each["level"] == "each").removeprefix("gtin:0")
    before = on_hand(stack, task["product_id"], target)
    floor.scan_own("location", source)
    floor.path(r"move\.at_source")
    floor.scan(code)
    floor.path(r"move\.carrying")
    floor.see("quantity").click()
    type_number(floor, str(asked))
    expect(floor.see("move-quantity")).to_contain_text(re.compile(rf"^\s*{asked}\s*/"))
    floor.scan_own("location", target)
    floor.path(r"move\.(to_source|done)")
    floor.everything_saved()
    comes_to(floor, before + asked, task["product_id"], target)
    floor.comes(False, lambda: task["id"] in [each["id"] for each in office.get("/api/replenish-tasks").json()])


def soon_empty(floor: Floor) -> tuple[dict, dict, list[dict]]:
    """A wave of one line, that line, and what lies free at its place: nothing there is promised to another order."""
    office = floor.stack.office()
    for _ in range(12):
        wave = floor.release(1)
        line = next(each for each in floor.stack.tour()["picks"] if each["wave"] == wave["number"])
        (place,) = office.get("/api/look-up", params={"key": f"loc:{line['place']}"}).json()["locations"]
        if sum(each["reserved"] for each in place["stock"]) == line["quantity"]:
            free = [each for each in place["stock"] if each["on_hand"] > each["reserved"]]
            return wave, line, free
    raise AssertionError("each place of the demo holds goods of several orders")


def carry_away(floor: Floor, place: str, goods: list[dict], target: str) -> None:
    """What is free at the place to another one; the job is over by itself when nothing is left there to carry."""
    office = floor.stack.office()
    floor.open("move")
    floor.scan_own("location", place)
    for each in goods:
        floor.path(r"move\.at_source")
        row = next(
            row for row in office.get("/api/products", params={"q": each["sku"]}).json() if row["sku"] == each["sku"]
        )
        codes = office.get(f"/api/products/{row['id']}").json()["codes"]
        floor.scan(next(code["key"] for code in codes if code["level"] == "each").removeprefix("gtin:0"))
        floor.path(r"move\.carrying")
        floor.see("quantity").click()
        type_number(floor, str(each["on_hand"] - each["reserved"]))
        floor.scan_own("location", target)
        floor.path(r"move\.(at_source|done)")
    floor.everything_saved()
    if floor.see("job").get_attribute("data-path") == "move.at_source":
        floor.see("primary").click()
        floor.path(r"move\.done")
    floor.see("back").click()
    expect(floor.see("menu")).to_be_visible()


def test_who_empties_a_place_is_asked_whether_it_is_empty(phone: Page, stack: Stack) -> None:
    """Asked right after the pick; "no" asks for a count of that place, and the walk goes on."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(1)
    wave, line, free = soon_empty(floor)
    place, pieces = line["place"], line["quantity"]
    if free:
        carry_away(floor, place, free, stocked(stack, "C", 4)[0])
    floor.take(wave)
    floor.scan_own("location", place)
    floor.path(r"pick\.at_location")
    code = next(each["gtin"] for each in line["codes"] if each["level"] == "each").removeprefix("0")
    for piece in range(1, pieces + 1):
        floor.scan(code)
        expect(floor.see("pick-quantity")).to_contain_text(re.compile(rf"^\s*{piece}\s*/"))
    floor.path(r"pick\.into_tote")
    floor.scan_own("tote", "T-017")
    expect(floor.see("zero-check")).to_contain_text(place)
    floor.see("zero-no").click()
    expect(floor.see("zero-check")).to_have_count(0)
    floor.everything_saved()
    floor.comes(
        [("zero_check", place)],
        lambda: [
            (each["reason"], each["location"])
            for each in stack.office().get("/api/count-tasks").json()
            if each["location"] == place
        ],
    )


def test_look_up_tells_the_last_moves_and_begins_a_count(phone: Page, stack: Stack) -> None:
    """Any code: what, where, why; from there a label anew, a photo that is kept, and a count."""
    location, _, _ = stocked(stack, "A", 0)
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(3)
    floor.open("look-up")
    floor.scan_own("location", location)
    expect(floor.see("look-up-location")).to_contain_text(location)
    expect(floor.see("look-up-moves")).to_contain_text(re.compile("→"))
    floor.see("look-up-label").click()
    expect(floor.see("message")).to_be_visible()
    floor.comes(
        [("location", location)],
        lambda: [
            (job["template"], job["title"])
            for job in stack.office().get("/api/print-jobs").json()["rows"]
            if job["title"] == location
        ],
    )
    drawn = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(drawn, "JPEG")
    photo = {"name": "shelf.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}
    phone.locator("[data-testid=look-up-photo] input").set_input_files(photo)
    kept = phone.locator("[data-testid=kept-photos] img")
    expect(kept).to_be_visible()
    assert 320 == kept.evaluate("(each) => each.decode().then(() => each.naturalWidth)")
    floor.see("look-up-count").click()
    floor.path(r"count\.to_location")
