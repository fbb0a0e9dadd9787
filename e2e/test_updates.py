"""New versions of the app arrive while people work: never a reload inside a job, never a chunk that is not found."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import ROOT, Stack
from e2e.deployments import Deployments
from e2e.floor import Floor

pytestmark = pytest.mark.browser

DEPLOYMENTS = 20
LOOK = """async () => {
  const each = await navigator.serviceWorker.getRegistration();
  window.fresh = each.installing;
  each.addEventListener('updatefound', () => { window.fresh = each.installing; });
  await each.update();
  await each.update();
  window.fresh ??= each.waiting;
}"""
"""Twice: the browser looks by itself after a page was loaded, and a look asked for meanwhile is that one, which may have
begun before the deployment, or have found it already."""
DECIDED = "() => window.fresh !== null && window.fresh.state !== 'installing'"
"""Not a promise: to wait_for_function any promise is true at once."""
WAITING = "() => navigator.serviceWorker.getRegistration().then((each) => each.waiting !== null)"
WAITS = "() => navigator.serviceWorker.getRegistration().then((each) => each.waiting === window.fresh)"
VERSION = "() => caches.keys().then((names) => names.filter((name) => /^rampa-[0-9a-f]{12}$/.test(name)))"


class Worker(Floor):
    """A floor worker whose app comes from the deployments; counts how often the page was loaded."""

    def __init__(self, page: Page, stack: Stack, deployments: Deployments) -> None:
        own = Stack(deployments.address, stack.folder, stack.words)
        own.office = stack.office  # the office speaks to the product itself
        own.released = stack.released
        super().__init__(page, own)
        self.loads = 0
        self.failed: list[str] = []
        page.on("load", lambda _: setattr(self, "loads", self.loads + 1))
        page.on("console", lambda message: self._note(message.text))
        page.on("pageerror", lambda error: self.failed.append(str(error)))

    def _note(self, text: str) -> None:
        if "dynamically imported module" in text or "Failed to fetch" in text:
            self.failed.append(text)

    def look_for_news(self) -> str:
        """The app asks for a new version; the browser has `installed` it or made it `redundant`, that is refused it."""
        self.page.evaluate(LOOK)
        self.page.wait_for_function(DECIDED)
        return self.page.evaluate("() => window.fresh.state")


@pytest.fixture
def deployments(stack: Stack) -> Iterator[Deployments]:
    opened = Deployments(ROOT / "pwa" / "dist", stack.address)
    yield opened
    opened.close()


@pytest.fixture
def worker(phone: Page, stack: Stack, deployments: Deployments) -> Worker:
    """Signed in, with the first version on the device."""
    floor = Worker(phone, stack, deployments)
    floor.join()
    floor.sign_in()
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return floor


def test_twenty_deployments_a_rollback_and_a_broken_one(worker: Worker, deployments: Deployments) -> None:
    """Twenty versions come during one pick, then half of one, then an old one; the pick goes on under its own code."""
    page = worker.page
    worker.take(worker.release(lines=2))
    place = worker.see("pick-location").inner_text()
    loads = worker.loads
    for number in range(1, DEPLOYMENTS + 1):
        deployments.deploy(number)
        assert worker.look_for_news() == "installed"
        assert page.evaluate(WAITS) is True, "the new version does not wait for the job to end"
        if number % 5 == 0:
            worker.scan_own("location", place)
            worker.path(r"pick\.at_location")
    deployments.deploy_half(DEPLOYMENTS + 1)
    assert worker.look_for_news() == "redundant"
    deployments.deploy(3)
    assert worker.look_for_news() == "installed"
    assert page.evaluate(WAITS) is True
    assert worker.loads == loads, "the page was loaded anew inside a job"

    # Screens that were not opened yet are chunks of the first version, which no server has any more.
    worker.see("back").click()
    worker.see("menu-sounds").click()
    expect(worker.see("sounds")).to_be_visible()
    worker.see("back").click()
    assert worker.loads == loads

    worker.everything_saved()
    worker.see("update").click()
    expect(worker.see("start-shift")).to_be_visible()
    assert worker.loads == loads + 1
    worker.see("primary").click()
    worker.see("continue").click()
    worker.path(r"pick\.")
    assert worker.failed == []
    assert not [path for path in deployments.missing if path.startswith("/assets/") and "03." in path]


def test_a_broken_version_is_not_installed_and_the_device_starts_offline(
    worker: Worker, deployments: Deployments
) -> None:
    """An upload that broke off changes nothing; with the server gone the app opens from the device, chunks and all."""
    page = worker.page
    before = page.evaluate(VERSION)
    deployments.deploy_half(7)
    assert worker.look_for_news() == "redundant"
    assert page.evaluate(WAITING) is False
    deployments.up = False
    page.reload()
    expect(worker.see("start-shift")).to_be_visible()
    worker.see("primary").click()
    worker.see("menu-sounds").click()
    expect(worker.see("sounds")).to_be_visible()
    deployments.up = True
    assert before[0] in page.evaluate(VERSION)
    assert worker.failed == []
