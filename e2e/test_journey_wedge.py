"""The main job with a scanner that types: from sign-in to the courier's signature."""

import pytest
from playwright.sync_api import Browser, Page

from e2e.conftest import Stack
from e2e.floor import Floor
from e2e.journey import walk

pytestmark = pytest.mark.browser


def test_from_sign_in_to_signature(phone: Page, stack: Stack, browser: Browser) -> None:
    walk(Floor(phone, stack), browser, tote="T-005", taken_back=True)
