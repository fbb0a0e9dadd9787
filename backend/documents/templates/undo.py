"""Undo card 86 x 54 mm: the one gesture that every workplace needs on paper; its words come with it."""

from backend.documents.canvas import Layout
from backend.documents.template import LabelData, Template
from backend.documents.templates.command import MEDIA, CommandLabel
from backend.documents.templates.command import draw as draw_command
from backend.documents.wording import word
from backend.gs1.own_codes import build_own_code


class UndoLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Only the language: the code is the same everywhere."""


def draw(data: UndoLabel) -> Layout:
    language = data.language
    return draw_command(
        CommandLabel(
            language=language,
            code=build_own_code("command", "undo"),
            name=word("undo", language),
            hint=word("undo_hint", language),
        )
    )


TEMPLATE = Template(code="undo", title="Undo card", media=MEDIA, data=UndoLabel, draw=draw, example={"language": "cs"})
