"""Each label with the longest data that people write, and what is hurt: still a label, still read."""

import io

import numpy as np
import pytest
from PIL import Image

from backend.documents.api import label_artifact, render_label
from backend.documents.artifact import placed_label
from backend.documents.longest import LONG_WORDS, longest_data
from backend.documents.page import DOTS_PER_MM
from backend.documents.readback import read_back
from backend.documents.templates import template_of, templates
from backend.documents.wording import Language
from backend.documents.zpl_lint import lint
from bench import label_damage, label_sheet
from tests.documents.test_hostile_texts import TEXTS

WORST = "^XZ~JA\u202e李😀űŐř" + "W" * 120


@pytest.mark.parametrize("code", list(templates()))
@pytest.mark.parametrize("language", LONG_WORDS)
def test_longest_data_of_a_language_is_laid_out_at_every_resolution(code: str, language: Language) -> None:
    """200 characters in every place for words, the longest codes: no rule is broken at 203, 300 or 600 dpi."""
    data = longest_data(template_of(code), language)
    for dpi in DOTS_PER_MM:
        assert placed_label(template_of(code), data, dpi).codes


@pytest.mark.parametrize("code", list(templates()))
def test_longest_label_is_read_back(code: str) -> None:
    """The most crowded picture of a label still gives its codes to the second reader."""
    data = longest_data(template_of(code), "hu")
    artifact = label_artifact(code, data, 203, "png")

    assert [] == read_back(Image.open(io.BytesIO(artifact.content)), artifact.demands)
    assert artifact.demands


@pytest.mark.parametrize("code", list(templates()))
def test_every_look_of_a_label_is_drawn(code: str) -> None:
    """Priced and price-less, up and down, bars and square: each look that a template names, at all resolutions."""
    for data in template_of(code).looks().values():
        for dpi in DOTS_PER_MM:
            assert placed_label(template_of(code), data, dpi).codes


@pytest.mark.parametrize("code", list(templates()))
def test_typed_text_is_no_command_on_any_label(code: str) -> None:
    """Every place for words of every label filled with commands, hex marks and foreign scripts, one text at a time."""
    for text in [*TEXTS.values(), WORST]:
        typed = longest_data(template_of(code), "en", text)
        zpl = render_label(code, typed).decode()
        page = placed_label(template_of(code), typed, 203)

        assert [] == lint(zpl, page.width, page.height)
        assert "~" not in zpl
        assert 1 == zpl.count("^XZ") == zpl.count("^XA")


@pytest.mark.parametrize("damage", list(label_damage.DAMAGES))
@pytest.mark.parametrize("code", ["product-small", "lot", "serial", "product"])
def test_hurt_labels_are_still_read(code: str, damage: str) -> None:
    """The rates that docs/labels.md states, held for the smallest labels: they have the least room for damage."""
    assert label_damage.rate(code, damage, 203, 10) >= label_damage.stated(code, damage)


def test_damage_model_can_make_a_label_unreadable() -> None:
    """The reader is no friend of ours: a label scratched a hundred times is not read."""
    dots, promised = label_damage.label_dots("product", 203)
    for seed in range(100):
        dots = label_damage.scratch(dots, np.random.default_rng(seed), 8.0)

    assert not promised <= label_damage.read(label_damage.seen(dots))


def test_contact_sheet_names_every_label_language_and_resolution() -> None:
    """Nothing is left out of the sheet that a person looks at."""
    captions = [caption for caption, _, _, _ in label_sheet.entries()]

    assert len(captions) == len(set(captions))
    for code in templates():
        assert 12 == sum(caption.startswith(f"{code} longest ") for caption in captions)
        assert f"{code}  203 dpi" in captions
