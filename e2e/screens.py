"""A walk past every screen of the product; each stop is named, so that rules and pictures can be taken of it.

The generators do what a person does and pause at every screen: `for name in floor_screens(...)`.
"""

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from backend.gs1.own_codes import build_own_code
from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.journey import parcel_on_label
from e2e.office import enter_owner


def floor_screens(floor: Floor, tote: str) -> Iterator[str]:
    """The floor app from the first opening to the parcel in the courier's hands. Leaves one parcel to be handed over."""
    page, stack = floor.page, floor.stack
    page.goto(stack.address + stack.enrolment())
    expect(floor.see("enrol")).to_be_visible()
    yield "enrol"
    floor.see("primary").click()
    expect(floor.see("sign-in")).to_be_visible()
    yield "sign_in"
    floor.scan(stack.tour()["people"][0]["code"])
    expect(floor.see("number-pad")).to_be_visible()
    yield "pin"
    for digit in stack.tour()["people"][0]["pin"]:
        floor.see(f"key-{digit}").click()
    floor.see("primary").click()
    expect(floor.see("menu")).to_be_visible()
    yield "menu"
    picked: dict[str, int] = {}
    yield from _pick_screens(floor, tote, picked)
    yield from _correction_screen(floor, tote.replace("T-02", "T-01"))
    yield from _pack_screens(floor, tote, picked)
    yield from _small_screens(floor, next(iter(picked)))


def _pick_screens(floor: Floor, tote: str, picked: dict[str, int]) -> Iterator[str]:
    """`picked` is filled: EAN-13 of a piece -> pieces in the tote."""
    floor.take(floor.release(lines=2, at_least_pieces=3))
    codes = floor.codes()
    yield "pick_to_location"
    floor.scan_own("location", "C-02-5-4")
    expect(floor.see("scan-card")).to_be_visible()
    yield "pick_wrong_location"
    for line in (1, 2):
        if floor.see("job").get_attribute("data-path") == "pick.to_location":
            floor.scan_own("location", floor.see("pick-location").inner_text())
        floor.path(r"pick\.at_location")
        sku = floor.see("pick-sku").inner_text()
        wanted = int(re.search(r"\d+", floor.see("pick-quantity").inner_text())[0])
        if line == 1:
            yield "pick_at_location"
            floor.see("short").click()
            yield "pick_short"
            floor.see("short-no").click()
            other = next(each for each in codes if each != sku)
            floor.scan(codes[other])
            expect(floor.see("scan-card")).to_be_visible()
            yield "pick_wrong_product"
            floor.scan("4006381333931")
            expect(floor.page.locator("[data-code=CODE_UNKNOWN]")).to_be_visible()
            yield "pick_unknown_code"
        for piece in range(1, wanted + 1):
            floor.scan(codes[sku])
            expect(floor.see("pick-quantity")).to_contain_text(re.compile(rf"^\s*{piece}\s*/\s*{wanted}"))
        floor.path(r"pick\.into_tote")
        if line == 1:
            yield "pick_into_tote"
            floor.see("quantity").click()
            expect(floor.see("number-pad")).to_be_visible()
            yield "pick_quantity"
            floor.see("key-back").click()
            floor.scan(codes[sku])
            expect(floor.page.locator("[data-code=TOO_MANY]")).to_be_visible()
            yield "pick_too_many"
        floor.scan_own("tote", tote)
        picked[codes[sku]] = wanted
        expect(floor.see("progress")).to_have_text(f"{line}/2")
    expect(floor.see("job-done")).to_be_visible()
    yield "pick_done"
    floor.everything_saved()
    floor.see("back").click()


def _correction_screen(floor: Floor, tote: str) -> Iterator[str]:
    """An order is cancelled when its pieces lie in the tote: the device that put them there is told to put them back."""
    wave = floor.release(lines=1)
    floor.take(wave)
    codes = floor.codes()
    if floor.see("job").get_attribute("data-path") == "pick.to_location":
        floor.scan_own("location", floor.see("pick-location").inner_text())
    floor.path(r"pick\.at_location")
    sku = floor.see("pick-sku").inner_text()
    wanted = int(re.search(r"\d+", floor.see("pick-quantity").inner_text())[0])
    for _ in range(wanted):
        floor.scan(codes[sku])
    floor.path(r"pick\.into_tote")
    floor.scan_own("tote", tote)
    expect(floor.see("job-done")).to_be_visible()
    floor.everything_saved()
    office = floor.stack.office()
    for order in wave["orders"]:
        office.post(f"/api/orders/{order['order']}/cancel", json={"reason": "buyer"}).raise_for_status()
    floor.see("corrections-strip").click()
    expect(floor.see("corrections")).to_be_visible()
    expect(floor.see("correction-done").first).to_be_visible()
    yield "corrections"
    floor.see("correction-done").first.click()
    floor.see("back").click()
    expect(floor.see("menu")).to_be_visible()


def _pack_screens(floor: Floor, tote: str, picked: dict[str, int]) -> Iterator[str]:
    page = floor.page
    page.get_by_test_id("menu-pack").click()
    expect(floor.see("pack-start")).to_be_visible()
    if floor.see("change-station").count():
        floor.see("change-station").click()
    yield "pack_station"
    floor.scan_own("station", "BALENI-1")
    expect(floor.see("station")).to_be_visible()
    yield "pack_tote"
    floor.scan_own("tote", tote)
    floor.path(r"pack\.checking")
    yield "pack_checking"
    floor.scan("4006381333931")
    expect(floor.see("scan-card")).to_be_visible()
    yield "pack_wrong"
    floor.see("scan-card-dismiss").click()
    for code, pieces in picked.items():
        for _ in range(pieces):
            before = floor.see("progress").inner_text()
            floor.scan(code)
            expect(floor.see("progress")).not_to_have_text(before)
    floor.path(r"pack\.carton")
    yield "pack_carton"
    floor.scan_own("carton", "K2")
    floor.path(r"pack\.weight")
    yield "pack_weight"
    for digit in "980":
        floor.see(f"key-{digit}").click()
    page.get_by_test_id("number-pad").get_by_test_id("primary").click()
    parcel = parcel_on_label(floor)
    yield "pack_label"
    floor.scan_own("parcel", parcel)
    floor.path(r"pack\.done")
    yield "pack_done"
    floor.everything_saved()
    floor.see("back").click()
    expect(floor.see("menu")).to_be_visible()


def _small_screens(floor: Floor, product: str) -> Iterator[str]:
    page, stack = floor.page, floor.stack
    page.get_by_test_id("menu-handover").click()
    expect(page.get_by_test_id("handover-open").first).to_be_visible()
    yield "handover_start"
    page.get_by_test_id("handover-open").first.click()
    expect(floor.see("job")).to_be_visible()
    yield "handover"
    floor.see("show-code").click()
    expect(floor.see("courier-code")).to_be_visible()
    yield "handover_code"
    floor.see("back").click()
    page.get_by_test_id("menu-look-up").click()
    expect(floor.see("look-up")).to_be_visible()
    yield "look_up"
    floor.scan(product)
    expect(floor.see("look-up-product")).to_be_visible()
    yield "look_up_product"
    floor.see("camera").click()
    floor.see("type-code").click()
    expect(floor.see("typed-code")).to_be_visible()
    yield "type_code"
    floor.see("back").click()
    for tile, screen in (("menu-sounds", "sounds"), ("menu-settings", "settings")):
        page.get_by_test_id(tile).click()
        expect(floor.see(screen)).to_be_visible()
        yield screen
        floor.see("back").click()
    second = page.context.new_page()
    second.goto(f"{stack.address}/")
    expect(second.get_by_test_id("other-tab")).to_be_visible()
    second.close()
    page.reload()
    expect(floor.see("start-shift")).to_be_visible()
    yield "start_shift"


def courier_screens(page: Page, stack: Stack) -> Iterator[str]:
    """A driver's own phone, from the link to the signature. Needs a parcel that is packed."""
    office = stack.office()
    row = next(each for each in office.get("/api/handovers").json()["rows"] if each["state"] != "signed")
    handover = row if row["id"] else office.post("/api/handovers", json={"carrier": row["carrier"]}).json()
    parcels = office.get(f"/api/handovers/{handover['id']}").json()["parcels"]
    link = office.post(f"/api/handovers/{handover['id']}/link").json()
    page.goto(f"{stack.address}/h/{link['token']}")
    page.get_by_test_id("courier-open").wait_for()
    yield "courier_open"
    page.get_by_test_id("courier-open").click()
    page.get_by_test_id("parcels").wait_for()
    yield "courier_scan"
    page.get_by_test_id("type-code").click()
    page.get_by_test_id("typed-code").fill("P999999")
    page.get_by_test_id("typed-confirm").click()
    expect(page.get_by_test_id("told")).to_have_attribute("data-good", "false")
    yield "courier_wrong"
    for parcel in parcels:
        if parcel["loaded"]:
            continue
        page.get_by_test_id("typed-code").fill(build_own_code("parcel", parcel["number"]))
        page.get_by_test_id("typed-confirm").click()
        loaded = page.get_by_test_id("courier-loaded").filter(has_text=parcel["number"])
        expect(loaded).to_be_visible()
    yield "courier_loaded"
    page.get_by_test_id("courier-to-sign").click()
    page.get_by_test_id("courier-name").fill("Pavel Řidič")
    glass = page.get_by_test_id("signature").bounding_box()
    page.mouse.move(glass["x"] + 20, glass["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(glass["x"] + 20 + step * 15, glass["y"] + 40 + (step % 3) * 18)
    page.mouse.up()
    expect(page.get_by_test_id("courier-sign")).to_be_in_viewport(ratio=1)
    yield "courier_sign"
    page.get_by_test_id("courier-sign").click()
    page.get_by_test_id("courier-signed").wait_for()
    yield "courier_signed"


TABS = {
    "orders": "orders", "waves": "release", "handover": "open-handovers", "printing": "printers",
    "trouble": re.compile("^(no-trouble|trouble-.+)$"), "devices": "enrol", "import": "channel",
}  # fmt: skip
"""Tab -> what is seen in it when it has loaded."""


def office_screens(page: Page, stack: Stack) -> Iterator[str]:
    """The office: sign-in, each tab, an order, a handover, the menu."""
    page.goto(f"{stack.address}/office")
    page.get_by_test_id("email").wait_for()
    yield "office_sign_in"
    enter_owner(page, stack)
    page.get_by_test_id("orders").wait_for()
    for tab, seen in TABS.items():
        page.get_by_test_id(f"tab-{tab}").click()
        page.get_by_test_id(seen).first.wait_for(state="attached")
        yield f"office_{tab}"
    page.get_by_test_id("tab-orders").click()
    page.get_by_test_id("orders").locator("button.order").first.click()
    page.get_by_test_id("order-detail").wait_for()
    yield "office_order"
    page.get_by_test_id("tab-devices").click()
    page.get_by_test_id("screen-devices").get_by_test_id("enrol").wait_for()
    page.locator("[data-testid=screen-devices] input").first.fill("Telefon 7")
    page.get_by_test_id("enrol").click()
    page.get_by_test_id("enrol-qr").wait_for()
    yield "office_enrolment"
    page.get_by_test_id("menu").click()
    page.get_by_test_id("menu-open").wait_for()
    yield "office_menu"


DEMO_STEPS = ("join", "shift", "work", "pick", "pack", "label", "handover", "office")


def demo_screens(page: Page, stack: Stack) -> Iterator[str]:
    """The guided story, step by step."""
    page.goto(f"{stack.address}/demo")
    for step in DEMO_STEPS:
        page.get_by_test_id(f"step-{step}").click()
        page.get_by_test_id(f"demo-{step}").wait_for()
        if step == "join":
            page.get_by_test_id("enrol-code").wait_for()
        yield f"demo_{step}"
