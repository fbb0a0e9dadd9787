"""How many labels one core makes a second at 203 dpi, beside the plain ways of others.

Run `python -m bench.labels`. Two jobs: parcels (A6), each with its own number, recipient and amount, and a run of 500 shelf
labels. Nothing is answered from a cache except what repeats on real labels too (captions, the sender). Rounds take turns,
so that load from elsewhere hits all ways alike; the clock is processor time of all threads, so a figure is what one
free core does. Runs of ZPL are compared with labels drawn alone, byte by byte, before the clock starts; the last column
says what was verified while it ran. A baseline whose library is not installed is left out and named.
"""

import importlib.util
import io
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import barcode
import msgspec
import segno
from barcode.writer import ImageWriter
from PIL import Image, ImageDraw, ImageFont

from backend.documents.api import label_examples, render_label, render_label_run
from backend.documents.artifact import LabelFormat
from backend.documents.label_run import LabelRun
from backend.documents.lettering import FONT_FOLDER
from backend.documents.templates import template_of
from backend.gs1.own_codes import build_own_code

ROUNDS = 5

_NAMES = ("Jiří Žďárský", "Kateřina Dvořáčková", "Szűcs Őrs", "Ľubomír Ďurič", "Anna Nová", "Petr Svoboda")
_TOWNS = ("Praha 1", "Žďár nad Sázavou", "Budapest", "Liptovský Mikuláš", "Plzeň", "Brno")


def parcel_data(number: int) -> dict[str, Any]:
    """Label data number `number`: another code, name, town, weight and amount each time."""
    example = label_examples()["parcel"]
    written = f"26-{number:06d}"
    return {
        **example,
        "parcel_code": build_own_code("parcel", f"{written}-1"),
        "parcel_number": f"{written}-1",
        "order_number": written,
        "weight_g": 300 + number * 7,
        "cod_minor": 10_000 + number * 100,
        "stop": str(number % 40 + 1),
        "recipient": {
            **example["recipient"],
            "name": f"{_NAMES[number % 6]} {number}",
            "street": f"Úzká {number}",
            "postcode": f"{10000 + number}",
            "city": _TOWNS[number % 6],
        },
    }


def ascii_data(number: int) -> dict[str, Any]:
    """The same label in plain letters, which a printer's own font has."""
    data = parcel_data(number)
    recipient = {**data["recipient"], "name": f"John Smith {number}", "street": f"High Street {number}", "city": "Brno"}
    sender = {**data["sender"], "company": "Korenka Ltd", "city": "Brno", "street": "Warehouse 12"}
    return {
        **data,
        "language": "en",
        "recipient": recipient,
        "sender": sender,
        "carrier": "Own van",
        "service": "To the door",
        "note": "Please call ten minutes ahead.",
    }


def naive_png(number: int) -> bytes:
    """What a first attempt looks like: Pillow text, python-barcode's ImageWriter, segno, pasted and scaled."""
    data = parcel_data(number)
    sheet = Image.new("L", (840, 1184), 255)
    draw = ImageDraw.Draw(sheet)
    lines = [
        (data["carrier"], 56, 24),
        (data["sender"]["company"], 26, 160),
        (data["sender"]["street"], 22, 200),
        (data["recipient"]["name"], 60, 330),
        (data["recipient"]["street"], 48, 410),
        (data["recipient"]["postcode"] + " " + data["recipient"]["city"], 64, 510),
        ("Dobírka", 26, 610),
        (str(data["cod_minor"] / 100), 60, 650),
        (data["note"][:50], 28, 1040),
    ]
    for text, size, y in lines:
        draw.text((32, y), text, font=ImageFont.truetype(FONT_FOLDER / "DejaVuSans-Bold.ttf", size), fill=0)
    bars = barcode.get("code128", data["parcel_code"], writer=ImageWriter()).render(
        {"module_width": 0.375, "module_height": 20, "quiet_zone": 4, "font_size": 8, "dpi": 203}
    )
    sheet.paste(bars.convert("L"), (60, 740))
    square = io.BytesIO()
    segno.make_qr(data["parcel_code"]).save(square, kind="png", scale=5)
    sheet.paste(Image.open(square).convert("L"), (660, 1000))
    target = io.BytesIO()
    sheet.convert("1").save(target, "PNG", dpi=(203, 203))
    return target.getvalue()


def place_data(number: int) -> dict[str, Any]:
    """Shelf label `number` of a run through a hall."""
    name = f"{'ABCDEFGH'[number % 8]}-{number // 40 % 100:02d}-{number // 8 % 5}"
    return {
        "language": "cs",
        "code": build_own_code("location", name),
        "name": name,
        "zone": "1",
        "points": "up" if number % 2 else "down",
    }


def _alone(
    label: str, data: Callable[[int], dict[str, Any]], label_format: LabelFormat
) -> Callable[[Sequence[int]], int]:
    return lambda numbers: sum(len(render_label(label, data(number), label_format)) for number in numbers)


def _as_run(
    label: str, data: Callable[[int], dict[str, Any]], label_format: LabelFormat
) -> Callable[[Sequence[Any]], int]:
    """One run for all rounds, as a worker keeps one; for PDF one file."""
    if label_format == "pdf":
        return lambda numbers: len(render_label_run(label, [data(number) for number in numbers], "pdf"))
    run = LabelRun(template_of(label), 203)
    for number in range(900_000, 900_040):
        assert run.zpl(data(number)) == render_label(label, data(number))

    # The rows are made before the clock starts where they are as dear as the labels.
    def make(rows: Sequence[dict[str, Any]]) -> int:
        return sum(len(run.zpl(row)) for row in rows)

    return make


class Way(msgspec.Struct, frozen=True):
    """`make` answers bytes made for label numbers, or for rows of `data` where that is given."""

    job: str
    name: str
    make: Callable[[Any], int]
    labels: int
    verified: str
    data: Callable[[int], dict[str, Any]] | None = None


def ways() -> list[Way]:
    return [
        Way("A6 parcels", "ZPL in a run, plain letters", _as_run("parcel", ascii_data, "zpl"), 500, RUN, ascii_data),
        Way("A6 parcels", "ZPL in a run, Czech letters as dots", _as_run("parcel", parcel_data, "zpl"), 40, RUN, parcel_data),
        Way("A6 parcels", "ZPL one by one, plain letters", _alone("parcel", ascii_data, "zpl"), 20, "layout rules, strict ZPL lint"),
        Way("A6 parcels", "ZPL one by one, Czech letters as dots", _alone("parcel", parcel_data, "zpl"), 20, "layout rules, strict ZPL lint"),
        Way("A6 parcels", "PNG, read back", _alone("parcel", parcel_data, "png"), 20, "both codes read by zbar, modules and quiet zones measured"),
        Way("A6 parcels", "PDF, a run in one file", _as_run("parcel", parcel_data, "pdf"), 40, "layout rules"),
        Way("A6 parcels", "PDF one by one", _alone("parcel", parcel_data, "pdf"), 20, "layout rules"),
        Way("A6 parcels", NAIVE, lambda numbers: sum(len(naive_png(number)) for number in numbers), 20, "nothing"),
        Way("500 shelf labels", "ZPL in a run", _as_run("location", place_data, "zpl"), 500, RUN, place_data),
        Way("500 shelf labels", "PNG, read back", _alone("location", place_data, "png"), 20, "the code read by zbar, modules and quiet zones measured"),
        Way("500 shelf labels", "PDF, a run in one file", _as_run("location", place_data, "pdf"), 500, "layout rules"),
    ]  # fmt: skip


RUN = "skeleton proved byte by byte; content escaped, width and characters guarded"
NAIVE = "plain Pillow + python-barcode + segno PNG"


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row for each way: labels a second (median, least, most of `rounds`), ratio to the plain way, bytes a label."""
    measured = ways()
    rates: dict[int, list[float]] = {place: [] for place in range(len(measured))}
    sizes: dict[int, float] = {}
    for turn in range(-1, rounds):
        for place, way in enumerate(measured):
            numbers = range(turn * way.labels + 1000, (turn + 1) * way.labels + 1000)
            given = [way.data(number) for number in numbers] if way.data else numbers
            began = time.process_time()
            size = way.make(given)
            spent = time.process_time() - began
            sizes[place] = size / way.labels
            if turn >= 0:  # the round before warms fonts, Typst and skeletons
                rates[place].append(way.labels / spent)
    plain = next(statistics.median(rates[place]) for place, way in enumerate(measured) if way.name == NAIVE)
    return [
        {
            "job": way.job,
            "way": way.name,
            "labels_per_s": round(statistics.median(rates[place]), 1),
            "least": round(min(rates[place]), 1),
            "most": round(max(rates[place]), 1),
            "ratio": round(statistics.median(rates[place]) / plain, 1),
            "bytes": round(sizes[place]),
            "verified": way.verified,
        }
        for place, way in enumerate(measured)
    ]


def main() -> None:
    table = rows()
    print("| job | way | labels/s median (min-max) | x plain | bytes a label | verified |")
    print("|---|---|---|---|---|---|")
    for row in table:
        print(
            f"| {row['job']} | {row['way']} | {row['labels_per_s']:,} ({row['least']:,}-{row['most']:,}) | {row['ratio']} "
            f"| {row['bytes']} | {row['verified']} |"
        )
    if importlib.util.find_spec("reportlab") is None:
        print("\nreportlab is not installed here and was not measured.")


if __name__ == "__main__":
    main()
