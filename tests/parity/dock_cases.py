"""Deliveries, put-away walks and returns, and what hands do with them, from a seed: mostly right, often wrong."""

import random
from collections.abc import Iterator
from typing import Any

from backend.inbound.returning import CONDITIONS

STRANGE = (
    "scan gtin:09529999999999", "scan text:HELLO", "scan badge:X", "scan", "scan loc:S-1", "scan loc:NOWHERE", "scan tote:T-1",
    "scan sscc:195200000000000099", "scan track:DR1 text:DR1", "scan text:A gtin:09520000000011", "scan carton:K1",
    "scan lot:L9", "scan serial:S9", "scan best_before:2026-12-24", "scan command:done",
)  # fmt: skip
TODAY = "2026-03-02"
DATES = ("2027-01-31", "2026-03-10", "2026-02-01")
"""Good, nearly over, over."""


def codes_of(rng: random.Random, product: int) -> list[dict[str, Any]]:
    codes = [{"key": f"gtin:0952000000001{product}", "quantity": 1, "level": "each"}]
    if rng.random() < 0.5:
        codes.append({"key": f"gtin:1952000000001{product}", "quantity": rng.choice((3, 6)), "level": "case"})
    return codes


class ReceiveMaker:
    """Lines with and without lots, dates, serials; pallets that were told and such that were not."""

    flow = "receive"

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        rng = self.rng
        lines = [self.line(index) for index in range(1, rng.choice((1, 2, 3)) + 1)]
        units = [self.unit(place, lines) for place in range(rng.randint(0, 2))]
        return {
            "flow": "receive", "task": f"receive:{number}", "number": f"R{number:06d}", "reference": "", "note": "",
            "kind": "purchase_order", "supplier": "Tea House", "dock": "DOCK", "today": TODAY, "lines": lines, "units": units,
        }  # fmt: skip

    def line(self, index: int) -> dict[str, Any]:
        rng = self.rng
        tracking = rng.choice(("none", "none", "lot", "serial"))
        dated = tracking != "serial" and rng.random() < 0.4
        known = {"OLD": DATES[0]} if tracking == "lot" and dated and rng.random() < 0.5 else {}
        return {
            "id": index, "product": 100 + index, "sku": f"SKU{index}", "name": f"Product {index}", "picture": None,
            "unit": rng.choice(("ks", "ks", "g")) if tracking != "serial" else "ks", "expected": rng.choice((0, 2, 5, 12)),
            "received": rng.choice((0, 0, 0, 1)), "damaged": 0, "tracking": tracking, "dated": dated, "life_days": 30,
            "lot": "", "best_before": None, "lots": known, "codes": codes_of(rng, index),
        }  # fmt: skip

    def unit(self, place: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
        rng = self.rng
        parts = [
            {
                "line": line["id"], "quantity": rng.randint(1, 4),
                "lot": f"P{place}" if line["tracking"] == "lot" and rng.random() < 0.8 else "",
                "best_before": DATES[0] if line["dated"] and rng.random() < 0.8 else None,
            }
            for line in rng.sample(lines, rng.randint(1, len(lines)))
        ]  # fmt: skip
        return {"sscc": f"19520000000000000{place}", "received": rng.random() < 0.1, "parts": parts}

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        for line in bundle["lines"] + bundle["lines"][: rng.randint(0, 1)]:
            for _ in range(rng.randint(1, 4)):
                yield from self.mistakes(bundle)
                yield f"scan {self.goods(line)}"
                yield from self.told(line)
            if rng.random() < 0.5:
                yield f"quantity {rng.randint(0, 6)}"
        for unit in bundle["units"]:
            yield f"scan sscc:{unit['sscc']}"
        yield from self.mistakes(bundle)
        if rng.random() < 0.7:
            yield "confirm finish {}"
            yield f'confirm rest {{"rest": "{rng.choice(("drop", "back_order"))}"}}'
            yield f"scan {self.goods(rng.choice(bundle['lines']))}"

    def goods(self, line: dict[str, Any]) -> str:
        rng, parts = self.rng, [self.rng.choice(line["codes"])["key"]]
        if line["tracking"] == "lot" and rng.random() < 0.6:
            parts.append(f"lot:{rng.choice(('L1', 'L2', 'OLD'))}")
        if line["dated"] and rng.random() < 0.6:
            parts.append(f"best_before:{rng.choice(DATES)}")
        if line["tracking"] == "serial" and rng.random() < 0.7:
            parts.append(f"serial:S{rng.randint(1, 9)}")
        if line["unit"] == "g" and rng.random() < 0.5:
            parts.append(f"weight_g:{rng.randint(1, 900)}")
        if rng.random() < 0.05:
            parts.append(f"count:{rng.randint(1, 4)}")
        return " ".join(parts)

    def told(self, line: dict[str, Any]) -> Iterator[str]:
        """Answers to what the app asks, whether it asks or not."""
        rng = self.rng
        if line["tracking"] == "lot":
            yield rng.choice(('confirm lot {"lot": "L1"}', "scan lot:L2", "scan text:L3"))
        if line["dated"]:
            yield rng.choice(
                (f'confirm date {{"date": "{rng.choice(DATES)}"}}', f"scan best_before:{rng.choice(DATES)}")
            )
        if line["tracking"] == "serial":
            yield rng.choice(
                (f'confirm serial {{"serial": "S{rng.randint(1, 9)}"}}', f"scan serial:S{rng.randint(1, 9)}")
            )
        if rng.random() < 0.7:
            yield rng.choice(("confirm agree {}", "confirm agree {}", "confirm cancel {}"))

    def mistakes(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        while rng.random() < 0.25:
            yield rng.choice((
                rng.choice(STRANGE), "undo", "undo", "confirm new_lot {}", "confirm cancel {}", "quantity 1", "quantity -1",
                'confirm set_aside {"quantity": 2, "note": "?"}', 'confirm condition {"condition": "damaged", "reason": "wet"}',
                'confirm condition {"condition": "good"}', f"scan {self.goods(rng.choice(bundle['lines']))}",
            ))  # fmt: skip


class PutAwayMaker:
    """Stops with and without a proposed place, tracked serials, two lots of one product."""

    flow = "put_away"

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        lines = [self.line(index) for index in range(1, self.rng.choice((1, 2, 3)) + 1)]
        source = {"key": "loc:DOCK", "code": "DOCK"}
        return {
            "flow": "put_away",
            "task": f"put_away:{number}",
            "number": f"P{number}",
            "source": source,
            "lines": lines,
        }

    def line(self, index: int) -> dict[str, Any]:
        rng = self.rng
        tracked, quantity = rng.random() < 0.25, rng.randint(1, 6)
        place = {"key": f"loc:S-{index}", "code": f"S-{index}", "zone": "A"} if rng.random() < 0.85 else None
        return {
            "id": index, "product": 100 + (index + 1) // 2, "sku": f"SKU{(index + 1) // 2}", "name": "Product", "unit": "ks",
            "picture": None, "lot": rng.choice(("", "", f"L{index}")), "best_before": None, "quantity": quantity, "put": 0,
            "place": place, "why": "", "tracked": tracked, "forbidden": {"loc:S-9": "look_alike", "loc:S-10": "blocked"},
            "serials": [f"S{index}{each}" for each in range(quantity)] if tracked else [],
            "codes": codes_of(rng, (index + 1) // 2),
        }  # fmt: skip

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        for line in bundle["lines"] * 2:
            yield from self.mistakes(bundle)
            yield f"scan {self.goods(line)}"
            if line["lot"] and rng.random() < 0.6:
                yield rng.choice(
                    (f'confirm lot {{"lot": "{line["lot"]}"}}', f"scan lot:{line['lot']}", f"scan text:{line['lot']}")
                )
            if line["tracked"] and rng.random() < 0.5:
                for serial in rng.sample(line["serials"], rng.randint(1, len(line["serials"]))):
                    yield (
                        f"scan {line['codes'][0]['key']} serial:{serial}"
                        if rng.random() < 0.6
                        else f"scan text:{serial}"
                    )
            if rng.random() < 0.4:
                yield f"quantity {rng.randint(0, line['quantity'] + 1)}"
            yield from self.mistakes(bundle)
            place = (
                line["place"]["key"]
                if line["place"] is not None and rng.random() < 0.7
                else f"loc:S-{rng.randint(1, 8)}"
            )
            yield f"scan {place}"
            if rng.random() < 0.5:
                yield rng.choice((f"scan {place}", "confirm other {}"))
        if rng.random() < 0.5:
            yield "confirm finish {}"

    def goods(self, line: dict[str, Any]) -> str:
        lot = f" lot:{line['lot']}" if line["lot"] and self.rng.random() < 0.7 else ""
        return self.rng.choice(line["codes"])["key"] + lot

    def mistakes(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        while rng.random() < 0.25:
            yield rng.choice((
                rng.choice(STRANGE), "undo", "undo", "quantity 1", "quantity 0", "scan loc:S-9", "scan loc:S-10", "scan loc:DOCK",
                "scan cart:C-1", f"scan {self.goods(rng.choice(bundle['lines']))}", "confirm other {}",
            ))  # fmt: skip


class ReturnsMaker:
    """What of an order came back, and in which condition."""

    flow = "returns"

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def bundle(self, number: int) -> dict[str, Any]:
        rng = self.rng
        lines = []
        for index in range(1, rng.choice((1, 2, 3)) + 1):
            sent = rng.randint(1, 6)
            product = {
                "id": index,
                "sku": f"SKU{index}",
                "name": "Product",
                "unit": rng.choice(("ks", "g")),
                "picture": None,
            }
            open_ = rng.randint(0, sent)
            lines.append({"id": index, "product": product, "codes": codes_of(rng, index), "sent": sent, "open": open_})
        return {
            "flow": "returns", "task": f"returns:{number}", "number": f"V{number}", "order": {"number": "O1", "buyer": ""},
            "pieces": 0, "conditions": [{"condition": each, "place": ""} for each in CONDITIONS],
            "reasons": ["wrong_size"], "lines": lines,
        }  # fmt: skip

    def inputs(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        for line in bundle["lines"] * 2:
            for _ in range(rng.randint(1, 3)):
                yield from self.mistakes(bundle)
                lot = rng.choice(("", "", " lot:L1"))
                yield f"scan {rng.choice(line['codes'])['key']}{lot}"
            if rng.random() < 0.4:
                yield f"quantity {rng.randint(0, line['sent'] + 1)}"
            yield f'confirm condition {{"condition": "{rng.choice(CONDITIONS)}", "reason": "{rng.choice(("", "wrong_size"))}"}}'
        if rng.random() < 0.5:
            yield "confirm finish {}"
            yield f"scan {bundle['lines'][0]['codes'][0]['key']}"

    def mistakes(self, bundle: dict[str, Any]) -> Iterator[str]:
        rng = self.rng
        while rng.random() < 0.25:
            code = rng.choice(rng.choice(bundle["lines"])["codes"])["key"]
            yield rng.choice(
                (rng.choice(STRANGE), "undo", "undo", "quantity 1", "quantity 0", f"scan {code}", "scan command:undo")
            )
