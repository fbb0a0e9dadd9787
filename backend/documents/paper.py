"""What a paper is: data of a fixed shape in, an A4 PDF out, set by one Typst file beside its Python one."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from backend.documents.typesetting import compile_pdf
from backend.documents.wording import Language, words
from backend.platform.errors import Malformed

Short = Annotated[str, msgspec.Meta(max_length=120)]
Wording = Annotated[str, msgspec.Meta(max_length=2000)]


class PaperData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: Language = "cs"


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone with an address. `lines` are printed as they come."""

    name: Wording
    lines: tuple[Wording, ...] = ()


class Paper(msgspec.Struct, frozen=True):
    """`source`: the Typst file under `papers/`. `content` turns the data into what that file reads from JSON."""

    code: str
    title: str
    data: type[PaperData]
    source: str
    content: Callable[[Any], dict[str, Any]]
    example: dict[str, Any]


def set_paper(paper: Paper, fields: dict[str, Any] | PaperData) -> bytes:
    """The PDF. Raises `Malformed` PAPER_DATA naming the wrong field."""
    if isinstance(fields, PaperData):
        data = fields
    else:
        try:
            data = msgspec.convert(fields, paper.data)
        except msgspec.ValidationError as error:
            wanted = ", ".join(field.encode_name for field in msgspec.structs.fields(paper.data))
            raise Malformed(
                "PAPER_DATA",
                f"Expected data of paper {paper.code} with the fields {wanted}, got: {error}; correct the data.",
                expected=wanted,
                got=str(error),
                cure="correct the data",
            ) from None
    content = {"words": words(data.language), "language": data.language, **paper.content(data)}
    return compile_pdf(f"papers/{paper.source}", "data", content)
