"""Count lists and goods that are carried, and what hands do with them, from a seed."""

import random
from collections.abc import Iterator
from typing import Any

from tests.parity.dock_cases import codes_of

STRANGE = (
    "scan gtin:09529999999999", "scan text:HELLO", "scan badge:X", "scan", "scan loc:NOWHERE", "scan tote:T-9", "scan carton:K1",
    "scan sscc:195200000000000099", "scan text:X gtin:09520000000011", "scan command:undo",
)  # fmt: skip
FOUND = "gtin:09520000000035"
"""Goods that the book does not have there, and the catalogue knows."""


class CountMaker:
    """One to three places; lines of one product in two lots; goods that should not be there."""

    flow = "count"

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        places = [self.place(index) for index in range(1, self.rng.randint(1, 3) + 1)]
        return {
            "flow": "count",
            "task": f"count:{number}",
            "number": f"C{number}",
            "kind": "cycle",
            "blind": True,
            "places": places,
        }

    def place(self, index: int) -> dict[str, Any]:
        rng = self.rng
        lines = []
        for product in rng.sample((1, 2, 4), rng.randint(0, 3)):
            face = {
                "id": product,
                "sku": f"SKU{product}",
                "name": "Product",
                "unit": rng.choice(("ks", "g")),
                "picture": None,
            }
            codes = codes_of(rng, product)
            for lot in rng.choice((("",), ("",), ("L1", "L2"))):
                line = {
                    "line": f"{product}/{lot}",
                    "product": face,
                    "lot": lot,
                    "codes": codes,
                    "expected": None,
                    "counted": None,
                }
                lines.append(line)
        location = {"key": f"loc:A-{index}", "code": f"A-{index}", "zone": "A"}
        only = lines[0]["product"]["id"] if lines and rng.random() < 0.15 else None
        lines = [each for each in lines if only is None or each["product"]["id"] == only]
        return {"place": index, "location": location, "only": only, "round": 1, "done": False, "lines": lines}

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        for place in bundle["places"]:
            yield from self.mistakes(bundle)
            at = rng.choice((place["location"]["key"], f"text:{place['location']['code']}"))
            yield f"scan {at}"
            for line in place["lines"]:
                for _ in range(rng.randint(0, 3)):
                    yield from self.mistakes(bundle)
                    lot = f" lot:{line['lot'] if rng.random() < 0.8 else 'L7'}" if rng.random() < 0.6 else ""
                    weight = f" weight_g:{rng.randint(1, 500)}" if rng.random() < 0.3 else ""
                    yield f"scan {rng.choice(line['codes'])['key']}{lot}{weight}"
                if rng.random() < 0.4:
                    yield f"quantity {rng.choice((0, 1, 7, 120, -1))}"
            if rng.random() < 0.3:
                yield f"scan {FOUND}"
            yield rng.choice((f"scan {at}", 'confirm finish {"sure": true}', "confirm finish {}"))
            yield 'confirm finish {"sure": true}'

    def mistakes(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        while rng.random() < 0.25:
            place = rng.choice(bundle["places"])
            codes = [code["key"] for line in place["lines"] for code in line["codes"]] or [FOUND]
            yield rng.choice((
                rng.choice(STRANGE), "undo", "undo", "quantity 3", f"scan {rng.choice(codes)}", f"scan {place['location']['key']}",
                f"scan {FOUND}", f"scan {FOUND} lot:L5", "quantity 20000000",
            ))  # fmt: skip


class CarryMaker:
    """Free moves from one place, and replenishments whose both ends are told."""

    flow = "move"

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        rng = self.rng
        free = rng.random() < 0.5
        source = {"key": "loc:A-01-1", "code": "A-01-1", "zone": "A"}
        lines = []
        for index in range(1, rng.randint(1, 3) + 1):
            end = {"key": f"loc:F-{index}", "code": f"F-{index}", "zone": "F"}
            start = source if free else {"key": f"loc:R-{index % 2}", "code": f"R-{index % 2}", "zone": "R"}
            product = {
                "id": index,
                "sku": f"SKU{index}",
                "name": "Product",
                "unit": rng.choice(("ks", "g")),
                "picture": None,
            }
            lines.append({
                "id": f"{index}/", "product": product, "lot": rng.choice(("", "", "L1")), "codes": codes_of(rng, index),
                "source": start, "target": None if free else end, "wanted": rng.randint(1, 8),
            })  # fmt: skip
        flow = "move" if free else "replenish"
        return {
            "flow": flow,
            "task": f"{flow}:{number}",
            "number": "A-01-1",
            "source": source if free else None,
            "lines": lines,
        }

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        for line in bundle["lines"] * 2:
            yield from self.mistakes(bundle)
            yield f"scan {rng.choice((line['source']['key'], 'text:' + line['source']['code']))}"
            for _ in range(rng.randint(1, 3)):
                yield from self.mistakes(bundle)
                lot = f" lot:{line['lot']}" if line["lot"] and rng.random() < 0.5 else ""
                yield f"scan {rng.choice(line['codes'])['key']}{lot}"
            if rng.random() < 0.4:
                yield f"quantity {rng.randint(0, line['wanted'] + 1)}"
            yield f"scan {self.target(line)}"
        if rng.random() < 0.5:
            yield "confirm finish {}"

    def target(self, line: dict[str, Any]) -> str:
        if line["target"] is None:
            return self.rng.choice(("loc:B-02-2", "tote:T-001", "loc:B-02-2", "loc:A-01-1"))
        return self.rng.choice(
            (line["target"]["key"], f"text:{line['target']['code']}", line["target"]["key"], "loc:B-02-2")
        )

    def mistakes(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        while rng.random() < 0.2:
            line = rng.choice(bundle["lines"])
            yield rng.choice((
                rng.choice(STRANGE), "undo", "undo", "quantity 2", "quantity 0", f"scan {rng.choice(line['codes'])['key']}",
                f"scan {line['source']['key']}", "confirm finish {}",
            ))  # fmt: skip
