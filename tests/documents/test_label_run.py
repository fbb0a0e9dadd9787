"""Runs of labels: the quick way gives the bytes of the slow way, whatever people type, and is quick where it may be."""

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.documents.api import Artifact, label_examples, render_label, render_label_run
from backend.documents.artifact import LabelFormat, make_artifact
from backend.documents.canvas import Barcode, Layout, LayoutProblem, Media, Text
from backend.documents.label_run import LabelRun
from backend.documents.page import Dpi
from backend.documents.template import LabelData, RunShape, Template
from backend.documents.templates import template_of, templates
from backend.gs1.own_codes import build_own_code
from backend.platform.errors import Problem
from tests.documents.test_hostile_texts import TEXTS

WITH_RUNS = [code for code, template in templates().items() if template.run is not None]
WORDS = st.one_of(
    st.text(max_size=24),
    st.sampled_from(list(TEXTS.values())),
    st.text(alphabet="ABC abc 0123^~_\\>", max_size=40),
    st.sampled_from(["", "Brno", "John Smith 7", "Jiří Žďárský", "a" * 60, "two  blanks", " edge ", "W" * 18, "1/2"]),
    st.text(alphabet="ěščřžýáíéúůďťňóŐűŁßØąŃ Az09.,–…€", max_size=30),
    st.sampled_from(
        ["Kateřina Dvořáčková 1234", "Žďár nad Sázavou 12", "Př i", " ů", "e\u0301", "ﬁ", "Ж", "1 234,50\xa0Kč"]
    ),
)
CODES = st.one_of(
    st.text(alphabet="ABCXabc0123456789.-^_~>", min_size=1, max_size=16),
    st.sampled_from(["P.26-000123-1.K", "4006381333931", "4006381333932", "BA0305127240L", "", "ž"]),
)
NUMBERS = st.one_of(st.none(), st.integers(-5, 10**7))


def _slow(code: str, fields: dict[str, Any], dpi: Dpi = 203) -> Artifact | str:
    try:
        return make_artifact(template_of(code), fields, dpi, "zpl")
    except Problem as problem:
        return problem.sentence


def _quick(run: LabelRun, fields: dict[str, Any]) -> Artifact | str:
    try:
        return run.artifact(fields)
    except Problem as problem:
        return problem.sentence


def _changed(data: st.DataObject, example: dict[str, Any]) -> dict[str, Any]:
    """Some fields of an example made anew, inner ones too."""
    fields = {}
    for name, value in example.items():
        if isinstance(value, dict):
            fields[name] = _changed(data, value)
        elif name in ("language", "points", "symbology", "currency") or not data.draw(st.booleans()):
            fields[name] = value
        elif isinstance(value, str):
            fields[name] = data.draw(CODES if "code" in name or name == "gtin" else WORDS)
        else:
            fields[name] = data.draw(NUMBERS)
    return fields


@pytest.mark.parametrize("code", WITH_RUNS)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_quick_way_gives_the_bytes_and_problems_of_the_slow_way(code: str, data: st.DataObject) -> None:
    """A run of changing labels, each compared with the one drawn alone: equal bytes and codes, or the same refusal."""
    run = LabelRun(template_of(code), 203)
    example = {**label_examples()[code], "language": data.draw(st.sampled_from(["cs", "en"]))}
    for fields in [example, *(_changed(data, example) for _ in range(6)), example]:
        assert _slow(code, fields) == _quick(run, fields)


@pytest.mark.parametrize("code", WITH_RUNS)
@pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))
def test_hostile_text_in_a_trusted_slot_is_no_command(code: str, text: str) -> None:
    """After a slot is trusted, typed commands come out of it escaped, exactly as from the slow way."""
    run = LabelRun(template_of(code), 300)
    example = {**label_examples()[code], "language": "en"}
    texts = [name for name, value in example.items() if isinstance(value, str) and name in ("name", "note", "owner")]
    for word in ("one", "two", "three", text):
        fields = example | dict.fromkeys(texts[:1], f"{word}")
        assert _slow(code, fields, 300) == _quick(run, fields)


def _places(count: int) -> list[dict[str, Any]]:
    names = [f"{'ABCDEFGH'[number % 8]}-{number // 8:02d}-{number % 5}" for number in range(count)]
    return [
        {"language": "cs", "code": build_own_code("location", name), "name": name, "zone": "1", "points": "up"}
        for name in names
    ]


def test_run_of_places_is_laid_out_a_few_times_only() -> None:
    """500 shelf labels: the slow way is gone a handful of times, the rest is filled in."""
    run = LabelRun(template_of("location"), 203)
    for fields in _places(500):
        run.zpl(fields)

    assert run.slow <= 4


def test_broken_promise_costs_speed_and_never_a_label() -> None:
    """A template whose layout depends on a slot's length in secret is caught by comparison and drawn slowly."""

    class Secret(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
        name: str

    def draw(data: Secret) -> Layout:
        x = 3.0 + len(data.name)
        text = Text(x_mm=x, y_mm=3, width_mm=40, height_mm=8, text=data.name, size_mm=4)
        code = Barcode(x_mm=2, y_mm=20, width_mm=60, height_mm=20, symbology="code128", content="A1")
        return Layout(Media("t", 100, 50), (text, code))

    run_shape = RunShape(slots=lambda data: (data.name,), shape=lambda data: None)
    template = Template("secret", Media("t", 100, 50), Secret, draw, {}, "Secret", run=run_shape)
    alone = Template("secret", Media("t", 100, 50), Secret, draw, {}, "Secret")
    run = LabelRun(template, 203)

    for name in ("ab", "abcd", "abc", "abcdef", "ab"):
        assert LabelRun(alone, 203).zpl({"name": name}) == run.zpl({"name": name})
    assert 4 == run.slow  # only the repeat of the first came from the skeleton


def test_run_as_one_pdf_has_a_page_for_each_label() -> None:
    """A PDF of a run: one page each, in order, of the label's size."""
    document = pypdfium2.PdfDocument(render_label_run("location", _places(7), "pdf", 203))

    assert 7 == len(document)
    assert "D-00-3" in document[3].get_textpage().get_text_range()
    assert pytest.approx(100 / 25.4 * 72, abs=0.1) == document[6].get_size()[0]


def test_run_is_refused_as_a_picture_or_empty() -> None:
    """A picture holds one label; nothing to print is no file."""
    refused: list[tuple[list[dict[str, Any]], LabelFormat]] = [(_places(2), "png"), ([], "zpl")]
    for rows, label_format in refused:
        with pytest.raises(LayoutProblem, match="choose zpl or pdf"):
            render_label_run("location", rows, label_format)


def test_command_line_takes_a_list(tmp_path: Path) -> None:
    """`rampa label location places.json`: as many labels as the list has entries, in its order."""
    from tests.documents.test_commands import _run

    data, out = tmp_path / "places.json", tmp_path / "out.zpl"
    data.write_text(json.dumps(_places(3)), encoding="utf-8")

    assert 0 == _run("location", str(data), "-o", str(out))
    assert out.read_bytes() == b"".join(render_label("location", fields) for fields in _places(3))
