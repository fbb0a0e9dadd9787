"""Sealed secrets: whose key opens them, where the key lies, and that nothing shows them by accident."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.platform.errors import Problem
from backend.platform.sealing import new_key, sealer_of
from backend.platform.secret import Secret

POSTGRES = sa.make_url("postgresql://rampa@db/rampa")


def test_a_sealed_text_opens_with_its_key_and_shows_nothing() -> None:
    """Two sealings of the same text differ, so that nobody sees that two carriers share a password."""
    box = sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": new_key()})
    first, second = box.seal("hunter2 žluť"), box.seal("hunter2 žluť")

    assert ("hunter2 žluť", "hunter2 žluť") == (box.open(first), box.open(second))
    assert first != second
    assert "hunter2" not in first


def test_a_new_key_in_front_seals_while_the_old_one_still_opens() -> None:
    """Rotation without a pause: put the new key first, seal anew, then take the old one away."""
    old, new = new_key(), new_key()
    before = sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": old}).seal("secret")
    both = sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": f"{new},{old}"})
    anew = both.seal(both.open(before))

    assert "secret" == sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": new}).open(anew)
    with pytest.raises(Problem) as caught:
        sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": new}).open(before)
    assert "SECRET_KEY_WRONG" == caught.value.code


def test_what_was_never_sealed_is_itself() -> None:
    """Accounts from before sealing go on working until they are saved or sealed anew."""
    assert "plain" == sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": new_key()}).open("plain")


def test_a_key_of_another_shape_is_named() -> None:
    with pytest.raises(Problem, match="RAMPA_SECRET_KEY") as caught:
        sealer_of(POSTGRES, {"RAMPA_SECRET_KEY": "password"})
    assert "SECRET_KEY_UNREADABLE" == caught.value.code


def test_a_key_is_made_once_beside_the_database_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    url = sa.make_url(f"sqlite:///{tmp_path}/shop.db")
    text = sealer_of(url, {}).seal("secret")

    (file,) = tmp_path.iterdir()
    assert ("shop.key", 0o600) == (file.name, file.stat().st_mode & 0o777)
    assert "secret" == sealer_of(url, {}).open(text)


def test_a_key_that_cannot_be_made_is_a_problem_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Problem, match="RAMPA_SECRET_KEY") as caught:
        sealer_of(sa.make_url(f"sqlite:///{tmp_path}/file/shop.db"), {})
    assert "SECRET_KEY_MISSING" == caught.value.code


def test_a_secret_shows_itself_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a log line, nor a trace, nor a careless format says it."""
    secret = Secret("hunter2")
    logging.getLogger("rampa").warning("account %s %r", secret, {"password": secret})

    assert "hunter2" not in caplog.text + f"{secret} {secret!r} {[secret]}"
    assert "hunter2" == secret.reveal()
