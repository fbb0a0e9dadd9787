"""The command `rampa`: every command explains itself, and says what is wrong in one sentence."""

from pathlib import Path

import pytest

from backend.app.cli import COMMANDS, main


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert 0 == ended.value.code
    assert f"usage: rampa {name}" in capsys.readouterr().out


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["levitate"])

    assert 2 == status
    assert "'levitate'" in capsys.readouterr().err


def test_a_port_that_no_machine_has_is_refused_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", "99999"])
    assert 2 == ended.value.code
    assert "invalid port value: '99999'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("_case", "words", "told"),
    [
        ("no schema", ["shippable"], "rampa migrate"),
        ("no such file", ["label", "parcel", "/nowhere.json", "--format", "zpl"], "/nowhere.json"),
        ("backup over a file", ["backup", __file__], "exists"),
        ("backup into no folder", ["backup", "/nowhere/copy.db"], "/nowhere"),
        ("no such order file", ["import-orders", "/nowhere.json", "--channel", "X"], "/nowhere.json"),
        ("no such label", ["label", "carpet", __file__, "--format", "zpl"], "carpet"),
        ("not the label's data", ["label", "tote", __file__, "--format", "zpl"], "JSON"),
    ],
)
def test_trouble_is_one_sentence(
    _case: str, words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """On standard error, with a status that is not 0, without a trace."""
    database = tmp_path / "rampa.db"
    database.touch()
    monkeypatch.setenv("RAMPA_DATABASE_URL", f"sqlite:///{database}")

    status = main(words)

    said = capsys.readouterr().err
    assert 1 == status
    assert told in said
    assert 1 == len(said.strip().splitlines())


def test_the_life_of_a_small_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Migrate, load the demo, verify, back up while it is open, and read the copy."""
    monkeypatch.setenv("RAMPA_DATABASE_URL", f"sqlite:///{tmp_path}/rampa.db")
    statuses = [main(["migrate"]), main(["demo"]), main(["verify-ledger"]), main(["backup", f"{tmp_path}/copy.db"])]
    monkeypatch.setenv("RAMPA_DATABASE_URL", f"sqlite:///{tmp_path}/copy.db")

    statuses.append(main(["verify-ledger"]))

    assert [0] * 5 == statuses
    first, second = (line for line in capsys.readouterr().out.splitlines() if line.startswith("OK "))
    assert first == second
