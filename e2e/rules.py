"""What every screen must keep: axe's serious and critical rules, targets for gloves, no sideways scrolling."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TARGET_PX = 56
FINE_PX = 0.5
"""Sizes are laid out in fractions of a pixel."""

AXE_RUN = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .filter((each) => each.impact === 'serious' || each.impact === 'critical')
  .map((each) => `${each.id} (${each.impact}): ${each.help} at ` + each.nodes.map((node) => node.target.join(' ')).join(', '))"""

SMALL_TARGETS = """([least]) => [...document.querySelectorAll('button, a.button, input, select, summary')]
  .filter((each) => each.checkVisibility() && !each.matches('.wedge-field, .visually-hidden'))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < least || box.height < least))
  .map(([each, box]) =>
    `${each.dataset.testid ?? each.textContent.trim()} is ${box.width.toFixed(1)} x ${box.height.toFixed(1)} px`)"""

SIDEWAYS = """() => {
  const root = document.scrollingElement;
  const name = (each) => each.dataset?.testid ?? `${each.tagName.toLowerCase()}.${each.className}`;
  const past = (inside, edge) => [...inside.querySelectorAll('*')]
    .filter((each) => each.getBoundingClientRect().right > edge + 1 && !each.closest('nav, .chips, .scroll'))
    .slice(0, 3).map(name).join(', ');
  const wide = [];
  if (root.scrollWidth > innerWidth) {
    wide.push(`the page is ${root.scrollWidth} px wide on ${innerWidth} px because of ${past(document.body, innerWidth)}`);
  }
  for (const each of document.querySelectorAll('body *')) {
    const scrolls = getComputedStyle(each).overflowX === 'auto' && !each.matches('nav, .chips, .scroll');
    if (scrolls && each.scrollWidth > each.clientWidth + 1) {
      const edge = each.getBoundingClientRect().left + each.clientWidth;
      wide.push(`${name(each)} is ${each.scrollWidth} px wide in ${each.clientWidth} px because of ${past(each, edge)}`);
    }
  }
  return wide;
}"""
"""One row of tabs or filters, and a table, may be wider than the screen: they scroll by themselves."""


def axe_faults(page: Page) -> list[str]:
    """Serious and critical violations on the page as it is now."""
    if not AXE.is_file():
        raise FileNotFoundError(f"expected {AXE}, found none: run ./dev e2e once, or npm ci in {AXE.parents[2]}")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(AXE_RUN)
    return found


def small_targets(page: Page) -> list[str]:
    """Buttons and fields under 56 px."""
    found: list[str] = page.evaluate(SMALL_TARGETS, [TARGET_PX - FINE_PX])
    return found


def sideways(page: Page, root_px: int | None = None) -> list[str]:
    """What has to be scrolled sideways; `root_px` = 32 is text at 200 %."""
    if root_px is None:
        return page.evaluate(SIDEWAYS)
    page.evaluate("(px) => { document.documentElement.style.fontSize = `${px}px`; }", root_px)
    found: Any = page.evaluate(SIDEWAYS)
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    return [f"at {root_px} px text: {each}" for each in found]
