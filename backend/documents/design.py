"""Labels that the office makes itself: blocks from top to bottom, filled with the data of a label that Rampa knows.

A design is plain data. Blocks whose widths fit into one hundred percent stand beside each other; the next one begins a new
row. A block with a place of its own, in millimetres from the label's corner, stands there. It becomes a layout like every other, so every rule holds, and `check_design` refuses what would fail on any printer or with
the longest data, before anybody prints it.
"""

import base64
import binascii
import datetime
import io
import re
from typing import Annotated, Any, Literal

import msgspec

from backend.documents.bitmap import draw_bitmap
from backend.documents.canvas import (
    Align,
    Barcode,
    Box,
    Element,
    Image,
    Layout,
    LayoutProblem,
    Line,
    Media,
    Text,
    VerticalAlign,
    Weight,
)
from backend.documents.longest import longest_data
from backend.documents.page import DOTS_PER_MM, Dpi, place
from backend.documents.readback import demands_of, read_back
from backend.documents.sign_parts import tracked_content
from backend.documents.symbologies import LINEAR, Symbology
from backend.documents.template import LabelData, Template, read_data
from backend.documents.wording import WORD_KEYS, Language, day, money, weight, word

BLOCKS_MAX = 40
LOGO_BYTES_MAX = 200_000
_SWITCHES = ("points", "symbology", "currency", "qr", "gs1")
"""Data that decide about the looks and say nothing to people."""
_RETAIL = ("ean13", "ean8", "upca")

Percent = Annotated[int, msgspec.Meta(ge=5, le=100)]
Millimetres = Annotated[float, msgspec.Meta(ge=0.2, le=300)]
Offset = Annotated[float, msgspec.Meta(ge=0, le=300)]
_DATA = re.compile(r"\{([a-z0-9_.]+)\}")
_CAPTION = "word."


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`field` names the data of a field or a code; `text` is a fixed text, or stands before the value: a name before a
    field, an application identifier such as (00) before a GS1 code. `{name}` in a text stands for the data of that name.

    `x_mm` and `y_mm` place a block, `width_mm` wide, wherever it is to stand; without them it stands below the one before.
    """

    kind: Literal["field", "text", "code", "logo", "line", "space", "box"]
    field: Annotated[str, msgspec.Meta(max_length=60)] = ""
    text: Annotated[str, msgspec.Meta(max_length=300)] = ""
    width_percent: Percent = 100
    x_mm: Offset | None = None
    y_mm: Offset | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres = 6.0
    size_mm: Annotated[float, msgspec.Meta(ge=1.6, le=60)] = 3.5
    weight: Weight = "regular"
    align: Align = "left"
    vertical: VerticalAlign = "middle"
    inverse: bool = False
    symbology: Symbology = "code128"
    readable: bool = True
    """The line for people under bars."""


class Design(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`base`: the label whose data are printed. `logo`: a PNG or JPEG in base64."""

    base: Annotated[str, msgspec.Meta(max_length=32)]
    width_mm: Annotated[float, msgspec.Meta(ge=15, le=220)]
    height_mm: Annotated[float, msgspec.Meta(ge=10, le=300)]
    margin_mm: Annotated[float, msgspec.Meta(ge=0, le=20)] = 1.5
    logo: Annotated[str, msgspec.Meta(max_length=LOGO_BYTES_MAX * 4 // 3 + 4)] = ""
    blocks: Annotated[tuple[Block, ...], msgspec.Meta(min_length=1, max_length=BLOCKS_MAX)]


def field_names(template: Template) -> list[str]:
    """The names a block may use, such as `name` and `recipient.city`, and the captions of the label as `word.` and a key."""
    data = read_data(template, template.example)
    drawn = {element.text for element in template.draw(data).elements if isinstance(element, Text)}
    captions = [caption_name(key) for key in WORD_KEYS if word(key, data.language) in drawn]
    return [*field_values(data, data.language), *captions]


def caption_name(key: str) -> str:
    """A caption of labels as the name of a field: it is written in the language of the label."""
    return _CAPTION + key


def codes_of(template: Template) -> list[str]:
    """Which of these are codes: what stands in bars on the built-in label."""
    data = read_data(template, template.example)
    drawn = {element.content for element in template.draw(data).elements if isinstance(element, Barcode)}
    return [name for name, text in field_values(data, data.language).items() if text and text in drawn]


def plain_design(template: Template) -> Design:
    """A list to change: every field on a line of its own, the first code below."""
    names = [name for name in field_names(template) if name not in _SWITCHES and not name.startswith(_CAPTION)]
    codes = codes_of(template)
    media = template.media
    lines = [name for name in names if name not in codes][: 4 if media.height_mm < 60 else 12]
    symbology = _symbology_of(template, codes)
    code_mm = 22.4 if symbology in _RETAIL else max(12.0, media.height_mm * 0.4)
    margin_mm = 0.5 if media.width_mm <= 50 else 1.5
    step = max(2.4, (media.height_mm - 2 * margin_mm - (code_mm if codes else 0)) / max(1, len(lines)) - 0.1)
    blocks = [
        Block(
            kind="field", field=name, height_mm=round(min(step, 9.0), 1), size_mm=round(max(1.8, min(step, 9.0) * 0.7), 1),
            weight="bold" if place == 0 else "regular",
        )
        for place, name in enumerate(lines)
    ]  # fmt: skip
    if codes:
        blocks.append(
            Block(
                kind="code", field=codes[0], height_mm=round(code_mm, 1), size_mm=2.6, symbology=symbology,
                align="center",
            )
        )  # fmt: skip
    return Design(
        base=template.code,
        width_mm=media.width_mm,
        height_mm=media.height_mm,
        margin_mm=margin_mm,
        blocks=tuple(blocks),
    )


def _symbology_of(template: Template, codes: list[str]) -> Symbology:
    data = read_data(template, template.example)
    wanted = field_values(data, data.language)[codes[0]] if codes else ""
    bars = [element for element in template.draw(data).elements if isinstance(element, Barcode)]
    return next((element.symbology for element in bars if element.content == wanted), "code128")


def design_template(design: Design, base: Template, code: str) -> Template:
    """The design as a label like all others: same data, same examples, other looks."""
    known = set(field_names(base))
    for number, block in enumerate(design.blocks, 1):
        wanted = _DATA.findall(block.text) if block.kind in ("text", "field") else []
        wanted += [block.field] if block.kind in ("field", "code") else []
        missing = next((name for name in wanted if name not in known and not _is_caption(name)), None)
        if missing is not None:
            raise LayoutProblem(
                "design-field",
                expected=f"a field of {base.code}: {', '.join(sorted(known))}",
                got=f"{missing!r} in block {number}",
                cure="choose a field from the list",
            )
    logo = _logo_of(design)
    return Template(
        code=code,
        title=base.title,
        media=_media(design),
        data=base.data,
        draw=lambda data: _draw(design, logo, data),
        example=base.example,
        longest=base.longest,
    )


def check_design(design: Design, base: Template, code: str) -> Template:
    """The template, once its example and its longest data pass at every resolution in every language.

    Raises `LayoutProblem` with the name of the broken rule, what was expected, and what to do.
    """
    template = design_template(design, base, code)
    languages: tuple[Language, ...] = ("cs", "sk", "hu", "en")
    for dpi in DOTS_PER_MM:
        for language in languages:
            place(template.draw(read_data(template, {**base.example, "language": language})), dpi)
            place(template.draw(read_data(template, longest_data(template, language))), dpi)
        page = place(template.draw(read_data(template, base.example)), dpi)
        mismatches = read_back(draw_bitmap(page), demands_of(page))
        if mismatches:
            raise LayoutProblem(
                "read-back", expected="every code to be read back", got=mismatches[0].sentence, cure="enlarge the code"
            )
    return template


def _media(design: Design) -> Media:
    return Media(f"{design.width_mm:g}x{design.height_mm:g}", design.width_mm, design.height_mm)


def _logo_of(design: Design) -> bytes:
    if not any(block.kind == "logo" for block in design.blocks):
        return b""
    try:
        logo = base64.b64decode(design.logo, validate=True)
    except (ValueError, binascii.Error):
        logo = b""
    if not logo:
        raise LayoutProblem(
            "picture", expected="a PNG or JPEG for the logo", got="none", cure="choose a picture or drop the logo block"
        )
    return logo


def _draw(design: Design, logo: bytes, data: LabelData) -> Layout:
    """Rows from top to bottom; a row is as high as its highest block."""
    values = field_values(data, data.language)
    inner_mm = design.width_mm - 2 * design.margin_mm
    elements: list[Element] = []
    y, row_mm, used = design.margin_mm, 0.0, 0
    for block in design.blocks:
        if block.x_mm is not None and block.y_mm is not None:
            width_mm = block.width_mm or inner_mm * block.width_percent / 100
            placed = _element(block, values, data.language, logo, block.x_mm, block.y_mm, width_mm)
            elements += [placed] if placed is not None else []
            continue
        if used + block.width_percent > 100:
            y, row_mm, used = y + row_mm, 0.0, 0
        x = design.margin_mm + inner_mm * used / 100
        element = _element(block, values, data.language, logo, x, y, inner_mm * block.width_percent / 100)
        if element is not None:
            elements.append(element)
        row_mm, used = max(row_mm, block.height_mm), used + block.width_percent
    return Layout(_media(design), tuple(elements))


def _is_caption(field: str) -> bool:
    return field.removeprefix(_CAPTION) in WORD_KEYS and field.startswith(_CAPTION)


def _value_of(name: str, values: dict[str, str], language: Language) -> str:
    return word(name.removeprefix(_CAPTION), language) if _is_caption(name) else values.get(name, "")


def words_of(block: Block, values: dict[str, str], language: Language) -> str:
    """What a block says; nothing where all of its data are empty: a caption alone says nothing."""
    named = [values.get(name, "") for name in _DATA.findall(block.text) if not _is_caption(name)]
    text = _DATA.sub(lambda match: _value_of(match[1], values, language), block.text)
    if block.kind == "text":
        return text.strip(" ,") if any(named) or not named else ""
    value = _value_of(block.field, values, language)
    return f"{text} {value}".strip() if value else ""


def _element(
    block: Block, values: dict[str, str], language: Language, logo: bytes, x: float, y: float, width: float
) -> Element | None:
    box: dict[str, Any] = {"x_mm": x, "y_mm": y, "width_mm": width, "height_mm": block.height_mm}
    match block.kind:
        case "space":
            return None
        case "line":
            upright = block.height_mm > width
            long, thin = (block.height_mm, width) if upright else (width, block.height_mm)
            return Line(x_mm=x, y_mm=y, length_mm=long, stroke_mm=min(thin, 1.0), upright=upright)
        case "box":
            return Box(stroke_mm=0.4, filled=block.inverse, **box)
        case "logo":
            return Image(picture=logo, **box)
        case "code":
            if not values.get(block.field):
                return None
            content = block.text + values[block.field]
            linear = block.symbology in LINEAR
            return Barcode(
                symbology=block.symbology, content=content, align=block.align, hri=block.readable and linear,
                hri_size_mm=block.size_mm, use="retail" if block.symbology in _RETAIL else "floor",
                module_max_mm=0.64 if linear else 1.2, **box,
            )  # fmt: skip
        case _:
            return Text(
                text=words_of(block, values, language), size_mm=block.size_mm, weight=block.weight, align=block.align, inverse=block.inverse,
                vertical=block.vertical, fit="wrap" if block.height_mm > 2 * block.size_mm else "shrink", **box,
            )  # fmt: skip


def field_values(data: Any, language: Language, prefix: str = "") -> dict[str, str]:
    """Every field as people read it: money, kilograms and dates in their language, inner fields with a dot.

    Goods with a GTIN have one more, `gs1`: their element string for GS1 codes.
    """
    flat: dict[str, str] = {}
    for field in msgspec.structs.fields(data):
        name, value = f"{prefix}{field.name}", getattr(data, field.name)
        if isinstance(value, msgspec.Struct):
            flat |= field_values(value, language, f"{name}.")
        elif name.endswith("_minor"):
            flat[name] = "" if value is None else money(value, getattr(data, "currency", "CZK"), language)
        elif name.endswith("_g"):
            flat[name] = "" if value is None else weight(value, language)
        elif isinstance(value, datetime.date):
            flat[name] = day(value, language)
        elif isinstance(value, tuple):
            flat[name] = ", ".join(map(str, value))
        else:
            flat[name] = "" if value is None else str(value)
    flat.pop("language", None)
    gtin = flat.get("gtin", "")
    if not prefix and "gtin" in flat:
        element_string = tracked_content(
            gtin, flat.get("lot", ""), getattr(data, "best_before", None), flat.get("serial", "")
        )
        flat["gs1"] = element_string or (f"(01){gtin.zfill(14)}" if gtin else "")
    return flat


def preview_png(template: Template, language: Language, dpi: Dpi, *, longest: bool) -> bytes:
    """The label as the printer's dots, with its example or its longest data; it knows its true size."""
    fields = longest_data(template, language) if longest else {**template.example, "language": language}
    page = place(template.draw(read_data(template, fields)), dpi)
    target = io.BytesIO()
    draw_bitmap(page).save(target, "PNG", dpi=(dpi, dpi))
    return target.getvalue()
