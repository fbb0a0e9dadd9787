"""How many parcel labels (A6, 203 dpi) one core makes a second, beside the plain way with Pillow and python-barcode.

Run `python -m bench.labels`. Each label has its own number, recipient and amount, so nothing is answered from a cache
except what repeats on real labels too (captions, the sender). Rounds take turns, so that load from elsewhere hits all
ways alike; the clock is processor time of all threads, so a figure is what one free core does. The last column says
what was verified while the clock ran.
"""

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import barcode
import segno
from barcode.writer import ImageWriter
from PIL import Image, ImageDraw, ImageFont

from backend.documents.api import label_examples, render_label
from backend.documents.lettering import FONT_FOLDER
from backend.gs1.own_codes import build_own_code

ROUNDS = 5
LABELS_PER_ROUND = 20

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


WAYS: dict[str, tuple[Callable[[int], bytes], str]] = {
    "ZPL, plain letters": (lambda number: render_label("parcel", ascii_data(number), "zpl"), "strict ZPL lint"),
    "ZPL, Czech letters as dots": (
        lambda number: render_label("parcel", parcel_data(number), "zpl"),
        "strict ZPL lint",
    ),
    "PNG, read back": (
        lambda number: render_label("parcel", parcel_data(number), "png"),
        "both codes read by zbar, modules and quiet zones measured",
    ),
    "PDF": (lambda number: render_label("parcel", parcel_data(number), "pdf"), "layout rules"),
    "plain Pillow + python-barcode + segno PNG": (naive_png, "nothing"),
}


def rows(rounds: int = ROUNDS, labels: int = LABELS_PER_ROUND) -> list[dict[str, Any]]:
    """One row for each way: labels a second (median, least, most of `rounds`), ratio to the plain way, bytes."""
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    sizes: dict[str, int] = {}
    for name, (make, _) in WAYS.items():
        sizes[name] = len(make(999_000))  # warm: fonts, Typst
    for turn in range(rounds):
        for name, (make, _) in WAYS.items():
            first = turn * labels
            began = time.process_time()
            for number in range(first, first + labels):
                make(number)
            rates[name].append(labels / (time.process_time() - began))
    plain = statistics.median(rates["plain Pillow + python-barcode + segno PNG"])
    return [
        {
            "way": name,
            "labels_per_s": round(statistics.median(rates[name]), 1),
            "least": round(min(rates[name]), 1),
            "most": round(max(rates[name]), 1),
            "ratio": round(statistics.median(rates[name]) / plain, 2),
            "bytes": sizes[name],
            "verified": verified,
        }
        for name, (_, verified) in WAYS.items()
    ]


def main() -> None:
    table = rows()
    print("| way | labels/s median (min-max) | x plain | bytes | verified |")
    print("|---|---|---|---|---|")
    for row in table:
        print(
            f"| {row['way']} | {row['labels_per_s']} ({row['least']}-{row['most']}) | {row['ratio']} "
            f"| {row['bytes']} | {row['verified']} |"
        )


if __name__ == "__main__":
    main()
