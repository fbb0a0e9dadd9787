"""The first design of a label says what Rampa's own label says, also with data it has never seen."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.documents.canvas import Barcode, LayoutProblem, Text
from backend.documents.design import Block, Design, check_design, design_template, field_names
from backend.documents.design_start import first_design
from backend.documents.store import DESIGNABLE
from backend.documents.template import Template, read_data
from backend.documents.templates import template_of
from backend.gs1.own_codes import build_own_code


def _said(template: Template, fields: dict[str, Any]) -> set[str]:
    """Words and codes of a label, lines joined as the editor joins them."""
    elements = template.draw(read_data(template, fields)).elements
    words = {element.text.replace("\n", ", ") for element in elements if isinstance(element, Text)}
    return {word for word in words if word} | {each.content for each in elements if isinstance(each, Barcode)}


@pytest.mark.parametrize("code", ["parcel", "product", "product-large", "lot", "tote", "badge"])
def test_first_design_says_what_the_label_says(code: str) -> None:
    """Example data: the same words and the same codes, nothing added, nothing lost."""
    base = template_of(code)

    assert _said(base, base.example) == _said(design_template(first_design(code), base, code), base.example)


def test_first_design_prints_the_data_it_is_given() -> None:
    """Sender and recipient of the example live in one country; the design still prints the recipient's, in its language."""
    base = template_of("parcel")
    design = design_template(first_design("parcel"), base, "parcel")
    recipient = {"name": "Eva Malá", "street": "Hlavná 5", "postcode": "811 01", "city": "Bratislava", "country": "SK"}
    code = build_own_code("parcel", "26-777-2")
    said = _said(design, {**base.example, "language": "sk", "recipient": recipient, "parcel_code": code, "piece": 2})

    assert {"SK", "811 01 Bratislava", "2/2", "Objednávka", code} <= said
    assert not {"CZ", "110 00 Praha 1", "1/2", "Tel."} & said


def test_signs_that_follow_data_are_left_out() -> None:
    """The arrow of a shelf points where the data say; a design that always points up would send people wrong."""
    base = template_of("location")

    assert not any(block.text in ("▲", "▼") for block in first_design("location").blocks)
    assert any("▲" in text for text in _said(base, base.example))


def test_serials_too_long_for_bars_keep_their_squares() -> None:
    """A label that drops its bars for long numbers begins without them: the design must bear every number."""
    kinds = [block.symbology for block in first_design("serial").blocks if block.kind == "code"]

    assert ["gs1-datamatrix", "gs1-datamatrix"] == kinds


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        (Block(kind="text", text="Haló", x_mm=45, y_mm=2, width_mm=20), "on-the-label"),
        (Block(kind="text", text="{colour}", x_mm=1, y_mm=2, width_mm=20), "design-field"),
        (Block(kind="field", field="name", x_mm=2, y_mm=14, width_mm=40, height_mm=6), "quiet-zone"),
    ],
)
def test_placed_blocks_keep_the_rules(block: Block, rule: str) -> None:
    """A block put off the label, over a code, or with data that are none is refused by name."""
    code = Block(kind="code", field="sku", symbology="qr", x_mm=2, y_mm=12, width_mm=16, height_mm=16)
    design = Design(base="product", width_mm=50, height_mm=30, blocks=(code, block))

    with pytest.raises(LayoutProblem) as broken:
        check_design(design, template_of("product"), "product")
    assert rule == broken.value.rule


def test_the_office_knows_every_field_that_a_label_can_show() -> None:
    """Its test finds a name for each in four languages: contracts/label_fields.json."""
    told = json.loads((Path(__file__).parents[2] / "contracts" / "label_fields.json").read_text("utf-8"))
    assert told == {code: field_names(template_of(code)) for code in DESIGNABLE}
