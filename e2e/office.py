"""The office as its people open it: address, e-mail, password."""

from playwright.sync_api import Page

from e2e.conftest import Stack


def open_office(page: Page, stack: Stack, screen: str = "") -> None:
    """Sign in as the demo's owner; with `screen` (such as `stock`) that one is shown afterwards."""
    page.goto(f"{stack.address}/office")
    enter_owner(page, stack)
    page.get_by_test_id("orders").wait_for()
    if screen:
        page.goto(f"{stack.address}/office/{screen}")


def enter_owner(page: Page, stack: Stack) -> None:
    """E-mail and password of the demo's owner where the office asks for them."""
    owner = stack.tour()["owner"]
    page.get_by_test_id("email").fill(owner["email"])
    page.get_by_test_id("password").fill(owner["password"])
    page.get_by_test_id("sign-in").click()
