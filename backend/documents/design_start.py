"""The first design of a label: what Rampa's own label looks like, as blocks that the office can change.

The example is drawn, and each of its elements becomes a block at its place. Words are traced back to the data they came from:
what equals a field is that field, what stands beside it stays as text, captions stay captions in every language. A label
whose looks depend on its data too much to be caught so begins as a plain list.
"""

import copy
import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from backend.documents.canvas import Barcode, Box, Element, LayoutProblem, Line, Text
from backend.documents.design import Block, Design, caption_name, check_design, field_values, plain_design, words_of
from backend.documents.longest import longest_data
from backend.documents.symbologies import LINEAR
from backend.documents.template import LabelData, Template, read_data
from backend.documents.templates import template_of
from backend.documents.wording import WORD_KEYS, word

_WHOLE_ONLY = 3
"""Values shorter than this are found only where they are all of the words, or one of two around a slash."""


@lru_cache(maxsize=64)
def first_design(code: str) -> Design:
    """The looks of Rampa's own label to start from; it keeps every rule, as whatever may be saved."""
    template = template_of(code)
    for design in _without_what_fails(_as_it_looks(template)):
        try:
            check_design(design, template, code)
        except LayoutProblem:
            continue
        return design
    return plain_design(template)


def _without_what_fails(design: Design) -> Iterator[Design]:
    """The whole, then without one of its codes: some labels leave their bars out when a number is too long for them."""
    yield design
    codes = [place for place, block in enumerate(design.blocks) if block.kind == "code"]
    for place in codes if len(codes) > 1 else []:
        yield msgspec.structs.replace(design, blocks=design.blocks[:place] + design.blocks[place + 1 :])


def _as_it_looks(template: Template) -> Design:
    data = read_data(template, template.example)
    captions = {word(key, data.language): caption_name(key) for key in reversed(WORD_KEYS)}
    read = [
        read_data(template, fields) for fields in (*template.looks().values(), longest_data(template, data.language))
    ]
    others = [(each, template.draw(each).elements) for each in read]
    blocks: list[Block] = []
    for element in template.draw(data).elements:
        values = _own_values(template, element)
        blocks += [each for each in _blocks(element, values, captions) if _tells_the_truth(each, element, others)]
    media = template.media
    return Design(
        base=template.code, width_mm=media.width_mm, height_mm=media.height_mm, margin_mm=0, blocks=tuple(blocks[:40])
    )


def _tells_the_truth(block: Block, element: Element, others: list[tuple[LabelData, tuple[Element, ...]]]) -> bool:
    """Whether a text says with other data what the label says with them: an arrow or a counted sum would stay as it was."""
    if block.kind != "text":
        return True
    for data, elements in others:
        said = words_of(block, field_values(data, data.language), data.language)
        if any(_said(other).replace("\n", ", ") != said for other in elements if _place(other) == _place(element)):
            return False
    return True


def _own_values(template: Template, element: Element) -> dict[str, str]:
    """Names and values of the data; of names with equal values only the one that this element changes with."""
    data = read_data(template, template.example)
    values = {name: value for name, value in field_values(data, data.language).items() if value}
    said = _said(element)
    equals = [name for name, value in values.items() if value in said and list(values.values()).count(value) > 1]
    if not said or not equals:
        return values
    right = {values[name]: name for name in reversed(equals) if _changes_with(template, element, name, values[name])}
    return {name: value for name, value in values.items() if right.get(value, name) == name}


def _changes_with(template: Template, element: Element, name: str, value: str) -> bool:
    *path, last = name.split(".")
    fields = copy.deepcopy(template.example)
    inner = fields
    for step in path:
        inner = inner.get(step, {})
    if not isinstance(inner.get(last), str):
        return False
    inner[last] = value + "X"
    drawn = template.draw(read_data(template, fields)).elements
    return any(_said(other) != _said(element) for other in drawn if _place(other) == _place(element))


def _said(element: Element) -> str:
    match element:
        case Text():
            return element.text
        case Barcode():
            return element.content
        case _:
            return ""


def _place(element: Element) -> tuple[type, float, float]:
    return type(element), element.x_mm, element.y_mm


def _blocks(element: Element, values: dict[str, str], captions: dict[str, str]) -> Iterator[Block]:
    """One block, or none where a design has no such thing."""
    match element:
        case Line():
            long, thin = element.length_mm, element.stroke_mm
            width, height = (thin, long) if element.upright else (long, thin)
            yield Block(
                kind="line", x_mm=element.x_mm, y_mm=element.y_mm, width_mm=max(0.2, width), height_mm=max(0.2, height)
            )
        case Box():
            yield Block(
                kind="box", x_mm=element.x_mm, y_mm=element.y_mm, width_mm=element.width_mm, height_mm=element.height_mm,
                inverse=element.filled,
            )  # fmt: skip
        case Text() if element.text:
            field, text = _traced(element.text, values, captions)
            yield Block(
                kind="field" if field else "text", field=field, text=text, x_mm=element.x_mm, y_mm=element.y_mm,
                width_mm=element.width_mm, height_mm=element.height_mm, size_mm=max(1.6, element.size_mm),
                weight=element.weight, align=element.align, vertical=element.vertical, inverse=element.inverse,
            )  # fmt: skip
        case Barcode(rotation=0):
            named = [(name, value) for name, value in values.items() if element.content.endswith(value)]
            if named:
                name, value = max(named, key=lambda each: len(each[1]))
                linear = element.symbology in LINEAR
                yield Block(
                    kind="code", field=name, text=element.content.removesuffix(value), x_mm=element.x_mm,
                    y_mm=element.y_mm, width_mm=element.width_mm, height_mm=element.height_mm,
                    size_mm=max(1.6, element.hri_size_mm), align=element.align, symbology=element.symbology,
                    readable=element.hri and linear,
                )  # fmt: skip
        case _:
            return


def _traced(text: str, values: dict[str, str], captions: dict[str, str]) -> tuple[str, str]:
    """A field's name, or the text with data in braces."""
    if text in captions:
        return captions[text], ""
    for name, value in values.items():
        if value == text:
            return name, ""
    halves = text.split("/")
    if len(halves) == 2:
        names = [next((name for name, value in values.items() if value == half), "") for half in halves]
        if all(names):
            return "", f"{{{names[0]}}}/{{{names[1]}}}"
    known = {value: name for name, value in values.items() if len(value) >= _WHOLE_ONLY}
    known |= {caption: name for caption, name in captions.items() if len(caption) > _WHOLE_ONLY}
    if not known:
        return "", text
    longest_first = "|".join(re.escape(value) for value in sorted(known, key=len, reverse=True))
    one_line = ", ".join(text.split("\n"))
    return "", re.sub(longest_first, lambda match: f"{{{known[match[0]]}}}", one_line)[:300]
