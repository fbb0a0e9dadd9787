"""Passwords of carriers: sealed in the database, opened for the plug-in alone, masked for everybody else. Both engines."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from backend.platform.database import Database
from backend.platform.errors import Problem
from backend.platform.sealing import new_key
from backend.shipping import api as shipping
from backend.shipping.tables import carrier_account

SETTINGS = {"base_url": "http://carrier.test", "client_id": "shop", "client_secret": "hunter2"}


async def save(database: Database, **changes: Any) -> None:
    await database.write(lambda conn: shipping.save_account(conn, "fake", "Fake", "fake", SETTINGS | changes))


async def kept(database: Database) -> dict[str, Any]:
    return await database.read(lambda conn: dict(conn.execute(sa.select(carrier_account.c.settings)).scalar_one()))


async def account(database: Database) -> Any:
    return (await database.read(lambda conn: shipping.account_of(conn, "fake"))).settings


async def test_only_the_plug_in_sees_the_password(database: Database) -> None:
    """In the row it is sealed, the rest stays readable; what may be shown says only that there is one."""
    await save(database)

    row = await kept(database)
    shown = await database.read(lambda conn: shipping.shown_settings(conn, "fake"))

    assert "hunter2" not in json.dumps(row)
    assert ("http://carrier.test", "shop") == (row["base_url"], row["client_id"])
    assert SETTINGS | {"client_secret": "•••"} == shown
    assert "hunter2" == (await account(database)).client_secret.reveal()
    assert "hunter2" not in repr(await account(database))


async def test_a_form_that_sends_the_mask_back_changes_nothing_secret(database: Database) -> None:
    await save(database)
    await save(database, client_id="shop-2", client_secret="•••")

    opened = await account(database)
    assert ("shop-2", "hunter2") == (opened.client_id, opened.client_secret.reveal())


async def test_a_wrong_key_is_a_problem_and_the_books_stay(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account says what is wrong; entering the password again under the new key mends it."""
    await save(database)
    monkeypatch.setenv("RAMPA_SECRET_KEY", new_key())

    with pytest.raises(Problem) as caught:
        await account(database)
    listed = await database.read(shipping.read_accounts)
    await save(database, client_secret="hunter3")

    assert "SECRET_KEY_WRONG" == caught.value.code
    assert "hunter2" not in caught.value.sentence
    assert ["fake"] == [each.code for each in listed]
    assert "hunter3" == (await account(database)).client_secret.reveal()


async def test_a_carrier_without_secrets_needs_no_key(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken key stops the carriers that have a password, not the own van."""
    await database.write(lambda conn: shipping.save_account(conn, "own_van", "Van", "own_van", {"routes": {"6": "B"}}))
    monkeypatch.setenv("RAMPA_SECRET_KEY", "broken")

    opened = await database.read(lambda conn: shipping.account_of(conn, "own_van"))

    assert {"6": "B"} == opened.settings.routes


async def test_the_key_is_changed_without_a_pause(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both keys, seal anew, the new one alone: the password is the same, the old key opens it no more."""
    old, new = new_key(), new_key()
    monkeypatch.setenv("RAMPA_SECRET_KEY", old)
    await save(database)
    monkeypatch.setenv("RAMPA_SECRET_KEY", f"{new},{old}")
    count = await database.write(shipping.seal_accounts_anew)

    monkeypatch.setenv("RAMPA_SECRET_KEY", new)
    assert (1, "hunter2") == (count, (await account(database)).client_secret.reveal())
    monkeypatch.setenv("RAMPA_SECRET_KEY", old)
    with pytest.raises(Problem):
        await account(database)


async def test_an_account_from_before_sealing_goes_on(database: Database) -> None:
    """A plain password of an older version works, and is sealed when the accounts are sealed anew."""
    row = {"carrier_code": "fake", "name": "Fake", "plugin": "fake", "settings": SETTINGS, "active": True}
    await database.write(lambda conn: conn.execute(sa.insert(carrier_account).values(**row)))
    before = (await account(database)).client_secret.reveal()
    await database.write(shipping.seal_accounts_anew)

    assert ("hunter2", "hunter2") == (before, (await account(database)).client_secret.reveal())
    assert "hunter2" not in json.dumps(await kept(database))
