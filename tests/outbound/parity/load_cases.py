"""Jobs of packing and of the handover, made from a seed: mostly right, often wrong, sometimes undone."""

import random
from collections.abc import Iterator
from typing import Any

FOREIGN = {"gtin:09520000000099": {"sku": "SOAP", "name": "Olive soap", "belongs": "T-002"}}
STRANGE = (
    "scan gtin:09520000000099", "scan gtin:09529999999999", "scan text:HELLO", "scan loc:A-01", "scan badge:X", "scan",
    "scan carton:K9", "scan parcel:P90", "scan track:FK1", "scan tote:T-001", "scan command:done", "scan command:undo",
    "scan command:short", "scan text:A gtin:09520000000099",
)  # fmt: skip
BUTTONS = (
    "undo", "undo", "skip", "quantity 500", "quantity 0", "quantity 2000000", "confirm back {}", "confirm put_aside {}",
    "confirm close_parcel {}", 'confirm carton {"carton": null}', 'confirm carton {"carton": "carton:K2"}',
    'confirm weight {"weight_g": 300}', 'confirm weight {"weight_g": 1.5}', "labels",
)  # fmt: skip


class PackMaker:
    """One stream of packing jobs from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        rng = self.rng
        cartons = [{"key": f"carton:K{each}", "code": f"K{each}", "name": "", "tare_g": 0} for each in (1, 2)]
        bundle = {
            "flow": "pack", "task": f"pack:{number}", "station": "S1", "tote": "tote:T-001",
            "order": {"number": f"O{number}", "buyer": "", "carrier": "c", "carrier_name": "C", "service": ""},
            "lines": [self.line(index) for index in range(1, rng.choice((1, 2, 2, 3)) + 1)],
            "cartons": cartons if rng.random() < 0.7 else [], "parcels": [], "weigh": rng.random() < 0.6,
            "partial": rng.random() < 0.7, "stopped": None, "hold": None, "places": FOREIGN,
        }  # fmt: skip
        if rng.random() < 0.05:
            bundle |= {"stopped": "ORDER_ON_HOLD", "hold": "BY_HAND"}
        return bundle

    def line(self, index: int) -> dict[str, Any]:
        product = self.rng.randint(1, 2)
        codes = [{"key": f"gtin:0952000000000{product}", "quantity": 1, "level": "each"}]
        if self.rng.random() < 0.5:
            codes.append({"key": f"gtin:1952000000000{product}", "quantity": 3, "level": "case"})
        return {
            "id": 10 + index, "sku": f"SKU{product}", "name": f"Product {product}", "picture": None, "codes": codes,
            "wanted": self.rng.randint(1, 4), "checked": 0,
        }  # fmt: skip

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        for line in bundle["lines"]:
            for _ in range(line["wanted"] + rng.randint(0, 1)):
                yield from self.mistake(bundle)
                yield f"scan {rng.choice(line['codes'])['key']}"
                if rng.random() < 0.12:
                    yield "confirm close_parcel {}"
                    yield "scan carton:K1"
                    yield "quantity 700"
                if rng.random() < 0.06:
                    missing = rng.choice(bundle["lines"])
                    yield f'confirm missing {{"line": {missing["id"]}, "quantity": {rng.randint(1, 3)}}}'
        yield from self.mistake(bundle)
        yield "scan carton:K1"
        yield from self.mistake(bundle)
        yield "quantity 800"
        yield from self.mistake(bundle)
        yield "labels"
        for place in range(4):
            yield from self.mistake(bundle)
            yield f"scan {rng.choice(('track:FK', 'parcel:P9'))}{place if rng.random() < 0.9 else place + 1}"

    def mistake(self, bundle: dict[str, Any]) -> Iterator[str]:
        while self.rng.random() < 0.25:
            kind = self.rng.random()
            if kind < 0.4:
                yield self.rng.choice(STRANGE)
                if self.rng.random() < 0.8:
                    yield "confirm put_aside {}"
            elif kind < 0.8:
                yield self.rng.choice(BUTTONS)
            else:
                yield f"scan {self.rng.choice(self.rng.choice(bundle['lines'])['codes'])['key']}"


class LoadMaker:
    """One stream of handovers from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        parcels = [
            {
                "number": f"P{each}", "keys": [f"parcel:P{each}", f"track:FK{each}"], "order": "O1", "position": "1/1",
                "weight_g": 500, "loaded": self.rng.random() < 0.1,
            }
            for each in range(1, self.rng.randint(1, 5) + 1)
        ]  # fmt: skip
        return {
            "flow": "handover", "task": f"handover:{number}", "number": f"H{number}", "parcels": parcels,
            "carrier": {"code": "c", "name": "C"}, "signed": self.rng.random() < 0.05,
            "foreign": {"parcel:P50": {"number": "P50", "carrier": "Other"}},
            "unpacked": {"parcel:P60": {"number": "P60", "state": "labelled"}},
        }  # fmt: skip

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        for each in bundle["parcels"]:
            while self.rng.random() < 0.4:
                yield self.rng.choice(
                    ("undo", "undo", "skip", "scan command:undo", "scan parcel:P50", "scan parcel:P60", "scan parcel:P99",
                     "scan text:HI", "scan tote:T-1", "scan", "scan gtin:09520000000011", "quantity 1",
                     f"scan {self.rng.choice(self.rng.choice(bundle['parcels'])['keys'])}")
                )  # fmt: skip
            yield f"scan {self.rng.choice(each['keys'])}"


def make_jobs(seed: int, count: int) -> Iterator[dict[str, Any]]:
    packs, loads = PackMaker(seed), LoadMaker(seed)
    for number in range(1, count + 1):
        maker = loads if number % 4 == 0 else packs
        bundle = maker.bundle(number)
        yield {"flow": bundle["flow"], "bundle": bundle, "inputs": list(maker.inputs(bundle))}
