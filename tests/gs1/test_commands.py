"""`rampa resolve` and `rampa ai-table` from the outside: text in, JSON lines or files out."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from backend.gs1.ai_dictionary import read_dictionary, write_python_table, write_typescript_table
from backend.gs1.code_lists import write_typescript_lists
from backend.gs1.commands import add_commands
from backend.platform.errors import Problem

ROOT = Path(__file__).parents[2]
DICTIONARY = Path(__file__).parent / "vectors" / "gs1-syntax-dictionary.txt"


def run(monkeypatch: pytest.MonkeyPatch, typed: bytes, *words: str) -> list[dict[str, object]]:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    args = parser.parse_args(words)
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="ascii"))
    monkeypatch.setattr(sys, "stdout", out)
    assert args.run(args) == 0
    return [json.loads(line) for line in out.buffer.getvalue().splitlines()]


def test_one_line_for_each_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Separators may be typed three ways; a wrong byte spoils only its own line."""
    typed = b"4006381333931\r\n]C110A<GS>21B\n]C110A\\x1d21B\n]C110A\x1d21B\n\xff\xfe\n\n4006381333932"
    lines = run(monkeypatch, typed, "resolve")
    assert [line["kind"] for line in lines] == ["gtin", "gs1", "gs1", "gs1", "text", "unknown", "gtin"]
    assert lines[0] == {
        "kind": "gtin",
        "keys": ["gtin:04006381333931", "text:4006381333931"],
        "elements": {},
        "error": None,
    }
    assert lines[1]["elements"] == lines[2]["elements"] == lines[3]["elements"] == {"10": "A", "21": "B"}
    assert "expected check digit 1" in str(lines[6]["error"])


def test_known_keys_and_layouts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Known keys decide an ambiguous code; weight layouts can be replaced or switched off."""
    known = tmp_path / "known.txt"
    known.write_text("track:40950000115\n\n", "utf-8")
    assert run(monkeypatch, b"409500001157\n", "resolve", "--known", str(known))[0]["kind"] == "tracking"
    assert run(monkeypatch, b"2812340012500\n", "resolve")[0]["kind"] == "weight"
    assert run(monkeypatch, b"2812340012500\n", "resolve", "--weights", "none")[0]["kind"] == "gtin"
    assert run(monkeypatch, b"2112345012506\n", "resolve", "--weights", "21IIIIIWWWWWC")[0]["kind"] == "weight"


def test_mistakes_are_sentences(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A missing file and an impossible layout say what was expected."""
    with pytest.raises(Problem, match="one key a line"):
        run(monkeypatch, b"", "resolve", "--known", str(tmp_path / "missing"))
    with pytest.raises(Problem, match="expected 13"):
        run(monkeypatch, b"", "resolve", "--weights", "28")
    with pytest.raises(Problem, match="syntax dictionary"):
        run(monkeypatch, b"", "ai-table", str(tmp_path / "missing"))


def test_the_shipped_tables_are_current() -> None:
    """Both tables of application identifiers and the floor app's code lists are what the dictionary gives today."""
    text = DICTIONARY.read_text("utf-8")
    assert len(read_dictionary(text)) > 200
    codes = ROOT / "pwa" / "src" / "codes"
    assert (ROOT / "backend" / "gs1" / "ai_table.py").read_text("utf-8") == write_python_table(text)
    assert (codes / "ai_table.ts").read_text("utf-8") == write_typescript_table(text)
    assert (codes / "code_lists.ts").read_text("utf-8") == write_typescript_lists()


def test_a_dictionary_line_that_is_not_understood() -> None:
    """A new kind of attribute stops the generator instead of being lost."""
    with pytest.raises(ValueError, match="newattribute"):
        read_dictionary("01 *? N14,csum newattribute=7 # GTIN")
