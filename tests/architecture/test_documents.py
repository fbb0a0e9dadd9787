"""What a newcomer reads is true: links lead somewhere, named commands and tasks exist, every role has a page."""

import re
import subprocess
from pathlib import Path

import pytest

from backend.app.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
IN_CODE = re.compile(r"`([^`\n]+)`|^```\n(.*?)^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What its headings may be linked by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


def broken_links(page: Path) -> list[str]:
    broken = []
    for target in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if re.match(r"\w+:", target):
            continue
        wanted = page if path == "" else page.parent / path
        dead_anchor = anchor != "" and wanted.suffix == ".md" and wanted.exists() and anchor not in anchors(wanted)
        if dead_anchor or not wanted.exists():
            broken.append(target)
    return broken


def written_calls(text: str, program: str) -> set[str]:
    """The first word after `program` wherever a page shows it as something to type."""
    shown = (line for inline, block in IN_CODE.findall(text) for line in (inline or block).splitlines())
    begun = rf"(?:^|[\s|=\"/]){re.escape(program)} ([a-z][a-z0-9-]+)"
    return {word for line in shown for word in re.findall(begun, line.split(" # ")[0])}


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert [] == broken_links(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.relative_to(ROOT).as_posix())
def test_commands_that_are_shown_exist(page: Path) -> None:
    assert set() == written_calls(page.read_text("utf-8"), "rampa") - set(COMMANDS)


def test_tasks_that_are_shown_exist() -> None:
    """`./dev WORD` in any page is a task of the script, and its help names each task."""
    told = subprocess.run([ROOT / "dev", "--help"], capture_output=True, text=True, check=True).stdout
    tasks = set(re.findall(r"^\./dev ([a-z0-9-]+)", told, re.MULTILINE))
    listed = set(re.findall(r"^    ([a-z0-9-]+)\s", told, re.MULTILINE))
    shown = {word for page in PAGES for word in written_calls(page.read_text("utf-8"), "./dev")}

    assert tasks == listed
    assert shown <= tasks
    assert {"run", "test", "demo-reset"} <= shown


def test_every_role_has_a_page_in_the_readme() -> None:
    linked = LINK.findall((ROOT / "README.md").read_text("utf-8"))

    assert {f"docs/{name}.md" for name in ("picking", "packing", "courier", "office", "owner")} <= set(linked)


def test_a_planted_lie_is_found(tmp_path: Path) -> None:
    """A page with a dead link, a dead anchor and a command that nobody has."""
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](gone.md) [b](#two) [c](#one) [d](https://example.com)\nType `rampa levitate --now`.\n")

    assert ["gone.md", "#two"] == broken_links(page)
    assert {"levitate"} == written_calls(page.read_text(), "rampa")
