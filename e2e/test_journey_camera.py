"""The main job through the phone's camera: every code is read from a picture, in the page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from e2e.camera import write_clip
from e2e.conftest import Stack, launch_browser, new_phone
from e2e.floor import Floor
from e2e.journey import walk

pytestmark = pytest.mark.browser


class CameraFloor(Floor):
    """Lays a code before the lens, then opens the camera with the button in the thumb zone."""

    def __init__(self, page: Page, stack: Stack, clip: Path) -> None:
        super().__init__(page, stack)
        self.clip = clip
        # A camera that saw nothing for 20 s asks for a tap: on a machine this busy a person would tap, too.
        page.add_locator_handler(
            page.locator("[data-testid=code-sheet][data-camera=idle]"),
            lambda sheet: sheet.locator(".again button").click(),
        )

    def scan(self, text: str) -> None:
        sheet = self.page.get_by_test_id("close-sheet")
        if sheet.count() and sheet.first.is_visible():
            sheet.first.click()
        write_clip(self.clip, text, "ean13" if text.isdigit() and len(text) == 13 else "qr")
        self.see("camera").click()


def test_from_sign_in_to_signature_by_camera(playwright_run, browser: Browser, stack: Stack, tmp_path: Path) -> None:
    """The same journey, and not one character is typed on the floor."""
    clip = tmp_path / "bench.mjpeg"
    write_clip(clip, "nothing yet", "qr")
    seeing = launch_browser(
        playwright_run, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={clip}",
    )  # fmt: skip
    try:
        page = new_phone(seeing, permissions=["camera"]).new_page()
        walk(CameraFloor(page, stack, clip), browser, tote="T-009")
    finally:
        seeing.close()
