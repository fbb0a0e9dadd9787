"""The main job, step by step, as both journeys walk it: with a scanner that types and through the camera."""

import re
import time
from typing import NamedTuple

import httpx
from playwright.sync_api import Browser, expect

from e2e.conftest import Stack
from e2e.floor import Floor

PRINTED_S = 90
TAKEN = """(before) => document.querySelector('[data-testid=zero-check]') !== null
  || document.querySelector('[data-testid=progress]')?.textContent !== before"""
"""A pick has been taken: the next line is shown, or the question whether its place is empty now."""


def pick_wave(floor: Floor, codes: dict[str, str], tote: str) -> dict[str, int]:
    """Work through the wave in the order the app leads; returns pieces by SKU."""
    picked: dict[str, int] = {}
    while True:
        floor.page.wait_for_function(
            "document.querySelector('[data-testid=job-done],[data-testid=pick-step]') !== null"
        )
        if floor.see("job-done").is_visible():
            return picked
        sku = floor.see("pick-sku").inner_text()
        place = floor.see("pick-location").inner_text()
        wanted = int(re.search(r"\d+", floor.see("pick-quantity").inner_text())[0])
        if floor.see("job").get_attribute("data-path") == "pick.to_location":
            floor.scan_own("location", place)
            floor.path(r"pick\.at_location")
        for piece in range(1, wanted + 1):
            floor.scan(codes[sku])
            expect(floor.see("pick-quantity")).to_contain_text(re.compile(rf"^\s*{piece}\s*/\s*{wanted}"))
        floor.path(r"pick\.into_tote")
        lines_before = floor.see("progress").inner_text()
        floor.scan_own("tote", tote)
        floor.page.wait_for_function(TAKEN, arg=lines_before)
        if floor.see("zero-check").is_visible():
            floor.see("zero-yes").click()  # the book says that the place is empty now, and so it is
        expect(floor.see("progress")).not_to_have_text(lines_before)
        picked[sku] = picked.get(sku, 0) + wanted


MILLS = ("KUCH-185", "KUCH-186", "KUCH-187")
"""Goods of the demo that have serials: the bench asks for the number of each."""


def pack(floor: Floor, codes: dict[str, str], picked: dict[str, int]) -> None:
    for sku, quantity in picked.items():
        for place in range(quantity):
            before = floor.see("progress").inner_text()
            floor.scan(codes[sku])
            if sku in MILLS:
                floor.path(r"pack\.serial")
                floor.scan(f"SN-{sku}-{place}")
            expect(floor.see("progress")).not_to_have_text(before)
    close(floor)


def close(floor: Floor) -> None:
    """Carton and weight."""
    floor.path(r"pack\.carton")
    floor.scan_own("carton", "K2")
    floor.path(r"pack\.weight")
    for digit in "1250":
        floor.see(f"key-{digit}").click()
    floor.see("number-pad").locator(
        "xpath=following::button[@data-testid='primary'] | .//button[@data-testid='primary']"
    ).first.click()


def take_back(floor: Floor, parcel: str) -> str:
    """By button, then by the printed code, back behind the label: it is void and refused, another comes out."""
    floor.see("undo").click()
    floor.path(r"pack\.label")
    floor.scan_own("command", "undo")
    floor.path(r"pack\.carton")
    expect(floor.see("void-label")).to_contain_text(parcel)
    close(floor)
    another = parcel_on_label(floor)
    assert another != parcel
    floor.scan_own("parcel", parcel)
    expect(floor.page.locator("[data-testid=scan-card][data-code=LABEL_VOID]")).to_contain_text(another)
    floor.scan_own("parcel", another)
    floor.path(r"pack\.done")
    return another


class Sent(NamedTuple):
    """An order on its way: `picked` is SKU -> pieces, `codes` SKU -> EAN-13."""

    order: str
    parcel: str
    picked: dict[str, int]
    codes: dict[str, str]


def walk(floor: Floor, browser: Browser, tote: str, *, taken_back: bool = False) -> Sent:
    """One order is picked, packed under check, labelled, its label checked, loaded, and signed for by the courier.

    `taken_back`: the packer thinks better of it when the label is on, and packs the parcel once more.
    """
    stack = floor.stack
    floor.join()
    floor.sign_in()
    floor.open("pick-single")
    floor.path(r"pick\.to_location")
    codes = floor.codes()

    picked = pick_wave(floor, codes, tote)
    floor.everything_saved()
    floor.see("back").click()
    floor.open("pack")
    floor.scan_own("station", "BALENI-1")
    expect(floor.see("station")).to_be_visible()
    floor.scan_own("tote", tote)
    floor.path(r"pack\.checking")
    pack(floor, codes, picked)
    parcel = parcel_on_label(floor)
    floor.scan_own("parcel", parcel)
    floor.path(r"pack\.done")
    if taken_back:
        parcel = take_back(floor, parcel)
    floor.everything_saved()

    office = stack.office()
    number = office.get("/api/look-up", params={"key": f"parcel:{parcel}"}).json()["parcels"][0]["order"]
    packed = order_of(office, number)
    labels_on_paper(office, parcel)
    signed = hand_over(office, stack, browser, packed["carrier"], parcel)
    assert ("packed", "complete") == (packed["state"], packed["check_result"])
    assert "dispatched" == order_of(office, number)["state"]
    assert ("signed", "Pavel Řidič") == (signed["state"], signed["courier_name"])
    return Sent(number, parcel, picked, codes)


def parcel_on_label(floor: Floor) -> str:
    """The number on the label that the packer is to stick on; the label may come a while after the last piece."""
    floor.path(r"pack\.label")
    expect(floor.see("pack-label")).to_contain_text(re.compile(r"P\d+"))
    return re.search(r"P\d+", floor.see("pack-label").inner_text())[0]


def labels_on_paper(office: httpx.Client, parcel: str) -> None:
    """One label was queued for the parcel, and the printer says that it is out: printing goes on beside the packer."""
    states: list[str] = []
    until = time.monotonic() + PRINTED_S
    while states != ["confirmed"] and time.monotonic() < until:
        rows = office.get("/api/print-jobs").json()["rows"]
        states = [job["state"] for job in rows if parcel in job["title"]]
        time.sleep(0.1)
    assert ["confirmed"] == states, f"labels of {parcel} after {PRINTED_S} s"


def order_of(office: httpx.Client, number: str) -> dict:
    body = office.get(f"/api/orders/{number}").json()
    return body | body["order"]


def hand_over(office: httpx.Client, stack: Stack, browser, carrier: str, parcel: str) -> dict:
    """The courier opens the link on a phone of his own, scans the parcel, signs on the glass."""
    handover = office.post("/api/handovers", json={"carrier": carrier}).json()
    link = office.post(f"/api/handovers/{handover['id']}/link").json()
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="cs", has_touch=True)
    courier = context.new_page()
    courier.goto(f"{stack.address}/h/{link['token']}")
    courier.get_by_test_id("courier-open").click()
    # Parcels that other journeys have packed for this carrier may stand on the list, too.
    expect(courier.get_by_test_id("courier-missing").filter(has_text=parcel)).to_be_visible()
    Floor(courier, stack).scan_own("parcel", parcel)
    expect(courier.get_by_test_id("courier-loaded").filter(has_text=parcel)).to_be_visible()
    others_stay = courier.get_by_test_id("count-missing").inner_text() != "0"
    courier.get_by_test_id("courier-to-sign").click()
    if others_stay:
        courier.get_by_test_id("confirm-missing").check()
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
