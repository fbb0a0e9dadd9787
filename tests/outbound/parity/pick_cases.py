"""Picking jobs and what pickers do with them, made from a seed: mostly right, often wrong, sometimes undone."""

import random
from collections.abc import Iterator
from typing import Any

FREE_TOTES = ("tote:T-001", "tote:T-002", "tote:T-003", "tote:T-004")
BUSY_TOTE = "tote:T-009"
STRANGE = (
    "scan gtin:09520000000099", "scan gtin:09520000000077", "scan gtin:09529999999999", "scan text:HELLO",
    "scan badge:X", "scan station:P1", "scan sscc:195200000000000001", "scan command:short", "scan loc:Z-99",
    f"scan {BUSY_TOTE}", "scan", "scan text:A-1 gtin:09520000000077", "scan track:DR123 text:DR123",
)  # fmt: skip
BUTTONS = ("undo", "undo", "skip", "short", "quantity 0", "quantity 1", "quantity 3", "scan command:undo")
PLACES = {
    "gtin:09520000000099": ("SOAP", "Olive soap", "B-04-2", "tea"),
    "gtin:09520000000077": ("LAMP", "Desk lamp", "C-01-1", "light"),
}


class JobMaker:
    """One stream of jobs from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        slots = self.rng.randint(1, 3)
        lines = [
            self.line(index, self.rng.randint(1, slots)) for index in range(1, self.rng.choice((1, 2, 2, 3, 4)) + 1)
        ]
        bundle = {
            "flow": "pick", "task": f"pick:{number}", "number": f"W{number}", "mode": "cluster", "version": 1,
            "lines": lines, "acts": [], "busy_totes": [BUSY_TOTE],
            "slots": [
                {"slot": slot, "order": f"O{slot}", "tote": None, "pieces": 0, "packed": False, "cancelled": False}
                for slot in range(1, slots + 1)
            ],
            "places": {
                key: {"sku": sku, "name": name, "picture": None, "location": location, "merchant": merchant}
                for key, (sku, name, location, merchant) in PLACES.items()
            },
        }  # fmt: skip
        self.begin(bundle)
        return bundle

    def line(self, index: int, slot: int) -> dict[str, Any]:
        place, product = self.rng.choice(("A-1", "A-1", "B-2")), self.rng.randint(1, 3)
        codes = [{"key": f"gtin:0952000000000{product}", "quantity": 1, "level": "each"}]
        if self.rng.random() < 0.6:
            codes.append({"key": f"gtin:1952000000000{product}", "quantity": 3, "level": "case"})
        return {
            "id": 10 + index, "sequence": index, "order": f"O{slot}", "slot": slot,
            "location": {"key": f"loc:{place}", "code": place, "name": place, "zone": "A"},
            "product": {
                "id": product, "sku": f"SKU{product}", "name": f"Product {product}", "picture": None, "unit": "ks",
                "merchant": "tea",
            },
            "codes": codes, "lot": self.rng.choice(("", "", "", "L7")), "quantity": self.rng.randint(1, 5),
            "picked": 0, "short": 0, "cancelled": False,
        }  # fmt: skip

    def begin(self, bundle: dict[str, Any]) -> None:
        """Some jobs were begun on another device, have a cancelled order, or one that is being packed."""
        if self.rng.random() < 0.3:
            line = self.rng.choice(bundle["lines"])
            line["picked"] = self.rng.randint(1, line["quantity"])
            slot = bundle["slots"][line["slot"] - 1]
            slot |= {"tote": "tote:T-001", "pieces": line["picked"], "packed": self.rng.random() < 0.2}
            act = {"act": "a0", "line": line["id"], "kind": "pick", "quantity": line["picked"], "state": "applied"}
            bundle["acts"].append(act)
        if self.rng.random() < 0.15:
            slot = self.rng.choice(bundle["slots"])
            slot["cancelled"] = True
            for line in bundle["lines"]:
                line["cancelled"] = line["cancelled"] or line["slot"] == slot["slot"]

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        """Walk the lines, with mistakes in between; now and then the walk is begun again."""
        for line in bundle["lines"] + bundle["lines"][: self.rng.randint(0, 2)]:
            yield from self.mistakes(bundle)
            yield f"scan {line['location']['key']}"
            left = line["quantity"]
            while left > 0 and self.rng.random() < 0.95:
                yield from self.mistakes(bundle)
                code = self.rng.choice(line["codes"])
                lot = self.rng.choice(("", " lot:L7", " lot:L8")) if self.rng.random() < 0.2 else ""
                yield f"scan {code['key']}{lot}"
                left -= code["quantity"]
                if self.rng.random() < 0.3:
                    yield f"quantity {max(1, left)}"
                if self.rng.random() < 0.2:
                    yield f"scan {FREE_TOTES[line['slot'] - 1]}"
            yield from self.mistakes(bundle)
            yield f"scan {FREE_TOTES[line['slot'] - 1]}"

    def mistakes(self, bundle: dict[str, Any]) -> Iterator[str]:
        while self.rng.random() < 0.2:
            line = self.rng.choice(bundle["lines"])
            code = f"scan {self.rng.choice(line['codes'])['key']}"
            place = self.rng.choice((f"scan loc:{line['location']['code']}", f"scan text:{line['location']['code']}"))
            tote = f"scan {self.rng.choice(FREE_TOTES)}"
            yield self.rng.choice((self.rng.choice(STRANGE), self.rng.choice(BUTTONS), code, place, tote))


def make_jobs(seed: int, count: int) -> Iterator[dict[str, Any]]:
    maker = JobMaker(seed)
    for number in range(1, count + 1):
        bundle = maker.bundle(number)
        yield {"bundle": bundle, "inputs": list(maker.inputs(bundle))}
