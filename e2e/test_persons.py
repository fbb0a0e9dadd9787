"""Who works: let in by the office, signed in without a connection, locked on the shelf."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.office import enter_owner
from e2e.test_offline import cut, installed

pytestmark = pytest.mark.browser


def enter(floor: Floor, code: str, pin: str) -> None:
    """Badge, then PIN on the pad."""
    expect(floor.see("sign-in")).to_be_visible()
    floor.scan(code)
    expect(floor.see("number-pad")).to_be_visible()
    for digit in pin:
        floor.see(f"key-{digit}").click()
    floor.see("primary").click()


def test_a_person_let_in_by_the_office_works_at_once(tablet: Page, stack: Stack) -> None:
    """The badge and the PIN are on the screen this once; a new PIN replaces the old; switched off, nobody comes in."""
    page = tablet
    page.goto(f"{stack.address}/office/people")
    enter_owner(page, stack)
    page.get_by_test_id("person-name").fill("Eva Nová")
    page.get_by_test_id("at-printer").uncheck()
    page.get_by_test_id("add-person").click()
    expect(page.get_by_test_id("badge-picture")).to_be_visible()
    first = page.get_by_test_id("new-pin").inner_text()
    page.get_by_test_id("badge-done").click()
    row = page.get_by_test_id("people").locator("li", has_text="Eva Nová")
    expect(row).to_have_attribute("data-active", "true")
    row.locator("[data-testid^='pin-']").click()
    page.get_by_test_id("ask-yes").click()
    expect(page.get_by_test_id("new-pin")).not_to_have_text(first)
    page.get_by_test_id("badge-done").click()
    row.locator("[data-testid^='off-']").click()
    page.get_by_test_id("ask-yes").click()
    expect(row).to_have_attribute("data-active", "false")


def test_who_was_here_signs_in_without_network(phone: Page, stack: Stack) -> None:
    """Signed out at the shelf without a signal, and in again; back at the signal the server knows who works."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(1)
    installed(phone)
    floor.see("sign-out").click()
    expect(floor.see("sign-in")).to_be_visible()
    people = stack.tour()["people"]
    cut(phone, stack)
    enter(floor, people[2]["code"], people[2]["pin"])
    expect(floor.see("message")).to_be_visible()
    floor.see("other-badge").click()
    enter(floor, people[1]["code"], people[1]["pin"])
    expect(floor.see("menu")).to_be_visible()
    phone.context.set_offline(False)
    with phone.expect_response(lambda answer: answer.url.endswith("/api/sessions/offline")) as told:
        floor.scan_own("wave", "NOSUCH")
    assert 200 == told.value.status


def test_a_phone_on_the_shelf_locks_and_keeps_its_job(phone: Page, stack: Stack) -> None:
    """After a quarter of an hour the screen asks who it is; the same person finds the job as it was left."""
    phone.clock.install()
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(0)
    floor.take(floor.release())
    phone.clock.fast_forward(16 * 60 * 1000)
    expect(floor.see("locked")).to_be_visible()
    who = stack.tour()["people"][0]
    enter(floor, who["code"], who["pin"])
    expect(floor.see("pick-step")).to_be_visible()
