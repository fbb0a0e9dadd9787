"""How many labels one core makes a second at 203 dpi, beside the plain ways of others.

Run `python -m bench.labels`. Two jobs: parcels (A6), each with its own number, recipient and amount, and a run of 500 shelf
labels. What repeats on real labels repeats here: captions, the sender, and the words of names, streets and towns, drawn
from lists; the way "every word new" has names and streets of words that never came before. Rounds take turns, so that load
from elsewhere hits all ways alike; the clock is processor time of all threads, so a figure is what one free core does.
Runs of ZPL are compared with labels drawn the slow way, byte by byte, before the clock starts; the last column says what
was verified while it ran.
"""

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
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from backend.documents.api import label_artifact, label_examples, render_label, render_label_run
from backend.documents.artifact import LabelFormat, make_artifact
from backend.documents.label_run import LabelRun
from backend.documents.lettering import FONT_FOLDER
from backend.documents.templates import template_of
from backend.gs1.own_codes import build_own_code

ROUNDS = 5

_FIRST = (
    "Jiří", "Kateřina", "Őrs", "Ľubomír", "Anna", "Petr", "Věra", "Lukáš", "Zdeněk", "Růžena", "István", "Zsófia", "Ján", "Mária",
    "Tomáš", "Eliška", "Ondřej", "Barbora", "Miloš", "Šárka", "Gergő", "Ágnes", "Ctibor", "Žaneta",
)  # fmt: skip
_LAST = (
    "Žďárský", "Dvořáčková", "Szűcs", "Ďurič", "Nová", "Svoboda", "Černý", "Procházka", "Kučerová", "Veselý", "Horák", "Němcová", "Pokorný",
    "Růžička", "Beneš", "Fialová", "Sedláček", "Doležal", "Zeman", "Kolářová", "Krejčí", "Nagy", "Tóth", "Szabó", "Kovács", "Horváth", "Vargová",
    "Baláž", "Molnár", "Hudáková", "Urban", "Vaněk", "Říha", "Šimek", "Kadlecová",
)  # fmt: skip
_STREETS = (
    "Úzká", "Nádražní", "Školní", "Žižkova", "Dlouhá", "Na Příkopě", "Komenského", "Tyršova", "Lipová", "Hlavná", "Štúrova", "Kossuth utca",
    "Petőfi tér", "Husova", "U Zvonu", "Palackého", "Riegrova", "Švermova", "Mlýnská",
)  # fmt: skip
_TOWNS = (
    "Praha 1", "Žďár nad Sázavou", "Budapest", "Liptovský Mikuláš", "Plzeň", "Brno", "Košice", "Győr", "Ústí nad Labem", "Nitra", "Jihlava", "Pécs",
    "České Budějovice", "Třebíč", "Prešov", "Znojmo", "Székesfehérvár",
)  # fmt: skip
_SYLLABLES = ("ká", "ře", "ži", "du", "šo", "mě", "lý", "tů", "bra", "čen", "ňov", "ský", "ďas", "hří", "zví", "pro")


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
            "name": f"{_FIRST[number * 7 % 24]} {_LAST[number * 11 % 35]}",
            "street": f"{_STREETS[number * 5 % 19]} {number * 13 % 2411}/{number % 97 + 1}",
            "postcode": f"{10000 + number}",
            "city": _TOWNS[number * 3 % 17],
        },
    }


def unknown_data(number: int) -> dict[str, Any]:
    """The same label with a name and a street of words that no label had before."""
    data = parcel_data(number)
    recipient = {
        **data["recipient"],
        "name": f"{_word(number)} {_word(number + 7_000_000)}",
        "street": f"{_word(number * 3)} {number}",
    }
    return {**data, "recipient": recipient}


def _word(number: int) -> str:
    word = ""
    while number:
        number, place = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[place]
    return word.capitalize()


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


def _naive_place_png(number: int) -> bytes:
    """A shelf label the same way."""
    data = place_data(number)
    sheet = Image.new("L", (800, 400), 255)
    font = ImageFont.truetype(FONT_FOLDER / "DejaVuSans-Bold.ttf", 120)
    ImageDraw.Draw(sheet).text((32, 20), data["name"], font=font, fill=0)
    bars = barcode.get("code128", data["code"], writer=ImageWriter()).render(
        {"module_width": 0.375, "module_height": 18, "quiet_zone": 4, "font_size": 8, "dpi": 203}
    )
    sheet.paste(bars.convert("L"), (40, 200))
    target = io.BytesIO()
    sheet.convert("1").save(target, "PNG", dpi=(203, 203))
    return target.getvalue()


_FACE = "DejaVu Sans Bold"


def _reportlab_parcels(numbers: Sequence[int]) -> int:
    """The parcel labels as reportlab's manual does it: strings, its own Code 128 and QR, a page each in one file."""
    pdfmetrics.registerFont(TTFont(_FACE, str(FONT_FOLDER / "DejaVuSans-Bold.ttf")))
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=(105 * mm, 148 * mm))
    for number in numbers:
        data = parcel_data(number)
        to, sender = data["recipient"], data["sender"]
        lines = [
            (data["carrier"], 20, 138), (sender["company"], 9, 126), (sender["street"], 8, 121), (to["name"], 21, 104),
            (to["street"], 17, 94), (f"{to['postcode']} {to['city']}", 23, 82), ("Dobírka", 9, 70),
            (str(data["cod_minor"] / 100), 21, 62), (data["note"][:50], 9, 16), (data["parcel_number"], 14, 25),
            (data["order_number"], 10, 126), (data["route"], 24, 62),
        ]  # fmt: skip
        for text, size, y in lines:
            paper.setFont(_FACE, size)
            paper.drawString(4 * mm, y * mm, text)
        code128.Code128(data["parcel_code"], barWidth=0.375 * mm, barHeight=22 * mm).drawOn(paper, 6 * mm, 32 * mm)
        square = Drawing(20 * mm, 20 * mm)
        square.add(qr.QrCodeWidget(data["parcel_code"], barWidth=20 * mm, barHeight=20 * mm))
        renderPDF.draw(square, paper, 82 * mm, 2 * mm)
        paper.showPage()
    paper.save()
    return len(target.getvalue())


def _reportlab_places(numbers: Sequence[int]) -> int:
    """The shelf labels the same way."""
    pdfmetrics.registerFont(TTFont(_FACE, str(FONT_FOLDER / "DejaVuSans-Bold.ttf")))
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=(100 * mm, 50 * mm))
    for number in numbers:
        data = place_data(number)
        paper.setFont(_FACE, 44)
        paper.drawString(4 * mm, 30 * mm, data["name"])
        code128.Code128(data["code"], barWidth=0.375 * mm, barHeight=18 * mm).drawOn(paper, 5 * mm, 4 * mm)
        paper.showPage()
    paper.save()
    return len(target.getvalue())


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


def _each(label: str) -> Callable[[Sequence[dict[str, Any]]], int]:
    """Labels that come one by one, as the worker draws them."""
    return lambda rows: sum(len(label_artifact(label, row, 203, "zpl").content) for row in rows)


def _slowly(label: str) -> Callable[[Sequence[dict[str, Any]]], int]:
    return lambda rows: sum(len(make_artifact(template_of(label), row, 203, "zpl").content) for row in rows)


def _as_run(
    label: str, data: Callable[[int], dict[str, Any]], label_format: LabelFormat
) -> Callable[[Sequence[Any]], int]:
    """One run for all rounds, as a worker keeps one; for PDF one file."""
    if label_format == "pdf":
        return lambda numbers: len(render_label_run(label, [data(number) for number in numbers], "pdf"))
    run = LabelRun(template_of(label), 203)
    for number in range(900_000, 900_040):
        assert run.artifact(data(number)) == make_artifact(template_of(label), data(number), 203, "zpl")

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
        Way("A6 parcels", "ZPL in a run, Czech letters as dots", _as_run("parcel", parcel_data, "zpl"), 500, RUN, parcel_data),
        Way("A6 parcels", "ZPL in a run, Czech letters, every word new", _as_run("parcel", unknown_data, "zpl"), 100, RUN, unknown_data),
        Way("A6 parcels", "ZPL one by one, plain letters", _each("parcel"), 500, RUN, ascii_data),
        Way("A6 parcels", "ZPL one by one, Czech letters as dots", _each("parcel"), 500, RUN, parcel_data),
        Way("A6 parcels", "ZPL the slow way (the first of its shape), Czech", _slowly("parcel"), 20, "layout rules, strict ZPL lint", parcel_data),
        Way("A6 parcels", "PNG, read back", _alone("parcel", parcel_data, "png"), 20, "both codes read by zbar, modules and quiet zones measured"),
        Way("A6 parcels", "PDF, a run in one file", _as_run("parcel", parcel_data, "pdf"), 40, "layout rules"),
        Way("A6 parcels", "PDF one by one", _alone("parcel", parcel_data, "pdf"), 20, "layout rules"),
        Way("A6 parcels", NAIVE, lambda numbers: sum(len(naive_png(number)) for number in numbers), 20, "nothing"),
        Way("A6 parcels", "plain reportlab PDF, a run in one file", _reportlab_parcels, 40, "nothing"),
        Way("A6 parcels", "plain reportlab PDF one by one", lambda numbers: sum(_reportlab_parcels([number]) for number in numbers), 20, "nothing"),
        Way("500 shelf labels", "ZPL in a run", _as_run("location", place_data, "zpl"), 500, RUN, place_data),
        Way("500 shelf labels", "PNG, read back", _alone("location", place_data, "png"), 20, "the code read by zbar, modules and quiet zones measured"),
        Way("500 shelf labels", "PDF, a run in one file", _as_run("location", place_data, "pdf"), 500, "layout rules"),
        Way("500 shelf labels", NAIVE, lambda numbers: sum(len(_naive_place_png(number)) for number in numbers), 40, "nothing"),
        Way("500 shelf labels", "plain reportlab PDF, a run in one file", _reportlab_places, 500, "nothing"),
    ]  # fmt: skip


RUN = "skeleton proved byte by byte; content escaped, width and characters guarded"
NAIVE = "plain Pillow + python-barcode's ImageWriter, PNG"


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
    plain = {way.job: statistics.median(rates[place]) for place, way in enumerate(measured) if way.name == NAIVE}
    return [
        {
            "job": way.job,
            "way": way.name,
            "labels_per_s": round(statistics.median(rates[place]), 1),
            "least": round(min(rates[place]), 1),
            "most": round(max(rates[place]), 1),
            "ratio": round(statistics.median(rates[place]) / plain[way.job], 1),
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


if __name__ == "__main__":
    main()
