"""A scanner that types is taught to the phone by the printed card, on a Czech keyboard; the office prints the card."""

import pytest
from playwright.sync_api import Page, expect

from backend.gs1.keyboards import CALIBRATION_END, CALIBRATION_TEXT, damage_keyboard
from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.office import open_office

pytestmark = pytest.mark.browser


def test_three_codes_teach_a_scanner_on_a_czech_keyboard(phone: Page, stack: Stack) -> None:
    """End of a code, layout and separator are shown as learnt; text that no check digit proves is read right then."""

    def typed(text: str) -> str:
        return damage_keyboard(text, "cs")

    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in()
    floor.open("settings")
    floor.scan(typed("KZ-12/Y"))
    expect(floor.see("test-scan")).not_to_contain_text("text:KZ-12/Y")

    floor.scan(typed("]C0" + CALIBRATION_END))
    expect(floor.see("message")).to_contain_text("1 ze 3")
    floor.scan(typed("]C0" + CALIBRATION_TEXT))
    expect(floor.see("message")).to_contain_text("2 ze 3")
    phone.keyboard.type(typed("]C191RAMPA"))
    phone.keyboard.press("F8")
    floor.scan(typed("92CAL"))
    expect(floor.see("message")).to_contain_text("Čtečka je nastavená")

    expect(floor.see("learnt-end")).to_contain_text("Enter")
    expect(floor.see("learnt-layout")).to_contain_text("Česká klávesnice")
    expect(floor.see("learnt-separator")).to_contain_text("přichází")
    floor.scan(typed("KZ-12/Y"))
    expect(floor.see("test-scan")).to_contain_text("text:KZ-12/Y")


def test_a_scanner_that_swallows_the_separator_is_told(phone: Page, stack: Stack) -> None:
    """The device says what to set at the scanner, keeps that in mind, and can learn anew."""
    floor = Floor(phone, stack)
    floor.join()
    floor.sign_in(1)
    floor.scan("]C191RAMPA92CAL")
    expect(floor.see("message")).to_contain_text("ASCII 29")
    floor.open("settings")
    expect(floor.see("learnt-separator")).to_contain_text("zahazuje")
    floor.see("scanner-forget").click()
    expect(floor.see("learnt-separator")).to_contain_text("zatím nevím")


def test_the_office_prints_the_card(tablet: Page, stack: Stack) -> None:
    """From the devices' page, as a PDF in the language of the page."""
    open_office(tablet, stack, "devices")
    address = tablet.get_by_test_id("scanner-card").get_attribute("href")
    answer = stack.office().get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
