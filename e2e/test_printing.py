"""Printers as people meet them: set up in the office, in trouble at the bench, a paper of unknown outcome answered there."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.office import open_office

STATION = "BALENI-1"

pytestmark = pytest.mark.browser


def trouble(stack: Stack, state: str, **more: int) -> None:
    """Put the virtual printer into a state by its control page."""
    httpx.post(f"{stack.printer_page.rstrip('/')}/state", json={"state": state, **more}, timeout=60).raise_for_status()


def set_up(page: Page) -> None:
    """An agent with its token, a printer over IPP, goods labels to it from a bench of the demo."""
    page.get_by_test_id("tab-printing").click()
    page.get_by_test_id("printing-setup").click()
    page.get_by_test_id("agent-name").fill("balírna")
    page.get_by_test_id("add-agent").click()
    expect(page.get_by_test_id("agent-token")).to_contain_text("RAMPA_AGENT_TOKEN=")
    page.get_by_test_id("new-printer").click()
    form = page.get_by_test_id("printer-form")
    form.get_by_test_id("printer-code").fill("ZBOZI-1")
    form.get_by_test_id("printer-name").fill("Štítky zboží")
    form.get_by_test_id("printer-driver").select_option("ipp")
    expect(form.get_by_test_id("printer-transport")).to_have_value("ipp")
    form.get_by_test_id("printer-address").fill("ipp://127.0.0.1:1/ipp/print")
    form.get_by_test_id("save-printer").click()
    expect(page.get_by_test_id("setup-ZBOZI-1")).to_contain_text("ipp://127.0.0.1:1/ipp/print")
    page.get_by_test_id("route-kind").select_option("goods_label")
    page.get_by_test_id("add-route").click()
    expect(page.get_by_test_id("route-*-goods_label")).to_be_visible()


def at_the_bench(floor: Floor) -> None:
    floor.join()
    floor.sign_in()
    expect(floor.see("menu")).to_be_visible()
    floor.open("pack")
    expect(floor.see("pack-start")).to_be_visible()
    floor.scan_own("station", STATION)
    expect(floor.see("station")).to_be_visible()


def test_a_printer_from_the_office_to_the_bench(stack: Stack, phone: Page, tablet: Page) -> None:
    """The office sets one up; labels run out and the bench says so; a cut label is asked for and printed anew."""
    open_office(tablet, stack)
    set_up(tablet)
    floor = Floor(phone, stack)
    at_the_bench(floor)
    office = stack.office()
    trouble(stack, "no_media")
    expect(floor.page.locator("[data-testid=printer-down]").first).to_be_visible()
    trouble(stack, "ok")
    expect(floor.page.locator("[data-testid=printer-down]")).to_have_count(0)
    trouble(stack, "cut", cut_after_bytes=20)
    badge = office.post("/api/people", json={"name": "Zkouška", "role": "worker", "language": "cs", "station": STATION})
    assert badge.status_code < 300, badge.text
    ask = floor.page.locator("[data-testid=print-ask]")
    expect(ask).to_be_visible()
    expect(ask).to_contain_text("Zkouška")
    trouble(stack, "ok")
    floor.see("print-no").click()
    expect(ask).to_have_count(0)
    jobs = office.get("/api/print-jobs", params={"station": STATION, "limit": 10}).json()["rows"]
    again = [job for job in jobs if "Zkouška" in job["title"] and job["reprint_of"]]
    assert 1 == len(again)
