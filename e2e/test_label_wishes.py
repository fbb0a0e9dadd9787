"""Labels at dispatch as a customer wishes: from the office's form to the dots that the printer burnt."""

import io
from collections.abc import Iterator

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.journey import order_of, pack, parcel_on_label, pick_wave
from e2e.office import enter_owner

STATION = "BALENI-1"
THEIR_CODE, THEIR_NUMBER = "4006381333931", "REGAL 77-X"

pytestmark = pytest.mark.browser


@pytest.fixture
def goods_labels_at_the_bench(stack: Stack) -> Iterator[None]:
    """Goods labels of this bench come out where its parcel labels do, whatever other journeys have set for all benches."""
    office = stack.office()
    routes = office.get("/api/print-routes").json()
    printer = next(
        each["printer"] for each in routes if each["station"] in (STATION, "*") and each["paper_kind"] == "label"
    )
    office.put(f"/api/print-routes/{STATION}/goods_label", json={"printer": printer}).raise_for_status()
    yield
    office.delete(f"/api/print-routes/{STATION}/goods_label").raise_for_status()


def wish(page: Page, stack: Stack, customer: str) -> None:
    """The office writes down what this customer wants on every piece; a code with a wrong check digit is refused."""
    page.goto(f"{stack.address}/office/printing")
    enter_owner(page, stack)
    page.get_by_test_id("labels").click()
    page.get_by_test_id("wish-customer").fill(customer)
    page.get_by_test_id("wish-number").fill(THEIR_NUMBER)
    page.get_by_test_id("wish-symbology").select_option("ean13")
    page.get_by_test_id("wish-code").fill(THEIR_CODE[:-1] + "2")
    page.get_by_test_id("add-wish").click()
    expect(page.locator("[data-testid=toast].bad")).to_be_visible()
    expect(page.locator("[data-testid=wishes] li")).to_have_count(0)
    page.get_by_test_id("wish-code").fill(THEIR_CODE)
    page.get_by_test_id("add-wish").click()
    expect(page.locator("[data-testid=wishes] li")).to_contain_text(customer)


def burnt(stack: Stack) -> list[tuple[str, bool, int]]:
    """(what a reader finds in the picture, whether their number stands there, how many labels) of each job with the customer's code."""
    page = stack.printer_page.rstrip("/")
    found = []
    for job in httpx.get(f"{page}/jobs.json", timeout=20).json():
        if all(code["text"] != THEIR_CODE for code in job["codes"]):
            continue
        picture = Image.open(io.BytesIO(httpx.get(f"{page}/job/{job['number']}.png", timeout=20).content))
        read = {each.text for each in zxingcpp.read_barcodes(picture)}
        found.append((", ".join(sorted(read)), THEIR_NUMBER in " ".join(job["texts"]), job["labels"]))
    return found


def test_a_customers_label_comes_out_for_each_piece(
    phone: Page, tablet: Page, stack: Stack, goods_labels_at_the_bench: None
) -> None:
    """A wish for the buyer of an order: it is packed, and their label comes out once for each of its pieces."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    wave = floor.release(lines=1, at_least_pieces=2)
    order = order_of(stack.office(), wave["orders"][0]["order"])
    wish(tablet, stack, order["buyer"])

    floor.take(wave)
    codes = floor.codes()
    picked = pick_wave(floor, codes, "T-021")
    floor.everything_saved()
    floor.see("back").click()
    floor.open("pack")
    floor.scan_own("station", STATION)
    expect(floor.see("station")).to_be_visible()
    floor.scan_own("tote", "T-021")
    floor.path(r"pack\.checking")
    pack(floor, codes, picked)
    floor.scan_own("parcel", parcel_on_label(floor))
    floor.path(r"pack\.done")

    floor.comes([(THEIR_CODE, True, sum(picked.values()))], lambda: burnt(stack))

    tablet.locator("[data-testid=wishes] li button").click()
    expect(tablet.locator("[data-testid=wishes] li")).to_have_count(0)
