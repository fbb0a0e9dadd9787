"""A finished label as the print queue keeps it: bytes, what they are, and the codes the paper must carry."""

from typing import Any, Literal

import msgspec

from backend.documents.bitmap import draw_bitmap, png
from backend.documents.canvas import LayoutProblem, Media
from backend.documents.page import Dpi, Page, place
from backend.documents.pdf import write_pdf
from backend.documents.readback import Demand, demands_of, read_back
from backend.documents.template import Template, read_data
from backend.documents.zpl import write_zpl
from backend.documents.zpl_lint import lint

LabelFormat = Literal["zpl", "png", "png1", "pdf"]
"""`png1` is the same picture as `png`: the name under which a queue asks an agent to print its dots untouched."""


class Artifact(msgspec.Struct, frozen=True):
    """Immutable: equal data gives equal bytes. `dpi` is what the dots were counted for."""

    content: bytes
    format: LabelFormat
    media: Media
    dpi: int
    demands: tuple[Demand, ...]

    @property
    def plain_demands(self) -> list[dict[str, str]]:
        """Symbology and text only: what travels to the agent."""
        return [
            {"symbology": "qr" if demand.symbology == "link-qr" else demand.symbology, "text": demand.text}
            for demand in self.demands
        ]


def placed_label(template: Template, fields: dict[str, Any], dpi: Dpi) -> Page:
    return place(template.draw(read_data(template, fields)), dpi)


def make_artifact(template: Template, fields: dict[str, Any], dpi: Dpi, label_format: LabelFormat) -> Artifact:
    """Draws and checks one label: pictures are read back, ZPL is linted. Raises `Problem`s that name the cure."""
    page = placed_label(template, fields, dpi)
    demands = demands_of(page)
    if label_format == "zpl":
        content, demands = checked_zpl(page), promised(page)
    elif label_format == "pdf":
        content = write_pdf(page, template.title)
    elif label_format in ("png", "png1"):
        content = _checked_png(page, demands)
    else:
        raise LayoutProblem(
            "format", expected="zpl, png, png1 or pdf", got=repr(label_format), cure="choose one of them"
        )
    return Artifact(content=content, format=label_format, media=page.layout.media, dpi=dpi, demands=demands)


def promised(page: Page) -> tuple[Demand, ...]:
    """The codes of a page without their places: bars that a printer draws itself are not measured."""
    return tuple(Demand(bars.symbol.symbology, bars.symbol.text) for bars in page.codes)


def checked_zpl(page: Page) -> bytes:
    """ZPL that the linter has nothing against."""
    zpl = write_zpl(page)
    faults = lint(zpl, page.width, page.height)
    if faults:
        raise LayoutProblem(
            "zpl", expected="ZPL without faults", got=faults[0].sentence, cure="report this label with its data"
        )
    return zpl.encode("ascii")


def _checked_png(page: Page, demands: tuple[Demand, ...]) -> bytes:
    bitmap = draw_bitmap(page)
    mismatches = read_back(bitmap, demands)
    if mismatches:
        raise LayoutProblem(
            "read-back",
            expected="every code to be read back",
            got=mismatches[0].sentence,
            cure="report this label with its data",
        )
    return png(bitmap, page.dpi)
