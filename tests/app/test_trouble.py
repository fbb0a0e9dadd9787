"""The trouble screen over HTTP: what was given up is shown, tried again when a person says so, and then done."""

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.app.wiring import REACTIONS
from backend.platform import clock, journal
from backend.platform.database import Database
from backend.platform.journal import Fact
from backend.platform.outbox import Inside, Outbox, PermanentRefusal

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]


class Planted(Fact, frozen=True, kw_only=True):
    word: str


@pytest.fixture(autouse=True)
def reactions(client: httpx.AsyncClient) -> Iterator[None]:
    before = dict(journal._reactions)
    journal.register_reactions({"Planted": ("test.react",)})
    yield
    journal.register_reactions(before)


def _refuse(_: sa.Connection, __: Any, ___: datetime) -> None:
    raise PermanentRefusal(
        "CARRIER_SAYS_NO", "Expected a town that the carrier serves, got Atlantis; mend the address.",
        got="Atlantis",
    )  # fmt: skip


async def drain(database: Database, reaction: Any) -> int:
    async with httpx.AsyncClient() as line:
        return await Outbox(database, {"test.react": Inside(reaction)}, line).drain()


async def shown(office: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await office.get("/api/trouble")
    assert 200 == answer.status_code, answer.text
    return answer.json()["deliveries"]


async def test_a_parked_delivery_is_shown_and_tried_again(database: Database, sign_in: SignIn) -> None:
    """It stands on the screen with its reason; after the retry it runs once and is gone from there."""
    office = await sign_in("office")
    done: list[str] = []
    await database.write(lambda conn: journal.append(conn, [Planted(about="order:7", word="a")], clock.now()))
    await drain(database, _refuse)
    (parked,) = await shown(office)

    answer = await office.post(f"/api/trouble/deliveries/{parked['id']}/retry")
    await drain(database, lambda _, fact, __: done.append(fact.payload["word"]))

    assert ("parked", "order:7", "test.react") == (parked["state"], parked["about"], parked["reaction"])
    assert "Atlantis" in parked["parked_reason"]
    assert {"code": "CARRIER_SAYS_NO", "got": "Atlantis"} == parked["parked_problem"]
    assert (200, ["a"], []) == (answer.status_code, done, await shown(office))


async def test_a_fault_of_the_program_has_a_code_as_well(database: Database, sign_in: SignIn) -> None:
    """Its English stays for support; the office reads that it is our fault, in its language."""
    office = await sign_in("office")
    await database.write(lambda conn: journal.append(conn, [Planted(about="order:7", word="a")], clock.now()))
    await drain(database, lambda *_: {}["word"])
    (failed,) = await shown(office)

    assert ("waiting", {"code": "INTERNAL", "got": "KeyError"}) == (failed["state"], failed["parked_problem"])
    assert "KeyError" in failed["parked_reason"]


def test_every_task_that_can_be_parked_is_named_to_the_office() -> None:
    """The office names each in four languages (its own test walks over the same list)."""
    told = json.loads((Path(__file__).parents[2] / "contracts" / "reactions.json").read_text("utf-8"))
    assert sorted({name for named in REACTIONS.values() for name in named}) == told


async def test_what_is_not_parked_is_not_tried_again(sign_in: SignIn) -> None:
    """A number that nobody has, or that somebody else has retried already, is told as such."""
    office = await sign_in("office")

    answer = await office.post("/api/trouble/deliveries/999/retry")

    assert (404, "DELIVERY_UNKNOWN") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("role", ["worker", "lead"])
async def test_the_floor_does_not_see_it(sign_in: SignIn, role: str) -> None:
    """Sentences of carriers name buyers; the screen is the office's."""
    floor = await sign_in(role)

    assert 403 == (await floor.get("/api/trouble")).status_code
    assert 403 == (await floor.post("/api/trouble/deliveries/1/retry")).status_code
