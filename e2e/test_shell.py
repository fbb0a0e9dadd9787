"""The frame around the screens: installable, light, and speaking to its own server only."""

import json
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from e2e.conftest import Stack, new_phone
from e2e.floor import Floor

pytestmark = pytest.mark.browser

FIRST_SCREEN_BYTES = 60_000
BESIDE = tuple(f"/assets/{part}-" for part in ("hearing", "scan_keys", "wedge", "calibration", "keyboards"))
"""Hearing and reading codes loads beside the first screen: what is shown does not wait for it."""
BESIDE_BYTES = 15_000
BESIDE_CAME = """(beside) => performance.getEntriesByType('resource')
  .filter((each) => beside.some((name) => new URL(each.name).pathname.startsWith(name)) && each.encodedBodySize > 0)
  .length >= beside.length"""
PAGES = {
    "/office": "[data-testid=email]",
    "/demo": "[data-testid=enrol-code]",
    "/h/0000000000000000": "[data-testid=problem]",
    "/admin": "body",
    "/schema": "body",
}
"""Address -> what is seen when it has loaded."""
WIRE = """() => performance.getEntriesByType('resource')
  .filter((each) => new URL(each.name).pathname.endsWith('.js'))
  .map((each) => [new URL(each.name).pathname, each.encodedBodySize, each.decodedBodySize])"""


def test_manifest_can_be_installed(stack: Stack) -> None:
    """Name, start, a display without the browser's bars, and icons that are what they say."""
    answer = httpx.get(f"{stack.address}/manifest.webmanifest").raise_for_status()
    manifest = json.loads(answer.text)
    assert answer.headers["content-type"].startswith(("application/manifest+json", "application/json"))
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == ("Rampa", "/", "/")
    assert manifest["display"] in ("standalone", "fullscreen")
    assert "standalone" in (manifest["display"], *manifest["display_override"])
    sizes = {}
    for icon in manifest["icons"]:
        picture = httpx.get(stack.address + icon["src"]).raise_for_status().content
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))
        assert icon["sizes"] == f"{width}x{height}"
        sizes.setdefault(icon["purpose"], set()).add(width)
    assert {192, 512} <= sizes["any"]
    assert 512 in sizes["maskable"]


def test_service_worker_takes_the_page(phone: Page, stack: Stack) -> None:
    """It registers for the whole app and holds the first screen."""
    phone.goto(f"{stack.address}/")
    expect(phone.get_by_test_id("enrol")).to_be_visible()
    scope = phone.evaluate("() => navigator.serviceWorker.ready.then((each) => each.scope)")
    assert scope == f"{stack.address}/"
    kept = phone.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
        " (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname)))).flat()"
    )
    assert "/index.html" in kept
    assert sum(each.startswith("/assets/Pick-") for each in kept) == 2, "script and styles of the pick screen"


def test_first_screen_is_light(browser: Browser, stack: Stack) -> None:
    """Scripts of the first screen, as they come over the wire, without a service worker that fetches ahead."""
    context = new_phone(browser, service_workers="block")
    page = context.new_page()
    page.goto(f"{stack.address}/")
    expect(page.get_by_test_id("enrol")).to_be_visible()
    page.wait_for_function(BESIDE_CAME, arg=list(BESIDE))
    scripts = page.evaluate(WIRE)
    context.close()
    sent = sum(encoded for path, encoded, _ in scripts if not path.startswith(BESIDE))
    beside = sum(encoded for path, encoded, _ in scripts if path.startswith(BESIDE))
    print(f"first screen: {len(scripts)} scripts, {sent} bytes over the wire, {beside} beside it")
    assert len(scripts) > 1
    assert 0 < sent <= FIRST_SCREEN_BYTES
    assert 0 < beside <= BESIDE_BYTES


def test_no_request_leaves_the_server(browser: Browser, stack: Stack) -> None:
    """Floor, office, demo, a courier's dead link and the admin's door: no font, script, picture from elsewhere."""
    asked: list[str] = []
    context = new_phone(browser)

    def note(request: Request) -> None:
        asked.append(request.url)

    context.on("request", note)
    page = context.new_page()
    Floor(page, stack).join()
    for path, seen in PAGES.items():
        page.goto(stack.address + path)
        page.locator(seen).first.wait_for()
    context.close()
    own = urlsplit(stack.address).netloc
    elsewhere = {each for each in asked if urlsplit(each).scheme in ("http", "https", "ws", "wss")}
    assert len(elsewhere) > 20
    assert {each for each in elsewhere if urlsplit(each).netloc != own} == set()


def test_first_opening_speaks_the_language_of_the_phone(browser: Browser, stack: Stack) -> None:
    """A Hungarian's phone is greeted in Hungarian, also when everything has been loaded."""
    context = new_phone(browser, "hu")
    page = context.new_page()
    page.goto(stack.address + stack.enrolment())
    expect(page.locator("h1")).to_have_text("Eszköz hozzáadása")
    page.wait_for_load_state("networkidle")
    expect(page.locator("h1")).to_have_text("Eszköz hozzáadása")
    context.close()
