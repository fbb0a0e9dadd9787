"""The longest data a label may meet: what a layout must bear before it is let near a printer."""

from typing import Any

import msgspec

from backend.documents.template import Template
from backend.documents.wording import Language

LONG_WORDS: dict[Language, str] = {
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy nad nejneobhospodařovávatelnějším skladem v Ústí nad Labem. ",
    "sk": "Kŕdeľ šťastných ďatľov učí pri ústí Váhu mĺkveho koňa obhrýzať kôru a žrať čerstvé mäso v sklade. ",
    "hu": "Árvíztűrő tükörfúrógép és megszentségteleníthetetlenségeskedéseitekért felelős raktárvezetőnk. ",
    "en": "The quick brown fox jumps over the lazy dog while counterrevolutionaries count warehouse shelves. ",
}
_LONG = 200


def longest_data(template: Template, language: Language, words: str = "") -> dict[str, Any]:
    """The example with `words` (200 characters of the language) wherever people write, and the longest codes and numbers."""
    words = words or (LONG_WORDS[language] * 3)[:_LONG]
    return {**_lengthened(template.data, template.example, words), **template.longest, "language": language}


def _lengthened(kind: type[msgspec.Struct], fields: dict[str, Any], words: str) -> dict[str, Any]:
    longer = dict(fields)
    shape = msgspec.inspect.type_info(kind)
    assert isinstance(shape, msgspec.inspect.StructType)
    for field in shape.fields:
        match field.type:
            case msgspec.inspect.StrType(max_length=2000):
                longer[field.encode_name] = words
            case msgspec.inspect.StructType(cls=inner) if isinstance(fields.get(field.encode_name), dict):
                longer[field.encode_name] = _lengthened(inner, fields[field.encode_name], words)
            case msgspec.inspect.VarTupleType() if field.encode_name in fields:
                longer[field.encode_name] = [words] * 3
            case _:
                pass
    return longer
