"""Goods in with a scanner that types: a delivery is received with lot, date and serials, and put away."""

import re

import pytest
from playwright.sync_api import Page, expect

from backend.app.demo_goods import demo_products
from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.goods_screens import announce

pytestmark = pytest.mark.browser


def code_of(name: str) -> str:
    """The till's code of the first product of the demo whose name begins so."""
    return next(each.gtin for each in demo_products() if each.name.startswith(name))


def count(floor: Floor, wanted: str) -> None:
    expect(floor.see("receive-count")).to_have_text(re.compile(rf"^{wanted}\D"))


def receive(floor: Floor) -> None:
    """Plain goods by number, honey by a GS1 code, chocolate with a typed date, a mill with its serial."""
    floor.open("receive")
    expect(floor.see("receipt")).to_be_visible()
    tea = code_of("Zelený čaj")
    floor.scan(tea)
    floor.path(r"receive\.scan")
    floor.scan(tea)
    count(floor, "1")
    floor.see("quantity").click()
    for digit in "24":
        floor.see(f"key-{digit}").click()
    floor.see("number-pad").get_by_test_id("primary").click()
    count(floor, "24")

    floor.scan(f"(01)0{code_of('Med květový')}(15)280131(10)LM7")
    count(floor, "1")
    expect(floor.see("receive-goods")).to_contain_text("LM7")

    floor.scan(code_of("Čokoláda"))
    floor.path(r"receive\.date")
    for digit in "310128":
        floor.see(f"key-{digit}").click()
    floor.see("number-pad").get_by_test_id("primary").click()
    floor.path(r"receive\.scan")

    floor.scan(code_of("Mlýnek na koření"))
    floor.path(r"receive\.serial")
    for serial in ("SN-0001", "SN-0002", "SN-0003"):
        floor.scan(serial)
    floor.path(r"receive\.scan")
    count(floor, "3")


def finish(floor: Floor) -> None:
    floor.see("finish").click()
    floor.path(r"receive\.finish")
    floor.page.get_by_test_id("primary").last.click()
    floor.path(r"receive\.done")
    floor.everything_saved()


def put_away(floor: Floor) -> list[str]:
    """Every stop to the proposed place; answers the places."""
    places = []
    floor.page.get_by_test_id("primary").last.click()
    floor.path(r"put_away\.goods")
    codes = {each.name: each.gtin for each in demo_products()}
    while True:
        floor.page.wait_for_function(
            "document.querySelector('[data-testid=job-done],[data-testid=put-away-step]') !== null"
        )
        if floor.see("job-done").is_visible():
            return places
        floor.path(r"put_away\.goods")
        floor.scan(codes[floor.see("put-away-name").inner_text()])
        floor.path(r"put_away\.place")
        place = floor.see("put-away-place").inner_text()
        before = floor.see("progress").inner_text()
        floor.scan_own("location", place)
        places.append(place)
        floor.page.wait_for_function(
            "before => document.querySelector('[data-testid=job-done]') !== null || "
            "document.querySelector('[data-testid=progress]')?.innerText !== before",
            arg=before,
        )


def test_from_the_dock_to_the_shelf(phone: Page, stack: Stack) -> None:
    """What was scanned at the dock lies at its places, with its lot; the rest waits as a delivery of its own."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    receive(floor)
    finish(floor)
    places = put_away(floor)
    floor.everything_saved()

    office = stack.office()
    floor.comes(
        {("received", 1, 24 + 1 + 1 + 3), ("expected", 2, 0)},
        lambda: {
            (row["state"], row["part"], row["received"])
            for row in office.get("/api/receipts", params={"q": "OBJ-2026-031"}).json()["rows"]
        },
    )
    assert len(places) >= 4
    (trace,) = office.get("/api/serials/SN-0002").json()
    assert ["receipt", "put_away"] == [each["reason"] for each in trace["moves"]]
    assert trace["location"] in places
    assert [] == office.get("/api/ledger/verification").json()["differences"]


def test_unknown_goods_are_set_aside(phone: Page, stack: Stack) -> None:
    """A pallet by one scan; a code that nobody knows goes into quarantine and does not stop the work."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(1)
    floor.open("receive")
    expect(floor.see("receipt")).to_be_visible()
    floor.scan("DL-77120")
    floor.path(r"receive\.scan")
    floor.scan("395200000000000012")
    expect(floor.see("progress")).to_contain_text("72")
    floor.scan("9520000999995")
    floor.path(r"receive\.unknown")
    floor.see("set-aside").click()
    floor.see("number-pad").get_by_test_id("primary").click()
    floor.path(r"receive\.scan")
    floor.everything_saved()
    asked = {"q": "DL-77120"}
    floor.comes(
        [(72, 1)],
        lambda: [
            (row["received"], row["set_aside"])
            for row in stack.office().get("/api/receipts", params=asked).json()["rows"][:1]
        ],
    )


def test_lot_before_goods_and_a_label_for_each_serial(phone: Page, stack: Stack) -> None:
    """Lot and date scanned before the goods count for them; pieces with serials get their labels by one press."""
    honey, mill = code_of("Med květový"), code_of("Mlýnek na koření")
    announce(stack, "OBJ-LABELS", {honey: 4, mill: 2}, "Medař Kutná Hora")
    office = stack.office()
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(2)
    floor.open("receive")
    expect(floor.see("receipt")).to_be_visible()
    floor.scan("OBJ-LABELS")
    floor.path(r"receive\.scan")
    floor.scan("(15)280131(10)LX7")
    floor.scan(honey)
    count(floor, "1")
    expect(floor.see("receive-goods")).to_contain_text("LX7")

    floor.scan(mill)
    floor.path(r"receive\.serial")
    floor.scan("SN-L1")
    floor.scan("SN-L2")
    floor.path(r"receive\.scan")
    count(floor, "2")
    before = {job["id"] for job in office.get("/api/print-jobs").json()["rows"]}
    floor.see("labels").click()
    expect(floor.see("message")).to_be_visible()
    floor.comes(
        [1, 1],
        lambda: [
            job["copies"]
            for job in office.get("/api/print-jobs").json()["rows"]
            if job["id"] not in before and job["template"] == "product-large"
        ],
    )
    floor.everything_saved()
