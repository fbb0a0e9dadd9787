"""What a label template is: data of a fixed shape in, a layout in millimetres out."""

from collections.abc import Callable, Hashable
from typing import Annotated, Any

import msgspec

from backend.documents.canvas import Layout, Media
from backend.documents.wording import Language
from backend.platform.errors import Malformed

Short = Annotated[str, msgspec.Meta(max_length=120)]
"""Codes and numbers."""
Wording = Annotated[str, msgspec.Meta(max_length=2000)]
"""Names and notes. The limit is generous: a label cuts with an ellipsis, a long note must not stop a parcel."""


class LabelData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every label's data has. A field that a label does not know is refused: a typo must not print a blank."""

    language: Language = "cs"


class RunShape(msgspec.Struct, frozen=True):
    """What lets a run of labels be laid out once (see `label_run`).

    `slots`: strings that stand on the label as they are, each in elements whose places depend on no more than whether
    the string is empty. `tight` numbers those whose length may move others once they overflow their line.
    `shape`: everything else that decides the layout.
    """

    slots: Callable[[Any], tuple[str, ...]]
    shape: Callable[[Any], Hashable]
    tight: frozenset[int] = frozenset()


class Template(msgspec.Struct, frozen=True):
    """`code` names it, `media` is the roll it is made for, `data` the Struct it takes, `example` data that shows it."""

    code: str
    media: Media
    data: type[LabelData]
    draw: Callable[[Any], Layout]
    example: dict[str, Any]
    title: str
    variants: dict[str, dict[str, Any]] = {}
    """Other looks of the label by name: what differs from `example`."""
    longest: dict[str, Any] = {}
    """Codes and numbers as long as the label takes them; words need no entry, they are cut by the layout."""

    run: RunShape | None = None

    def looks(self) -> dict[str, dict[str, Any]]:
        """Data of every look: the example under "", then the variants."""
        return {"": self.example} | {name: {**self.example, **changes} for name, changes in self.variants.items()}


def read_data(template: Template, fields: dict[str, Any]) -> LabelData:
    """The template's Struct from JSON-like fields. Raises `Malformed` LABEL_DATA naming the field."""
    try:
        return msgspec.convert(fields, template.data)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # the latter: half a character in a list of choices
        wanted = ", ".join(field.encode_name for field in msgspec.structs.fields(template.data))
        raise Malformed(
            "LABEL_DATA",
            f"Expected data of label {template.code} with the fields {wanted}, got: {error}; correct the data.",
            expected=wanted,
            got=str(error),
            cure="correct the data",
        ) from None
