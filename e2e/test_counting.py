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
    floor.see("menu-count").click()
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
    floor.see("menu-move").click()
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


def test_a_pick_face_is_filled_from_its_store(phone: Page, stack: Stack) -> None:
    """Both ends are told; the first walk of the demo ends at the face."""
    tasks = stack.office().get("/api/replenish-tasks").json()
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(2)
    floor.see("menu-replenish").click()
    floor.path(r"move\.to_source")
    source = floor.see("move-from").inner_text()
    task = next(each for each in tasks if each["source"] == source)
    detail = stack.office().get(f"/api/products/{task['product_id']}").json()
    code = next(each["key"] for each in detail["codes"] if each["level"] == "each").removeprefix("gtin:0")
    floor.scan_own("location", source)
    floor.path(r"move\.at_source")
    floor.scan(code)
    floor.see("quantity").click()
    type_number(floor, str(task["quantity"]))
    expect(floor.see("move-to")).to_have_text(task["target"])
    floor.scan_own("location", task["target"])
    floor.path(r"move\.to_source")
    floor.everything_saved()
    assert task["id"] not in [each["id"] for each in stack.office().get("/api/replenish-tasks").json()]


def test_look_up_tells_the_last_moves_and_begins_a_count(phone: Page, stack: Stack) -> None:
    """Any code: what, where, why; from there a label anew, a photo that is kept, and a count."""
    location, _, _ = stocked(stack, "A", 0)
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(3)
    floor.see("menu-look-up").click()
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
