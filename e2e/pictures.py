"""`python -m e2e.pictures`: the README's pictures into docs/pictures, every screen in three sizes into a folder to look at.

python -m e2e.pictures [FOLDER] [--only-readme]
"""

import argparse
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from e2e import screens
from e2e.conftest import ROOT, Stack, launch_browser, running_stack
from e2e.floor import Floor

README = ROOT / "docs" / "pictures"
SIZES = ((360, 640), (412, 915), (1180, 820))
PHONE, TABLET = SIZES[0], SIZES[2]
FLOOR_PICTURES = {"pick_at_location": "pick", "pick_wrong_product": "wrong", "pack_checking": "pack"}
COLOURS = 128
"""Flat surfaces need few; a picture stays far below 100 kB."""


def take(page: Page, file: Path) -> None:
    """A PNG of what is seen, with a palette."""
    page.wait_for_function("() => [...document.images].every((each) => each.complete || each.loading === 'lazy')")
    picture = Image.open(io.BytesIO(page.screenshot(scale="css"))).convert("RGB")
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def new_page(browser: Browser, size: tuple[int, int]) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="cs", reduced_motion="reduce", device_scale_factor=1
    )
    context.set_default_timeout(30_000)
    return context.new_page()


def walk(page: Page, names: Iterator[str], folder: Path, readme: dict[str, str]) -> None:
    for name in names:
        take(page, folder / f"{name}.png")
        if name in readme:
            take(page, README / f"{readme[name]}.png")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=None)
    parser.add_argument("--only-readme", action="store_true")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="rampa-pictures-"))
    with tempfile.TemporaryDirectory() as room, running_stack(Path(room)) as stack, sync_playwright() as playwright:
        browser = launch_browser(playwright)
        for number, size in enumerate((PHONE, TABLET) if args.only_readme else SIZES):
            one_size(browser, stack, size, folder / f"{size[0]}x{size[1]}", f"T-02{number}")
        browser.close()
    print(f"README: {README}\nevery screen: {folder}")


def one_size(browser: Browser, stack: Stack, size: tuple[int, int], folder: Path, tote: str) -> None:
    """The floor first: the office then has something to show."""
    page = new_page(browser, size)
    walk(page, screens.floor_screens(Floor(page, stack), tote), folder, FLOOR_PICTURES if size == PHONE else {})
    page.context.close()
    for names in (screens.office_screens, screens.courier_screens, screens.demo_screens):
        page = new_page(browser, size)
        walk(page, names(page, stack), folder, {"office_order": "orders"} if size == TABLET else {})
        page.context.close()


if __name__ == "__main__":
    main()
