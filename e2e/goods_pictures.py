"""`python -m e2e.goods_pictures FOLDER [--language sk]`: every screen of goods in, counting and returns in three sizes.

One walk for all sizes: at each stop the window is made small and large; at the smallest, what breaks a rule for all
screens (axe, targets for gloves, sideways scrolling) is told. A walk that fails is told, and the next begins.
"""

import argparse
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from e2e import goods_screens
from e2e.conftest import Stack, launch_browser, running_stack
from e2e.floor import Floor
from e2e.journey import walk
from e2e.office import open_office
from e2e.pictures import SIZES, new_page, take
from e2e.rules import axe_faults, sideways, small_targets

PHONE = SIZES[1]
OFFICE_SIZES = (SIZES[0], SIZES[2])


def shoot(page: Page, name: str, folder: Path, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """One screen in all sizes."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        take(page, folder / f"{name}_{width}x{height}.png")
        if (width, height) == SIZES[0]:
            for fault in (*axe_faults(page), *small_targets(page), *sideways(page)):
                print(f"{name}: {fault}", flush=True)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def worker(browser: Browser, stack: Stack, person: int, language: str) -> Floor:
    """Somebody signed in at a phone that speaks this language."""
    floor = Floor(new_page(browser, PHONE), stack)
    floor.join()
    floor.sign_in(person)
    floor.see("menu-settings").click()
    floor.see(f"language-{language}").click()
    floor.see("back").click()
    floor.see("menu").wait_for()
    return floor


def past(floor: Floor, names: Iterator[str], folder: Path) -> None:
    """Take what is seen; where the walk fails, take that too and go home."""
    last = "start"
    try:
        for last in names:
            shoot(floor.page, last, folder)
    except Exception:
        print(f"after {last}:", traceback.format_exc(limit=2), sep="\n", flush=True)
        shoot(floor.page, f"FAILED_after_{last}", folder)
        floor.page.goto(floor.stack.address)
        floor.see("start-shift").wait_for()
        floor.see("primary").click()


def office(browser: Browser, stack: Stack, folder: Path, order: str, language: str) -> None:
    """Counts, time machine and recall on one page; the order with its return."""
    page = new_page(browser, OFFICE_SIZES[1])
    open_office(page, stack)
    page.evaluate("(language) => localStorage.setItem('rampa.office.language', language)", language)
    page.goto(f"{stack.address}/office/stock")
    page.get_by_test_id("count-row").first.wait_for()
    shoot(page, "office_counts", folder, OFFICE_SIZES)
    (row,) = stack.office().get("/api/look-up", params={"key": goods_screens.HONEY}).json()["products"]
    page.get_by_test_id("history-product").fill(row["sku"])
    page.get_by_test_id("history-show").click()
    page.get_by_test_id("history-move").first.wait_for()
    page.get_by_test_id("history-show").scroll_into_view_if_needed()
    shoot(page, "office_time_machine", folder, OFFICE_SIZES)
    page.get_by_test_id("recall-product").fill(row["sku"])
    page.get_by_test_id("recall-lot").fill(f"LM-{language.upper()}")
    page.get_by_test_id("recall-show").click()
    page.get_by_test_id("recall").wait_for()
    page.get_by_test_id("recall").scroll_into_view_if_needed()
    shoot(page, "office_recall", folder, OFFICE_SIZES)
    page.goto(f"{stack.address}/office/orders?order={order}")
    page.get_by_test_id("order-return").wait_for()
    page.get_by_test_id("order-return").scroll_into_view_if_needed()
    shoot(page, "office_order_return", folder, OFFICE_SIZES)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m e2e.goods_pictures", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", default="cs")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as room, running_stack(Path(room)) as stack, sync_playwright() as playwright:
        browser = launch_browser(playwright)
        floor = worker(browser, stack, 0, args.language)
        for each in goods_screens.WALKS:
            past(floor, each(floor, args.language.upper()), args.folder)
        another = worker(browser, stack, 1, args.language)
        past(another, goods_screens.second_count(another, ""), args.folder)
        past(floor, goods_screens.counting_shown(floor, ""), args.folder)
        sender = Floor(new_page(browser, PHONE), stack)
        sent = walk(sender, browser, tote="T-015")
        past(another, goods_screens.coming_back(another, sent), args.folder)
        office(browser, stack, args.folder, sent.order, args.language)
        browser.close()
    print(f"pictures in {args.folder}")


if __name__ == "__main__":
    main()
