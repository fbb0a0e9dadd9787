"""`rampa label`, as the floor's engineer types it."""

import argparse
import json
from pathlib import Path

import pytest

from backend.documents.commands import add_commands
from backend.documents.templates import templates
from backend.platform.errors import Problem


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    args = parser.parse_args(["label", *words])
    return int(args.run(args))


@pytest.mark.parametrize(("label_format", "start"), [("zpl", b"^XA^CI28"), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_label_is_written_to_the_named_file(tmp_path: Path, label_format: str, start: bytes) -> None:
    """Data from a file, a label into a file, in each format."""
    data, out = tmp_path / "data.json", tmp_path / "out"
    data.write_text(json.dumps(templates()["tote"].example), encoding="utf-8")

    assert 0 == _run("tote", str(data), "--format", label_format, "--dpi", "300", "-o", str(out))
    assert out.read_bytes().startswith(start)


def test_list_shows_every_label_with_data_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    """What `--list` prints for a label is valid data of that label."""
    assert 0 == _run("--list")
    lines = capsys.readouterr().out.splitlines()

    assert len(templates()) * 2 == len(lines)
    listed = {head.split(" ")[0]: json.loads(example) for head, example in zip(lines[::2], lines[1::2], strict=True)}
    assert {code: template.example for code, template in templates().items()} == listed


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("tote",), "TEMPLATE and DATA.json"),
        (("tote", "no/such/file.json"), "no/such/file.json"),
        (("nothing", "data.json"), "parcel"),
        (("tote", "data.json", "--dpi", "72"), "203, 300 or 600"),
        (("tote", "list.json"), "JSON object, or a list"),
        (("tote", "broken.json"), "no JSON"),
        (("tote", "data.json", "-o", "no/such/folder/out"), "No such file"),
    ],
)
def test_error_is_one_sentence(
    words: tuple[str, ...], part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with the call is told in one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.json").write_text(json.dumps(templates()["tote"].example), encoding="utf-8")
    (tmp_path / "list.json").write_text("[1, 2]", encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")

    with pytest.raises(Problem) as caught:
        _run(*words)

    assert part in caught.value.sentence
    assert "\n" not in caught.value.sentence
