"""Command card 86 x 54 mm: a gesture on paper, such as undo, for gloves and for shared devices without a screen."""

from backend.documents.canvas import Layout, Media, Text
from backend.documents.sign_parts import band, wide_bars
from backend.documents.template import LabelData, Short, Template, Wording
from backend.gs1.own_codes import build_own_code

MEDIA = Media("86x54", 86, 54)


class CommandLabel(LabelData, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Short
    name: Wording
    """The word on the card, in the worker's language."""
    hint: Wording = ""


def draw(data: CommandLabel) -> Layout:
    return Layout(
        MEDIA,
        (
            band(MEDIA, data.name, 17, 11, narrow=True),
            Text(
                x_mm=3,
                y_mm=18.4,
                width_mm=80,
                height_mm=8.4,
                text=data.hint,
                size_mm=3.4,
                fit="wrap",
                align="center",
                vertical="middle",
            ),
            wide_bars(MEDIA, data.code, 28, 23.4),
        ),
    )


TEMPLATE = Template(
    code="command",
    title="Command card",
    media=MEDIA,
    data=CommandLabel,
    draw=draw,
    example={
        "language": "cs",
        "code": build_own_code("command", "undo"),
        "name": "Zpět",
        "hint": "Vrátí poslední načtení. Zboží vraťte tam, odkud jste je vzali.",
    },
    variants={
        "done": {
            "code": build_own_code("command", "done"),
            "name": "Hotovo",
            "hint": "Uzavře práci, která je otevřená.",
        },
    },
)
