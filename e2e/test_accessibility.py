"""Every screen at 360 x 640: axe finds nothing serious, thumbs in gloves hit, nothing needs scrolling sideways."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from e2e import screens
from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.rules import axe_faults, sideways, small_targets

pytestmark = pytest.mark.browser

SMALL = {"width": 360, "height": 640}
LARGE_TEXT_PX = 32


@pytest.fixture
def small_phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SMALL, locale="cs", has_touch=True, reduced_motion="reduce")
    context.set_default_timeout(90_000)
    yield context.new_page()
    context.close()


def faults_of(page: Page, walk: Iterator[str], *, targets: bool = False) -> list[str]:
    """All faults of a walk, each with its screen; one red run names them all."""
    found = []
    for name in walk:
        checks: list[Callable[[], list[str]]] = [
            lambda: axe_faults(page), lambda: sideways(page), lambda: sideways(page, LARGE_TEXT_PX),
        ]  # fmt: skip
        if targets:
            checks.append(lambda: small_targets(page))
        found += [f"{name}: {each}" for check in checks for each in check()]
    return found


def test_floor_and_courier(small_phone: Page, browser: Browser, stack: Stack) -> None:
    """The floor app from enrolment to the packed parcel, then the driver's own phone."""
    floor = Floor(small_phone, stack)
    found = faults_of(small_phone, screens.floor_screens(floor, tote="T-020"), targets=True)
    context = browser.new_context(viewport=SMALL, locale="cs", has_touch=True, reduced_motion="reduce")
    courier = context.new_page()
    found += faults_of(courier, screens.courier_screens(courier, stack))
    context.close()
    assert not found, "\n".join(found)


def test_office(small_phone: Page, stack: Stack) -> None:
    """Every tab of the office, an order, an enrolment."""
    found = faults_of(small_phone, screens.office_screens(small_phone, stack))
    assert not found, "\n".join(found)


def test_demo(small_phone: Page, stack: Stack) -> None:
    """Every step of the guided story."""
    found = faults_of(small_phone, screens.demo_screens(small_phone, stack))
    assert not found, "\n".join(found)


def test_the_rules_find_planted_faults(small_phone: Page, stack: Stack) -> None:
    """A nameless button of 20 px beside a line of 900 px: each rule speaks."""
    small_phone.goto(f"{stack.address}/demo")
    small_phone.get_by_test_id("demo-join").wait_for()
    assert sideways(small_phone) == []
    small_phone.evaluate(
        "() => document.body.insertAdjacentHTML('beforeend', '<main><button style=\"width:20px;height:20px\"></button>'"
        " + '<p style=\"width:900px\">wide</p></main>')"
    )
    assert any("button-name" in each for each in axe_faults(small_phone))
    assert any("20.0 x 20.0" in each for each in small_targets(small_phone))
    assert sideways(small_phone) != []
