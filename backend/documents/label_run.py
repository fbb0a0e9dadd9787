"""Many labels of one template as ZPL: laid out once, then only the words and codes that change are written.

Made for a run of 500 places or a wave of parcels. The first labels of a shape go the slow way, through layout, rules and
lint; what they leave is a skeleton with slots. A slot is trusted only after two different contents, drawn the slow way,
were byte for byte what the skeleton gives; a label that changes an untrusted slot goes the slow way and proves it. So a
template that breaks its promise (`RunShape`) costs speed, never a wrong label.

What is filled in passes the same guards as always: words are escaped field data and must fit their line, a code's width
is known for its pattern of characters, everything else goes the slow way.
"""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import msgspec

from backend.documents.artifact import Artifact, checked_zpl, promised
from backend.documents.barcodes import encode
from backend.documents.canvas import Barcode, Element, LayoutProblem, Text, Weight
from backend.documents.lettering import advance_em, european_advances, european_letters, printable
from backend.documents.page import Bars, Dpi, Frame, Mark, Page, Words, element_frame, element_marks, ink_area, place
from backend.documents.readback import Demand
from backend.documents.symbologies import Symbology
from backend.documents.template import LabelData, Template, read_data
from backend.documents.zpl import PRINTER_GLYPHS, field_data, line_fields, mark_field, marks_fields

_PLAIN = re.compile(r"[!-\[\]-~]+(?: [!-\[\]-~]+)*")
"""Words that no step of the slow way changes and that a printer's own letters have: ASCII without the backslash, single blanks."""
_CODE_PLAIN = re.compile(r"[ -=?-\[\]-~]{1,80}")
"""Code 128 and QR contents that go native: ASCII without `>` and the backslash."""
_ESCAPED = frozenset("^~_")
_KINDS_OF_CHARACTER = str.maketrans(
    {
        **{chr(code): "s" for code in range(0x20, 0x60)},
        **{chr(code): "l" for code in range(0x60, 0x7F)},
        **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", "a"),
        **dict.fromkeys("0123456789", "d"),
    }
)
"""Encoders choose sets and modes by these kinds alone, so contents of one pattern are equally wide."""
_PATTERNED = ("code128", "qr")
_SHAPES_MAX = 64
_KNOWN_MAX = 512


class _NotHere(Exception):
    """This label cannot be made from the skeleton; the slow way decides."""


class _WordsSlot:
    """An element of words. `head` precedes its field data; `limit_em` is the width of its line at full size."""

    def __init__(self, number: int, element: Text, frame: Frame, per_mm: float, tight: bool) -> None:
        self.number, self.element, self.frame, self.per_mm, self.tight = number, element, frame, per_mm, tight
        self.last = "", ""
        self.head, self.limit_em = "", 0.0
        self.mark: Words | None = None
        self.known: dict[str, str] = {}
        self.shrunk: dict[float, tuple[Words, str]] = {}
        marks = element_marks(msgspec.structs.replace(element, text="0"), frame, per_mm)
        if len(marks) == 1 and isinstance(marks[0], Words) and not frame.rotation:
            mark = marks[0]
            size_mm = min(element.size_mm, frame.inner[1] / per_mm / 1.17)
            if mark.size == max(6, int(size_mm * per_mm + 0.01)):
                self.mark, self.head = mark, _head_of(mark)
                self.limit_em = frame.inner[0] / per_mm / size_mm - 1e-6
        self.advances, self.known_line = _known_letters(element.weight)
        self.plain_widest = max(advance for char, advance in self.advances.items() if char.isascii())

    def written(self, text: str) -> str:
        """The fields of `text`; carrier, service and sender are those of the label before."""
        last, fields = self.last
        if text != last:
            fields = self._written(text)
            self.last = text, fields
        return fields

    def _written(self, text: str) -> str:
        line = text.replace("\xa0", " ")
        if self.mark is None:
            return self._of_any_letters(text)
        if _PLAIN.fullmatch(line):
            if len(line) * self.plain_widest <= self.limit_em or self._width_em(line) <= self.limit_em:
                return f"{self.head}{field_data(line)}^FS"
            return self._of_any_letters(text) if self.tight else self._shrunk(line, text, is_plain=True)
        if not self.known_line.fullmatch(line):
            return self._of_any_letters(text)
        if self._width_em(line) <= self.limit_em:
            return line_fields(self.mark, line)
        return self._of_any_letters(text) if self.tight else self._shrunk(line, text, is_plain=False)

    def _of_any_letters(self, text: str) -> str:
        if self.tight and not self._fits(text):
            raise _NotHere
        return self._set(text)

    def _width_em(self, line: str) -> float:
        advances = self.advances
        return sum([advances[char] for char in line])

    def _shrunk(self, line: str, text: str, *, is_plain: bool) -> str:
        """Size and baseline of a line that shrinks follow from its width alone; amounts of equal length are equally wide."""
        if self.element.fit != "shrink":
            return self._set(text)
        wide = self._width_em(line)
        known = self.shrunk.get(wide)
        if known is None:
            marks = element_marks(msgspec.structs.replace(self.element, text=text), self.frame, self.per_mm)
            if len(marks) != 1 or not isinstance(marks[0], Words) or marks[0].text != line:
                return self._set(text)
            if len(self.shrunk) >= _KNOWN_MAX:
                self.shrunk.clear()
            known = self.shrunk[wide] = marks[0], _head_of(marks[0])
        mark, head = known
        return f"{head}{field_data(line)}^FS" if is_plain else line_fields(mark, line)

    def _set(self, text: str) -> str:
        """The element alone, the slow way; repeated words are kept."""
        known = self.known.get(text)
        if known is None:
            marks = element_marks(msgspec.structs.replace(self.element, text=text), self.frame, self.per_mm)
            known = "\n".join(marks_fields(tuple(marks), PRINTER_GLYPHS))
            if len(self.known) >= _KNOWN_MAX:
                self.known.clear()
            self.known[text] = known
        return known

    def _fits(self, text: str) -> bool:
        line = printable(self.element.weight, text)
        return "\n" not in line and sum(advance_em(self.element.weight, char) for char in line) <= self.limit_em


@lru_cache(maxsize=8)
def _known_letters(weight: Weight) -> tuple[dict[str, float], re.Pattern[str]]:
    """Widths in em of the letters that go the quick way, and lines of them with single blanks between words."""
    letters = sorted(european_letters(weight) - set(" \\"))
    one = f"[{re.escape(''.join(letters))}]+"
    return european_advances(weight), re.compile(f"{one}(?: {one})*")


def _head_of(mark: Words) -> str:
    """The field of a line in the printer's own letters, up to its data."""
    native = msgspec.structs.replace(mark, text="0")
    return mark_field(native, known_glyphs=True).removesuffix(field_data("0") + "^FS")


class _CodeSlot:
    """A code, with its readable line where it has one. Each pattern of characters is placed once."""

    def __init__(self, number: int, element: Barcode, frame: Frame, per_mm: float) -> None:
        self.number, self.element, self.frame, self.per_mm = number, element, frame, per_mm
        self.patterns: dict[str, list[str]] = {}

    def written(self, content: str) -> str:
        element = self.element
        if element.symbology == "code128" and len(content) == 13:
            raise _NotHere  # a carrier's rule looks at all codes of the label
        if (
            element.symbology not in _PATTERNED
            or not _CODE_PLAIN.fullmatch(content)
            or not self._reads_in_full(content)
        ):
            return self._placed(content)
        field = (content if _ESCAPED.isdisjoint(content) else field_data(content).removeprefix("^FH_^FD")) + "^FS"
        pattern = content.translate(_KINDS_OF_CHARACTER)
        around = self.patterns.get(pattern)
        if around is None:
            whole = self._placed(content)
            pieces = whole.split(field)
            if len(pieces) != (3 if element.hri else 2) or ":Z64:" in whole:
                return whole
            if len(self.patterns) >= _KNOWN_MAX:
                self.patterns.clear()
            around = self.patterns[pattern] = pieces
        return field.join(around)

    def _reads_in_full(self, content: str) -> bool:
        """Whether the readable line keeps its size; without one there is nothing to keep."""
        if not self.element.hri:
            return True
        wide = sum([advance_em("regular", char) for char in content])
        return wide * self.element.hri_size_mm * self.per_mm < self.frame.inner[0] - 1

    def _placed(self, content: str) -> str:
        """Raises the same `LayoutProblem`s as the whole label would."""
        element = msgspec.structs.replace(self.element, content=content)
        return "\n".join(marks_fields(tuple(element_marks(element, self.frame, self.per_mm)), PRINTER_GLYPHS))


class _Skeleton:
    """One shape: constant pieces of ZPL with slots between them."""

    def __init__(
        self,
        pieces: list[str | _WordsSlot | _CodeSlot],
        sample: tuple[str, ...],
        codes: list[tuple[Symbology, str, int | None]],
    ) -> None:
        self.sample, self.codes = sample, codes
        self.fields = [piece if isinstance(piece, str) else "" for piece in pieces]
        self.slots = [(place, piece) for place, piece in enumerate(pieces) if not isinstance(piece, str)]
        self.slotted = frozenset(piece.number for _, piece in self.slots)
        self.untrusted = set(range(len(sample)))

    def filled(self, slots: tuple[str, ...]) -> str:
        fields = self.fields.copy()
        for at, slot in self.slots:
            fields[at] = slot.written(slots[slot.number])
        return "\n".join(filter(None, fields)) + "\n"

    def changed(self, slots: tuple[str, ...]) -> list[int]:
        """Slots that differ from the sample and are not proved yet."""
        return [place for place in self.untrusted if slots[place] != self.sample[place]]

    def demands(self, slots: tuple[str, ...]) -> tuple[Demand, ...]:
        """What the label promises to readers."""
        return tuple(
            [
                Demand(symbology, _text_of(symbology, content if number is None else slots[number]))
                for symbology, content, number in self.codes
            ]
        )


def _text_of(symbology: Symbology, content: str) -> str:
    """What a scanner says; of the codes that are filled in most often it is what was given."""
    return content if symbology in _PATTERNED else encode(symbology, content).text


class LabelRun:
    """Labels of one template at one resolution, one after another; not to be shared between threads."""

    def __init__(self, template: Template, dpi: Dpi) -> None:
        self.template, self.dpi = template, dpi
        self.skeletons: dict[Hashable, _Skeleton] = {}
        self.slow = 0
        """How many labels went the slow way."""

    def artifact(self, fields: dict[str, Any]) -> Artifact:
        """The same as `make_artifact` for ZPL, raising the same problems."""
        content, demands = self._made(fields)
        return Artifact(content, "zpl", self.template.media, self.dpi, demands)

    def zpl(self, fields: dict[str, Any]) -> bytes:
        """Its bytes alone."""
        return self._made(fields)[0]

    def _made(self, fields: dict[str, Any]) -> tuple[bytes, tuple[Demand, ...]]:
        data = read_data(self.template, fields)
        shape = self.template.run
        if shape is None:
            return self._slow(data)[1:]
        slots = shape.slots(data)
        key = shape.shape(data), tuple(map(bool, slots))
        skeleton = self.skeletons.get(key)
        if skeleton is None:
            if len(self.skeletons) >= _SHAPES_MAX:
                self.skeletons.clear()
            page, zpl, demands = self._slow(data)
            self.skeletons[key] = _skeleton_of(page, slots, shape.tight)
            return zpl, demands
        changed = skeleton.changed(slots)
        if not changed:
            try:
                return skeleton.filled(slots).encode("ascii"), skeleton.demands(slots)
            except (_NotHere, LayoutProblem):
                return self._slow(data)[1:]
        return self._proved(data, key, slots, changed)

    def _proved(
        self, data: LabelData, key: Hashable, slots: tuple[str, ...], changed: list[int]
    ) -> tuple[bytes, tuple[Demand, ...]]:
        page, zpl, demands = self._slow(data)
        skeleton = self.skeletons[key]
        try:
            if not skeleton.slotted.issuperset(changed):
                # The sample had two equal strings; a label that tells them apart is a better one.
                assert self.template.run is not None
                better = _skeleton_of(page, slots, self.template.run.tight)
                if len(better.slotted) > len(skeleton.slotted):
                    self.skeletons[key] = better
            elif skeleton.filled(slots).encode("ascii") == zpl and skeleton.demands(slots) == demands:
                skeleton.untrusted.difference_update(changed)
        except (_NotHere, LayoutProblem):
            pass  # not from the skeleton, then
        return zpl, demands

    def _slow(self, data: LabelData) -> tuple[Page, bytes, tuple[Demand, ...]]:
        self.slow += 1
        page = place(self.template.draw(data), self.dpi)
        return page, checked_zpl(page), promised(page)


def _skeleton_of(page: Page, slots: tuple[str, ...], tight: frozenset[int]) -> _Skeleton:
    """Which elements say which slot. Words that two slots share, and elements near a code, stay constant."""
    numbers = {text: number for number, text in enumerate(slots) if text and slots.count(text) == 1}
    codes = {text: number for number, text in enumerate(slots) if text}
    head = f"^XA^CI28^LH0,0^PW{page.width}^LL{page.height}"
    pieces: list[str | _WordsSlot | _CodeSlot] = [head]
    drawn: list[tuple[Symbology, str, int | None]] = []
    for element in page.layout.elements:
        frame = element_frame(element, page.dots_per_mm)
        number = _number_of(element, numbers, codes)
        is_free = number is not None and _stands_alone(page, element, frame)
        if isinstance(element, Barcode):
            drawn.append((element.symbology, element.content, number if is_free else None))
        if number is None or not is_free:
            pieces += marks_fields(tuple(element_marks(element, frame, page.dots_per_mm)), PRINTER_GLYPHS)
        elif isinstance(element, Text):
            tight_here = number in tight or not _is_roomy(page, element, frame)
            pieces.append(_WordsSlot(number, element, frame, page.dots_per_mm, tight_here))
        elif isinstance(element, Barcode):
            pieces.append(_CodeSlot(number, element, frame, page.dots_per_mm))
    pieces.append("^PQ1,0,1,Y^XZ")
    return _Skeleton(pieces, slots, drawn)


def _number_of(element: Element, numbers: dict[str, int], codes: dict[str, int]) -> int | None:
    if isinstance(element, Text):
        return None if element.inverse else numbers.get(element.text)
    if isinstance(element, Barcode) and encode(element.symbology, element.content).content == element.content:
        return codes.get(element.content)
    return None


def _stands_alone(page: Page, element: Element, frame: Frame) -> bool:
    """Whether a line that fits this element's box never comes near a code, or this code near anything."""
    if isinstance(element, Barcode):
        others = [mark for mark in page.marks if mark.frame != frame]
        return not any(_meet(_box(frame), _line_area(mark)) for mark in others)
    lines = [_line_area(mark) for mark in page.marks if mark.frame == frame]
    return not any(_meet(line, _box(bars.frame)) for line in lines for bars in page.codes)


def _is_roomy(page: Page, element: Text, frame: Frame) -> bool:
    """Whether also words that shrink or wrap stay away from every code; lines overshoot their box by 0.02 em at most."""
    over = int(element.size_mm * page.dots_per_mm * 0.03) + 1
    reach = frame.x, frame.y - over, frame.width, frame.height + 2 * over
    return not any(_meet(reach, _box(bars.frame)) for bars in page.codes)


def _line_area(mark: Mark) -> tuple[int, int, int, int]:
    """What a mark may blacken; words with the whole line of their box, codes with their whole box."""
    if isinstance(mark, Bars) or mark.frame.rotation:
        return _box(mark.frame)
    area = ink_area(mark)
    return (mark.frame.x, area[1], mark.frame.width, area[3]) if isinstance(mark, Words) else area


def _box(frame: Frame) -> tuple[int, int, int, int]:
    return frame.x, frame.y, frame.width, frame.height


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
