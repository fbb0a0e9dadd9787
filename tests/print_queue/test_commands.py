"""`rampa printers` from an empty database to a queued test."""

import argparse

import pytest

from backend.platform.database import run_once
from backend.platform.errors import Malformed, Problem
from backend.print_queue import api
from backend.print_queue.commands import add_commands, read_media


def _rampa(url: str, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    args = parser.parse_args(["printers", *words])
    args.database_url = url
    return int(args.run(args))


def test_set_up_and_look(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Agent, printer, route, a change of the address alone, a test, and the list that shows them."""
    _rampa(sqlite_url)
    hint = capsys.readouterr().out
    _rampa(sqlite_url, "agent", "hall")
    token = capsys.readouterr().out.strip()
    new = ["--name", "Labels", "--driver", "zpl", "--transport", "tcp", "--address", "10.0.0.1", "--media", "105x148"]
    _rampa(sqlite_url, "save", "L1", "--agent", "hall", *new)
    _rampa(sqlite_url, "save", "L1", "--agent", "hall", "--address", "10.0.0.2")
    _rampa(sqlite_url, "route", "*", "label", "L1")
    _rampa(sqlite_url, "test", "L1")
    capsys.readouterr()
    _rampa(sqlite_url)
    listed = capsys.readouterr().out

    assert "rampa printers agent" in hint
    assert run_once(sqlite_url, lambda conn: api.authenticate_agent(conn, token)) is not None
    assert "disconnected" in listed
    assert "1 waiting" in listed
    assert "zpl 10.0.0.2   Labels" in listed
    assert "label -> L1" in listed


@pytest.mark.parametrize(
    "words",
    [["save", "L1", "--agent", "nobody"], ["route", "*", "label", "L9"], ["test", "L9"]],
)
def test_what_is_not_there_is_a_sentence(sqlite_url: str, words: list[str]) -> None:
    """An unknown agent or printer is named."""
    with pytest.raises(Problem, match=r"nobody|L9"):
        _rampa(sqlite_url, *words)


def test_a_new_printer_needs_everything(sqlite_url: str) -> None:
    """Half a printer is refused with what is missing."""
    _rampa(sqlite_url, "agent", "hall")

    with pytest.raises(Problem, match="driver, transport, address"):
        _rampa(sqlite_url, "save", "L1", "--agent", "hall", "--name", "Labels")


@pytest.mark.parametrize(
    ("text", "media"), [("105x148", (105, 148)), (" 50 X 30 ", (50, 30)), ("A6", None), ("1x", None)]
)
def test_media(text: str, media: tuple[int, int] | None) -> None:
    """Width by height in millimetres, nothing else."""
    if media is None:
        with pytest.raises(Malformed, match="105x148"):
            read_media(text)
    else:
        assert media == read_media(text)
