"""The main job with a scanner that types: from sign-in to the courier's signature."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor

pytestmark = pytest.mark.browser


def _pick_wave(floor: Floor, codes: dict[str, str], tote: str) -> dict[str, int]:
    """Work through the wave in the order the app leads; returns pieces by SKU."""
    picked: dict[str, int] = {}
    while True:
        floor.page.wait_for_function("document.querySelector('[data-testid=job-done],[data-testid=pick-step]') !== null")
        if floor.see("job-done").is_visible():
            return picked
        sku = floor.see("pick-sku").inner_text()
        place = floor.see("pick-location").inner_text()
        wanted = int(re.search(r"\d+", floor.see("pick-quantity").inner_text())[0])
        if floor.see("job").get_attribute("data-path") == "pick.to_location":
            floor.scan_own("location", place)
            floor.path(r"pick\.at_location")
        for piece in range(wanted):
            floor.scan(codes[sku])
            floor.path(r"pick\.into_tote" if piece == wanted - 1 else r"pick\.at_location|pick\.into_tote")
        lines_before = floor.see("progress").inner_text()
        floor.scan_own("tote", tote)
        expect(floor.see("progress")).not_to_have_text(lines_before)
        picked[sku] = picked.get(sku, 0) + wanted


def _pack(floor: Floor, codes: dict[str, str], picked: dict[str, int]) -> None:
    for sku, quantity in picked.items():
        for _ in range(quantity):
            before = floor.see("progress").inner_text()
            floor.scan(codes[sku])
            expect(floor.see("progress")).not_to_have_text(before)
    floor.path(r"pack\.carton")
    floor.scan_own("carton", "K2")
    floor.path(r"pack\.weight")
    for digit in "1250":
        floor.see(f"key-{digit}").click()
    floor.see("number-pad").locator("xpath=following::button[@data-testid='primary'] | .//button[@data-testid='primary']").first.click()


def test_from_sign_in_to_signature(phone: Page, stack: Stack, browser) -> None:
    """One order is picked, packed under check, labelled, its label checked, loaded, and signed for by the courier."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    phone.get_by_test_id("menu-pick-single").click()
    floor.path(r"pick\.to_location")
    codes = floor.codes()

    picked = _pick_wave(floor, codes, "T-005")
    floor.everything_saved()
    floor.see("back").click()
    phone.get_by_test_id("menu-pack").click()
    floor.scan_own("station", "BALENI-1")
    expect(floor.see("station")).to_be_visible()
    floor.scan_own("tote", "T-005")
    floor.path(r"pack\.checking")
    _pack(floor, codes, picked)
    floor.path(r"pack\.label")
    office = stack.office()
    order = next(row for row in office.get("/api/orders", params={"state": "packed"}).json()["rows"])
    detail = office.get(f"/api/orders/{order['number']}").json()
    parcel = re.search(r"P\d+", floor.see("pack-label").inner_text())[0]
    floor.scan_own("parcel", parcel)
    floor.path(r"pack\.done")
    jobs = office.get("/api/print-jobs").json()["rows"]
    labels = [job for job in jobs if parcel in job["title"]]
    signed = _hand_over(office, stack, browser, order["carrier"], parcel)

    assert "complete" == (detail.get("order") or detail)["check_result"]
    assert 1 == len(labels)
    assert ["confirmed"] == [job["state"] for job in labels]
    assert "dispatched" == (lambda body: (body.get("order") or body)["state"])(
        office.get(f"/api/orders/{order['number']}").json()
    )
    assert signed["content_hash"]


def _hand_over(office: httpx.Client, stack: Stack, browser, carrier: str, parcel: str) -> dict:
    """The courier opens the link on a phone of his own, scans the parcel, signs on the glass."""
    handover = office.post("/api/handovers", json={"carrier": carrier}).json()
    link = office.post(f"/api/handovers/{handover['id']}/link").json()
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="cs", has_touch=True)
    courier = context.new_page()
    courier.goto(f"{stack.address}/h/{link['token']}")
    courier.get_by_test_id("courier-open").click()
    expect(courier.get_by_test_id("courier-missing").first).to_contain_text(parcel)
    Floor(courier, stack).scan_own("parcel", parcel)
    expect(courier.get_by_test_id("courier-loaded").first).to_contain_text(parcel)
    courier.get_by_test_id("courier-to-sign").click()
    courier.get_by_test_id("courier-name").fill("Pavel Řidič")
    courier.get_by_test_id("courier-plate").fill("1AB 2345")
    glass = courier.get_by_test_id("signature").bounding_box()
    courier.mouse.move(glass["x"] + 20, glass["y"] + 40)
    courier.mouse.down()
    for step in range(1, 12):
        courier.mouse.move(glass["x"] + 20 + step * 15, glass["y"] + 40 + (step % 3) * 18)
    courier.mouse.up()
    courier.get_by_test_id("courier-sign").click()
    expect(courier.get_by_test_id("courier-signed")).to_be_visible()
    context.close()
    return office.get(f"/api/handovers/{handover['id']}").json()
