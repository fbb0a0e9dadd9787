"""`rampa decode` as a program and a person see it."""

import argparse
import json
from pathlib import Path

import pytest

from backend.platform.errors import Problem
from backend.scanning import photo_worker
from backend.scanning.commands import add_commands
from tests.scanning_photos import pictures


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    args = parser.parse_args(["decode", *words])
    return args.run(args)


@pytest.fixture
def label(tmp_path: Path) -> Path:
    """A picture of one code."""
    file = tmp_path / "label.png"
    file.write_bytes(pictures.as_file(pictures.on_table(pictures.drawn("[01]90012345678908[10]A[21]7", "DataBarExp"))))
    return file


def test_json_gives_one_object_for_each_file(label: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Name, codes with text, symbology, reader, confidence and four corners, and the time."""
    assert 0 == _run(str(label), str(label), "--json")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [str(label)] * 2 == [line["file"] for line in lines]
    (code,) = lines[0]["codes"]
    assert ("019001234567890810A\x1d217", "DataBar Expanded", "zxing-cpp") == (
        code["text"], code["symbology"], code["reader"],
    )  # fmt: skip
    assert [4, 2] == [len(code["position"]), len(code["position"][0])]
    assert 0.5 < code["confidence"] <= 1
    assert lines[0]["ms"] > 0
    assert {"file", "codes", "ms"} == set(lines[0])
    assert {"text", "symbology", "reader", "confidence", "position"} == set(code)


def test_all_files_are_read_by_one_child(
    label: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child loads its readers for half a second: not once more for each of many files."""
    begun: list[bool] = []
    start = photo_worker._Child.started

    async def counted(limits: tuple[str, str]) -> photo_worker._Child:
        begun.append(True)
        return await start(limits)

    monkeypatch.setattr(photo_worker._Child, "started", counted)

    assert 0 == _run(*[str(label)] * 5, "--json")
    assert [1] * 5 == [len(json.loads(line)["codes"]) for line in capsys.readouterr().out.splitlines()]
    assert [True] == begun


def test_full_answers_carry_the_reason(label: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person wants to know beside the five fields every program gets."""
    assert 0 == _run(str(label), "--json", "--full")

    (code,) = json.loads(capsys.readouterr().out)["codes"]
    assert code["gs1"] is True
    assert "untouched" in code["reason"]


def test_files_that_cannot_be_opened_are_told_and_change_the_status(
    label: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence each; the good file is read all the same."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff")

    assert 1 == _run(str(tmp_path / "none.png"), str(broken), str(label), "--json")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [[], []] == [line["codes"] for line in lines[:2]]
    assert all(line["error"].startswith("Expected ") for line in lines[:2])
    assert 1 == len(lines[2]["codes"])


def test_a_person_sees_separators(label: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A control character in a terminal would vanish."""
    assert 0 == _run(str(label))

    assert "019001234567890810A<GS>217" in capsys.readouterr().out


def test_a_picture_without_code_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found is an answer."""
    file = tmp_path / "gravel.jpg"
    file.write_bytes(pictures.as_file(pictures.texture(400, 300, 1), "jpeg"))

    assert 0 == _run(str(file))
    assert "no code found" in capsys.readouterr().out


def test_the_list_of_known_codes_must_be_readable(label: Path, tmp_path: Path) -> None:
    """A wrong path is a problem of the caller, told before any picture is read."""
    with pytest.raises(Problem, match="one code a line"):
        _run(str(label), "--known", str(tmp_path / "none.txt"))
