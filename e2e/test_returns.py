"""Goods come back, a lot is recalled, the past is asked: on the floor with a scanner that types, and in the office."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.goods_screens import HONEY, announce
from e2e.journey import Sent, order_of, walk
from e2e.office import open_office
from e2e.test_counting import comes_to

pytestmark = pytest.mark.browser

TABLET = {"width": 1180, "height": 820}


@pytest.fixture(scope="module")
def sent(browser: Browser, stack: Stack) -> Sent:
    """An order of the demo, from its shelf into the courier's van."""
    context = browser.new_context(viewport={"width": 412, "height": 915}, locale="cs", has_touch=True)
    context.set_default_timeout(90_000)
    found = walk(Floor(context.new_page(), stack), browser, tote="T-016")
    context.close()
    return found


def picture() -> dict:
    drawn = io.BytesIO()
    Image.new("RGB", (2400, 1800), "peru").save(drawn, "JPEG")
    return {"name": "dent.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def test_a_parcel_comes_back_and_its_goods_are_sold_again(phone: Page, stack: Stack, sent: Sent) -> None:
    """By the order's parcel: condition with a photo, never more than was sent, then back to a shelf; the order knows."""
    sku, pieces = next(iter(sent.picked.items()))
    office = stack.office()
    product = next(each for each in office.get("/api/products", params={"q": sku}).json() if each["sku"] == sku)
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(2)
    floor.open("returns")
    expect(floor.see("returns-start")).to_be_visible()
    floor.scan_own("parcel", sent.parcel)
    floor.path(r"returns\.goods")
    floor.scan(sent.codes[sku])
    floor.path(r"returns\.condition")
    phone.locator("[data-testid=photo] input").set_input_files(picture())
    expect(floor.see("message")).to_contain_text("uložená")
    if pieces > 1:
        floor.see("quantity").click()
        for digit in str(pieces):
            floor.see(f"key-{digit}").click()
        floor.see("number-pad").get_by_test_id("primary").click()
    floor.scan(sent.codes[sku])
    expect(phone.locator("[data-code=MORE_THAN_SENT]")).to_be_visible()
    floor.see("scan-card-dismiss").click()
    floor.see("return-reason").select_option("changed_mind")
    floor.see("condition-resell").click()
    floor.path(r"returns\.goods")
    floor.see("primary").click()
    floor.path(r"returns\.done")
    floor.everything_saved()
    floor.see("back").click()

    def back() -> list[tuple]:
        rows = [row for row in office.get("/api/returns").json() if row["order"] == sent.order]
        goods = [(each["quantity"], each["condition"], each["reason"]) for row in rows for each in row["goods"]]
        return [(row["state"], len(row["photos"])) for row in rows] + goods

    floor.comes([("closed", 1), (pieces, "resell", "changed_mind")], back)
    (row,) = [row for row in office.get("/api/returns").json() if row["order"] == sent.order]
    kept = office.get(f"/api/returns/{row['id']}/photos/{row['photos'][0]}")
    assert max(Image.open(io.BytesIO(kept.content)).size) == 1600

    floor.open("put-away")
    expect(floor.see("put-away-start")).to_be_visible()
    floor.scan_own("location", "PRIJEM-1")
    floor.path(r"put_away\.goods")
    floor.scan(sent.codes[sku])
    floor.path(r"put_away\.place")
    place = floor.see("put-away-place").inner_text()
    # The same goods of another delivery may wait there, too.
    carried = int(re.search(r"\d+", floor.see("put-away-quantity").inner_text())[0])
    assert carried >= pieces
    before = sum(each["on_hand"] for each in places_of(stack, product["id"]) if each["location"] == place)
    floor.scan_own("location", place)
    floor.everything_saved()
    comes_to(floor, before + carried, product["id"], place)
    everything = sum(sent.picked.values()) == pieces
    assert ("returned" if everything else "dispatched") == order_of(office, sent.order)["state"]
    assert [] == office.get("/api/ledger/verification").json()["differences"]


def places_of(stack: Stack, product_id: int) -> list[dict]:
    return stack.office().get(f"/api/products/{product_id}").json()["places"]


def test_the_office_sees_the_return_with_its_photo(tablet: Page, stack: Stack, sent: Sent) -> None:
    """The order's page tells what came back, why, in which condition, and shows the proof."""
    open_office(tablet, stack, f"orders?order={sent.order}")
    expect(tablet.get_by_test_id("order-return")).to_contain_text("Jako nové")
    photo = tablet.get_by_test_id("return-photo")
    photo.scroll_into_view_if_needed()
    expect(photo).to_be_visible()
    assert tablet.evaluate("(each) => each.decode().then(() => each.naturalWidth)", photo.element_handle()) == 1600


def test_a_lot_is_recalled_and_let_go_again(phone: Page, tablet: Page, stack: Stack) -> None:
    """Which orders, where is the rest, in one screen and one file; a blocked lot is said to be blocked."""
    office = stack.office()
    lot = "LR26"
    sku, places = receive_lot(Floor(phone, stack), lot)
    open_office(tablet, stack, "stock")
    tablet.get_by_test_id("recall-product").fill(sku)
    tablet.get_by_test_id("recall-lot").fill(lot)
    tablet.get_by_test_id("recall-show").click()
    recall = tablet.get_by_test_id("recall")
    for place in places:
        expect(recall).to_contain_text(place)
    tablet.get_by_test_id("recall-block").click()
    tablet.get_by_test_id("recall-release").wait_for()
    asked = {"product": sku, "lot": lot}
    assert office.get("/api/recall", params=asked).json()["blocked"] is True
    with tablet.expect_download() as coming:
        tablet.get_by_test_id("recall-file").click()
    text = coming.value.path().read_text("utf-8-sig")
    assert all(place in text for place in places), text
    tablet.get_by_test_id("recall-release").click()
    tablet.get_by_test_id("recall-block").wait_for()
    assert office.get("/api/recall", params=asked).json()["blocked"] is False


def receive_lot(floor: Floor, lot: str) -> tuple[str, set[str]]:
    """Honey of this lot comes in by one code; its SKU and where it stands."""
    announce(floor.stack, f"OBJ-{lot}", {HONEY: 6}, "Medař Kutná Hora")
    floor.join()
    floor.sign_in(3)
    floor.open("receive")
    expect(floor.see("receipt")).to_be_visible()
    floor.scan(f"OBJ-{lot}")
    floor.path(r"receive\.scan")
    floor.scan(f"(01)0{HONEY}(15)290131(10){lot}")
    expect(floor.see("receive-goods")).to_contain_text(lot)
    floor.everything_saved()
    (product,) = floor.stack.office().get("/api/look-up", params={"key": HONEY}).json()["products"]

    def places() -> set[str]:
        return {each["location"] for each in places_of(floor.stack, product["id"]) if each["lot"] == lot}

    floor.comes({"PRIJEM-1"}, places)
    return product["sku"], places()


def test_the_stock_of_a_past_second_and_why(tablet: Page, stack: Stack, sent: Sent) -> None:
    """Before the day began there was nothing of the goods at all; now there is what the ledger says, with its moves."""
    sku = next(iter(sent.picked))
    office = stack.office()
    open_office(tablet, stack, "stock")
    tablet.get_by_test_id("history-product").fill(sku)
    tablet.get_by_test_id("history-at").fill("2024-01-01T00:00:01")
    tablet.get_by_test_id("history-show").click()
    expect(tablet.get_by_test_id("nothing-then")).to_be_visible()
    tablet.get_by_test_id("history-at").fill("")
    tablet.get_by_test_id("history-show").click()
    expect(tablet.get_by_test_id("history-row").first).to_contain_text(sku)
    expect(tablet.get_by_test_id("history-move").first).to_contain_text("→")
    with tablet.expect_download() as coming:
        tablet.get_by_test_id("history-file").click()
    product = next(each for each in office.get("/api/products", params={"q": sku}).json() if each["sku"] == sku)
    text = coming.value.path().read_text("utf-8-sig")
    assert all(each["location"] in text for each in places_of(stack, product["id"]) if each["on_hand"])
