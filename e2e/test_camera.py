"""The camera as a scanner: many codes at once, codes that do not belong here, still pictures for the server, no network."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from backend.app.demo_goods import demo_products
from backend.gs1.own_codes import build_own_code
from e2e.camera import write_clip, write_shelf
from e2e.conftest import Stack, launch_browser, new_phone
from e2e.floor import Floor
from e2e.test_offline import cut, installed

pytestmark = pytest.mark.browser

STRANGER = "9520000999889"
"""An EAN-13 that nobody in the demo knows."""
ADVERTISEMENT = "https://example.com/win"
CORNER, LEFT, MIDDLE, RIGHT = (200, 130), (440, 360), (640, 360), (840, 360)
"""The reader in the page looks at the middle 60 %; a still picture is whole."""
NATIVE = """
self.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(['code_128', 'data_matrix', 'ean_13', 'qr_code']); }
  detect(picture) {
    if (%(away)s) return Promise.reject(new DOMException('Barcode detection service unavailable.', 'NotSupportedError'));
    const middle = picture instanceof ImageBitmap && picture.width === 768 && picture.height === 432;
    return Promise.resolve(middle ? [{ rawValue: '%(code)s', format: 'qr_code', cornerPoints: [] }] : []);
  }
};
"""
"""The browser's own reader, as Android has it and this Chromium has not; it stands before the worker's first line."""
NOTHING_KEPT = "navigator.serviceWorker.register = () => new Promise(() => undefined);"
"""The worker's file comes over the line, where a line can be put before it."""
LIGHT_AND_ZOOM = """
window.switched = [];
MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 4 }, focusMode: ['continuous'] });
MediaStreamTrack.prototype.applyConstraints = (wanted) => (window.switched.push(...wanted.advanced), Promise.resolve());
"""
"""What a phone's camera can do and the fake one cannot."""
THUMB_FROM = 0.6
"""Share of the screen's height that a thumb does not reach."""
OUTLINES = "() => [...document.querySelectorAll('[data-testid=sight]')].map((each) => each.dataset.colour)"
ROWS = [(214, 180), (640, 180), (1066, 180), (214, 540)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bench") / "bench.mjpeg"
    write_clip(file, "nothing yet", "qr")
    return file


@pytest.fixture(scope="module")
def seeing(playwright_run, clip: Path) -> Iterator[Browser]:
    opened = launch_browser(
        playwright_run, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={clip}",
    )  # fmt: skip
    yield opened
    opened.close()


@contextmanager
def signed_in(seeing: Browser, stack: Stack, script: str = "") -> Iterator[Floor]:
    """A signed-in person whose phone has a camera and the whole app; `script` runs before each page of it."""
    context = new_phone(seeing, permissions=["camera"])
    context.add_init_script(script)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    # A camera that saw nothing for 20 s asks for a tap: on a busy machine a person would tap, too.
    page.add_locator_handler(
        page.locator("[data-testid=code-sheet][data-camera=idle]"), lambda sheet: sheet.locator(".again button").click()
    )
    floor = Floor(page, stack)
    floor.join()
    floor.sign_in()
    yield floor
    context.close()
    assert faults == []


@pytest.fixture
def floor(seeing: Browser, stack: Stack) -> Iterator[Floor]:
    with signed_in(seeing, stack) as opened:
        yield opened


def gtin(name: str) -> str:
    return next(each.gtin for each in demo_products() if each.name.startswith(name))


def announce(stack: Stack, reference: str, **quantities: int) -> None:
    """A delivery of its own, so that no other test meets its goods."""
    lines = [{"gtin": gtin(name.replace("_", " ")), "quantity": many} for name, many in quantities.items()]
    body = {"receipts": [{"reference": reference, "supplier": "Kamera s.r.o.", "lines": lines}]}
    done = stack.office().post("/api/receipts", json=body).raise_for_status().json()
    assert done["refused"] == [], done


def received(stack: Stack, reference: str) -> list[int]:
    rows = stack.office().get("/api/receipts", params={"q": reference}).json()["rows"]
    return [row["received"] for row in rows]


def rows_of(page: Page) -> dict[str, tuple[str, str]]:
    """Code -> colour and number of each row below the picture."""
    found = {}
    for row in page.get_by_test_id("many-row").all():
        code = row.locator(".code").inner_text()
        found[code] = (row.get_attribute("data-colour"), row.get_by_test_id("many-count").inner_text())
    return found


def test_everything_in_sight_is_received_by_one_tap(floor: Floor, clip: Path) -> None:
    """Two boxes of expected goods, one known, one that nobody knows: three colours, a number put right, one tap."""
    wanted, known = gtin("Majoránka"), gtin("Čokoláda")
    announce(floor.stack, "KAMERA-1", Majoránka=20)
    floor.open("receive")
    expect(floor.see("receipt")).to_be_visible()
    floor.scan("KAMERA-1")
    floor.path(r"receive\.scan")
    write_shelf(clip, [(code, "ean13", at) for code, at in zip((wanted, wanted, known, STRANGER), ROWS, strict=True)])
    floor.see("many").click()
    looking = floor.page.locator("[data-testid=many-row]")
    expect(looking).to_have_count(3)
    for colour in ("amber", "red"):
        expect(floor.page.locator(f"[data-testid=many-row][data-colour={colour}]")).to_have_count(1)
    # One picture after another: the second box of a kind may be read a moment after the first.
    floor.comes({wanted: ("green", "2"), known: ("amber", "1"), STRANGER: ("red", "0")}, lambda: rows_of(floor.page))
    floor.comes({"green", "amber", "red"}, lambda: set(floor.page.evaluate(OUTLINES)))
    herb = looking.filter(has_text=wanted)
    herb.get_by_test_id("many-more").click()
    looking.filter(has_text=known).get_by_test_id("many-less").click()
    floor.see("many-take").click()
    floor.path(r"receive\.scan")
    expect(floor.see("progress")).to_have_text("3/20")
    floor.everything_saved()
    floor.comes([3], lambda: received(floor.stack, "KAMERA-1"))


def test_a_code_that_fits_nothing_is_shown_and_not_taken(floor: Floor, clip: Path) -> None:
    """Beside the wanted place hangs an advertisement: it is named with a button, and the place is taken."""
    floor.take(floor.release(lines=1))
    floor.counts(0, 0)
    write_shelf(clip, [(ADVERTISEMENT, "qr", LEFT), (STRANGER, "ean13", RIGHT)])
    floor.see("camera").click()
    expect(floor.see("stray-code")).to_be_visible()
    floor.path(r"pick\.to_location")
    expect(floor.see("scan-card")).to_have_count(0)
    floor.counts(0, 0)
    floor.see("stray-take").click()
    expect(
        floor.page.locator("[data-code=CODE_UNKNOWN], [data-code=WRONG_KIND], [data-code=LOCATION_FIRST]")
    ).to_be_visible()


def test_a_photo_waits_for_the_line_and_its_code_is_offered(floor: Floor, clip: Path) -> None:
    """Still picture in the cellar: kept, counted, sent when the line is back, and taken only by a tap."""
    page = floor.page
    one = re.compile(r"^\s*1\s*/")
    floor.take(floor.release(lines=1, at_least_pieces=2))
    codes = floor.codes()
    floor.scan_own("location", floor.see("pick-location").inner_text())
    floor.path(r"pick\.at_location")
    sku = floor.see("pick-sku").inner_text()
    floor.counts(1, 1)
    installed(page)
    # The goods lie where the reader in the page does not look; in the middle is something else.
    write_shelf(clip, [(codes[sku], "ean13", CORNER), (ADVERTISEMENT, "qr", MIDDLE)])
    floor.see("camera").click()
    expect(page.locator("[data-testid=code-sheet][data-camera=open]")).to_be_visible()
    expect(floor.see("stray-code")).to_be_visible()
    cut(page, floor.stack)
    floor.see("still").click()
    expect(floor.see("photos-waiting")).to_contain_text("1")
    floor.see("close-sheet").click()
    expect(floor.see("photos-waiting")).to_contain_text("1")
    page.context.set_offline(False)
    floor.see("photo-answers").click()
    found = page.get_by_test_id("photo-take")
    expect(found).to_have_text([codes[sku], ADVERTISEMENT])
    expect(floor.see("pick-quantity")).not_to_contain_text(one)
    found.first.click()
    expect(floor.see("photo-answer")).to_have_count(0)
    expect(floor.see("pick-quantity")).to_contain_text(one)
    floor.counts(2, 2)


def test_the_camera_reads_without_network_after_its_first_use(floor: Floor, clip: Path) -> None:
    """The reader stays on the device: opened once on the line, it works where there is none."""
    page = floor.page
    floor.take(floor.release(lines=1))
    place = floor.see("pick-location").inner_text()
    installed(page)
    write_shelf(clip, [(ADVERTISEMENT, "qr", MIDDLE)])
    floor.see("camera").click()
    expect(floor.see("stray-code")).to_be_visible()
    floor.see("close-sheet").click()
    page.reload()
    floor.start_again()
    cut(page, floor.stack)
    write_clip(clip, build_own_code("location", place), "qr")
    floor.see("camera").click()
    floor.path(r"pick\.at_location")


@pytest.mark.parametrize("away", [False, True], ids=["there", "away"])
def test_the_browsers_own_reader_is_asked_first(seeing: Browser, stack: Stack, clip: Path, away: bool) -> None:
    """Where the browser reads codes itself, nothing is loaded for it; where its service is away, WebAssembly reads."""
    with signed_in(seeing, stack, NOTHING_KEPT) as floor:
        floor.take(floor.release(lines=1))
        code = build_own_code("location", floor.see("pick-location").inner_text())
        reader = NATIVE % {"code": code, "away": str(away).lower()}
        loaded: list[str] = []

        def with_reader(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, body=reader + answer.text())

        floor.page.context.route("**/camera_worker-*.js", with_reader)
        floor.page.on("request", lambda request: loaded.append(request.url))
        write_shelf(clip, [(code, "qr", MIDDLE)] if away else [])
        floor.see("camera").click()
        floor.path(r"pick\.at_location")
        assert away == any(address.endswith(".wasm") for address in loaded)


def test_light_and_zoom_are_in_reach_of_the_thumb(seeing: Browser, stack: Stack, clip: Path) -> None:
    """Two switches below the picture: on, off, nearer, back."""
    write_shelf(clip, [])
    with signed_in(seeing, stack, LIGHT_AND_ZOOM) as floor:
        floor.open("look-up")
        floor.see("camera").click()
        switches = floor.page.locator("[data-testid=code-sheet] button[aria-pressed]")
        expect(switches).to_have_count(2)
        screen = floor.page.viewport_size
        for switch in switches.all():
            box = switch.bounding_box()
            assert box["y"] > THUMB_FROM * screen["height"]
            assert min(box["width"], box["height"]) >= 44
            for pressed in ("true", "false"):
                switch.click()
                expect(switch).to_have_attribute("aria-pressed", pressed)
        switched = floor.page.evaluate("window.switched")
        assert switched == [{"focusMode": "continuous"}, {"torch": True}, {"torch": False}, {"zoom": 2}, {"zoom": 1}]
