"""A picture of a ZPL label, near enough to recognise it: for the virtual printer's page, never for a verdict.

Texts are set in Pillow's own font, codes by zxing-cpp at their module width, boxes and graphics as they stand.
"""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from printing.zpl import FNC1, Drawn, Field, Label

SIDE_MAX_DOTS = 4000
_TURN = {"R": Image.Transpose.ROTATE_270, "I": Image.Transpose.ROTATE_180, "B": Image.Transpose.ROTATE_90}
_FORMATS = {
    "code128": zxingcpp.BarcodeFormat.Code128,
    "gs1-128": zxingcpp.BarcodeFormat.Code128,
    "ean13": zxingcpp.BarcodeFormat.EAN13,
    "ean8": zxingcpp.BarcodeFormat.EAN8,
    "upca": zxingcpp.BarcodeFormat.UPCA,
    "itf": zxingcpp.BarcodeFormat.ITF,
    "code39": zxingcpp.BarcodeFormat.Code39,
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "gs1-datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "pdf417": zxingcpp.BarcodeFormat.PDF417,
    "aztec": zxingcpp.BarcodeFormat.Aztec,
}
_SQUARE = {"qr", "datamatrix", "gs1-datamatrix", "aztec", "pdf417"}


def label_size(label: Label) -> tuple[int, int]:
    """Width and length in dots: as declared, else what the content needs."""
    corners = [(one.x + 200, one.y + max(one.height, one.font_height, 40)) for one in label.fields]
    for one in label.drawn:
        size = (one.graphic.width, one.graphic.height) if one.graphic else (one.width, one.height)
        corners.append((one.x + size[0], one.y + size[1]))
    need = [max((corner[side] for corner in corners), default=100) for side in (0, 1)]
    width, length = label.width or need[0], label.length or need[1]
    return min(width, SIDE_MAX_DOTS), min(length, SIDE_MAX_DOTS)


def draw_label(label: Label) -> bytes:
    """The label as a PNG."""
    paper = Image.new("L", label_size(label), 255)
    for drawn in label.drawn:
        _draw_shape(paper, drawn)
    for field in label.fields:
        picture = _code_picture(field) if field.symbology else _text_picture(field)
        if picture is None:
            continue
        if field.upright in _TURN:
            picture = picture.transpose(_TURN[field.upright])
        top = field.y - picture.height if field.by_baseline else field.y
        left = field.x - picture.width if field.from_right else field.x
        paper.paste(0, (left, top), picture.point(lambda tone: 255 - tone))
    out = io.BytesIO()
    paper.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_shape(paper: Image.Image, drawn: Drawn) -> None:
    if drawn.graphic is not None:
        picture = Image.fromarray(drawn.graphic.grey())
        paper.paste(0, (drawn.x, drawn.y), picture.point(lambda tone: 255 - tone))
        return
    corner = (drawn.x + drawn.width - 1, drawn.y + drawn.height - 1)
    full = drawn.thickness * 2 >= min(drawn.width, drawn.height)
    ImageDraw.Draw(paper).rectangle(
        ((drawn.x, drawn.y), corner), fill=0 if full else None, outline=0, width=max(1, drawn.thickness)
    )


def _text_picture(field: Field) -> Image.Image | None:
    font = _font(max(8, int((field.font_height or 20) * 0.9)))
    lines = field.text.replace("\\&", "\n").split("\n")
    if field.block_width:
        lines = [part for line in lines for part in _wrap(line, font, field.block_width)]
    step = max(8, field.font_height or 20)
    width = max(int(font.getlength(line)) + 2 for line in lines)
    picture = Image.new("L", (width, step * len(lines)), 255)
    drawing = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        drawing.text((0, number * step), line, font=font, fill=0)
    return picture


def _font(height: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """DejaVu where the system has it, since Pillow's own font lacks our languages' letters."""
    try:
        return ImageFont.truetype("DejaVuSansCondensed-Bold.ttf", height)
    except OSError:
        return ImageFont.load_default(height)


def _wrap(line: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, width: int) -> list[str]:
    rows = [""]
    for word in line.split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if font.getlength(longer) > width and rows[-1]:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _code_picture(field: Field) -> Image.Image | None:
    try:
        code = zxingcpp.create_barcode(field.text.replace(FNC1, ""), _FORMATS[field.symbology])
        modules = Image.fromarray(code.to_image(scale=1, add_quiet_zones=False))
    except (KeyError, ValueError, RuntimeError):
        return None
    module = _module_dots(field)
    if field.symbology in _SQUARE:
        return modules.resize((modules.width * module, modules.height * module), Image.Resampling.NEAREST)
    bars = modules.crop((0, 0, modules.width, 1))
    return bars.resize((modules.width * module, max(field.height, 8)), Image.Resampling.NEAREST)


def _module_dots(field: Field) -> int:
    """Dots of one module: `^BQ` names a magnification, `^BX` a module height, the others follow `^BY`."""
    arguments = [part.strip() for part in field.barcode[3:].split(",")]
    place = {"^BQ": 2, "^BX": 1, "^BO": 1, "^B0": 1}.get(field.barcode[:3])
    if place is not None and len(arguments) > place and arguments[place].isdigit():
        return max(1, int(arguments[place]))
    return max(1, field.module)
