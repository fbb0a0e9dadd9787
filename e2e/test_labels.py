"""The office changes what a label looks like: preview at true size, a bad change refused, versions kept."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Stack
from e2e.office import enter_owner

pytestmark = pytest.mark.browser


def test_the_office_designs_a_label(tablet: Page, stack: Stack) -> None:
    """The shelf label is opened as it looks, broken, mended, saved as version 1, and given its first looks back as version 2."""
    page = tablet
    page.goto(f"{stack.address}/office/printing")
    enter_owner(page, stack)
    page.get_by_test_id("labels").click()
    page.get_by_test_id("label-location").click()
    preview = page.get_by_test_id("label-preview")
    expect(preview).to_be_visible()
    box = preview.bounding_box()
    assert box is not None
    assert abs(box["width"] - 100 / 25.4 * 96) < 1  # 100 mm on paper are 100 mm of CSS

    blocks = page.locator("[data-testid^='block-']")
    code = blocks.filter(has=page.locator("[data-testid^='symbology-']")).locator("[data-testid^='width-']")
    as_brought = code.input_value()
    code.fill("20")
    expect(page.get_by_test_id("label-wrong")).to_be_visible()
    expect(page.get_by_test_id("label-save")).to_be_disabled()
    code.fill(as_brought)
    expect(page.get_by_test_id("label-wrong")).to_have_count(0)
    page.get_by_test_id("label-save").click()
    expect(page.get_by_test_id("version-1")).to_be_visible()
    page.get_by_test_id("label-reset").click()
    page.get_by_test_id("ask-yes").click()
    expect(page.get_by_test_id("label-reset")).to_have_count(0)
