"""People with devices: they pick, pack and load, in haste. Most of what they do is right; the rest is what happens.

A walker knows only what a bundle says and what the own hands have done since. Nothing here looks into the database.
"""

from datetime import datetime
from typing import Any

from tests.simulation.device import Device
from tests.simulation.warehouse import CARTON, TOTES

NONSENSE = "gtin:00000000000000"


class Picking:
    """A wave in the hands of a walker."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.acts: list[tuple[str, int, int]] = []
        self.see(bundle)

    def see(self, bundle: dict[str, Any]) -> None:
        """The books as the server tells them; nothing may be unsent."""
        self.bundle = bundle
        self.task = bundle["task"]
        self.left = {
            each["id"]: 0 if each["cancelled"] else each["quantity"] - each["picked"] - each["short"]
            for each in bundle["lines"]
        }
        self.totes: dict[int, str] = {each["slot"]: each["tote"] for each in bundle["slots"] if each["tote"]}

    def step(self, device: Device, now: datetime) -> bool:
        """Scans of one act; False when nothing is left to do."""
        chance = device.chance
        open_lines = [each for each in self.bundle["lines"] if self.left[each["id"]] > 0]
        if not open_lines:
            return False
        line = open_lines[0] if chance.random() < 0.9 else chance.choice(open_lines)
        roll = chance.random()
        if roll < 0.04:
            device.write("pick", self.task, "skip", now=now, line=line["id"])
            return True
        if roll < 0.10 and self.acts:
            self._undo(device, now)
            return True
        if roll < 0.16:
            self._mistake(device, line, now)
        if roll > 0.94:
            self._short(device, line, now)
            return True
        return self._pick(device, line, now)

    def _pick(self, device: Device, line: dict[str, Any], now: datetime) -> bool:
        chance, slot = device.chance, line["slot"]
        quantity = self.left[line["id"]] if chance.random() < 0.85 else chance.randint(1, self.left[line["id"]])
        tote = self.totes.get(slot) or self._free_tote(device)
        if tote is None:
            return False
        act = device.uuid()
        device.write("pick", self.task, "location", line["location"]["key"], now=now, line=line["id"])
        device.write("pick", self.task, "product", _piece(line), now=now, act=act, line=line["id"], quantity=1)
        if quantity > 3 or (quantity > 1 and chance.random() < 0.3):
            device.write("pick", self.task, "quantity", now=now, act=act, line=line["id"], quantity=quantity)
        else:
            for pieces in range(2, quantity + 1):
                device.write(
                    "pick", self.task, "product", _piece(line), now=now, act=act, line=line["id"], quantity=pieces
                )
        if chance.random() < 0.03:
            tote = chance.choice(TOTES)
        device.write(
            "pick", self.task, "tote", tote, now=now, act=act, line=line["id"], quantity=quantity, tote=tote,
            location=line["location"]["key"],
        )  # fmt: skip
        self.left[line["id"]] -= quantity
        self.totes.setdefault(slot, tote)
        self.acts.append((act, line["id"], quantity))
        return True

    def _free_tote(self, device: Device) -> str | None:
        taken = set(self.bundle["busy_totes"]) | set(self.totes.values())
        free = [each for each in TOTES if each not in taken]
        return device.chance.choice(free) if free else None

    def _undo(self, device: Device, now: datetime) -> None:
        act, line_id, quantity = self.acts.pop(device.chance.randrange(len(self.acts)))
        device.write("pick", self.task, "undo", now=now, act=device.uuid(), of=act)
        self.left[line_id] = self.left.get(line_id, 0) + quantity

    def _short(self, device: Device, line: dict[str, Any], now: datetime) -> None:
        device.write("pick", self.task, "short", now=now, act=device.uuid(), line=line["id"], found=0)
        self.left[line["id"]] = 0

    def _mistake(self, device: Device, line: dict[str, Any], now: datetime) -> None:
        """Wrong goods, wrong place, nonsense. A good device refuses at once; a bad one lets the server do it."""
        chance = device.chance
        local = "ok" if chance.random() < 0.5 else "WRONG_PRODUCT"
        others = [each for each in self.bundle["lines"] if each["product"]["id"] != line["product"]["id"]]
        kind = chance.choice(("product", "location", "tote"))
        if kind == "location":
            keys = [chance.choice(others)["location"]["key"]] if others else ["loc:NOWHERE"]
        elif kind == "tote":
            keys = [chance.choice(TOTES)]
        else:
            keys = [_piece(chance.choice(others)) if others and chance.random() < 0.7 else NONSENSE]
        act = None if kind == "location" else device.uuid()
        body = {"line": line["id"], "quantity": 1}
        device.write("pick", self.task, kind, *keys, now=now, act=act, local=local, **body)


def _piece(line: dict[str, Any]) -> str:
    return next(each["key"] for each in line["codes"] if each["quantity"] == 1)


class Packing:
    """An order at a bench."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.parcel: str | None = None
        self.regrets = 0
        self.checks: list[tuple[str, int, int]] = []
        self.see(bundle)

    def see(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle
        self.task = bundle["task"]
        self.left = {each["id"]: each["wanted"] - each["checked"] for each in bundle["lines"]}
        opened = [each for each in bundle["parcels"] if each["state"] == "open"]
        self.parcel = opened[0]["uid"] if opened else None
        self.inside = sum(opened[0]["contents"].values()) if opened else 0
        self.acts = list(bundle["acts"])

    def step(self, device: Device, now: datetime) -> bool:
        """One thing; False when the bench can only wait: for the label, or for nothing."""
        if self.bundle["stopped"]:
            return False
        chance = device.chance
        if self.acts and (self.regrets or chance.random() < 0.04):
            self._take_back(device, now)
            return True
        self.acts = []  # from now on the bundle does not tell all that was done
        if self._label(device, now):
            return True
        lines = [each for each in self.bundle["lines"] if self.left.get(each["id"], 0) > 0]
        if self.checks and chance.random() < 0.05:
            act, line_id, quantity = self.checks.pop()
            device.write("pack", self.task, "undo", now=now, act=device.uuid(), of=act)
            self.left[line_id] += quantity
            self.inside -= quantity
            return True
        if lines and not (self.inside and chance.random() < 0.06):
            self._check(device, chance.choice(lines), now)
            return True
        if self.parcel is not None and self.inside > 0:
            self._close(device, now, last=not lines)
            return True
        return False

    def _take_back(self, device: Device, now: datetime) -> None:
        """The last act of this order, whoever did it: a label that was checked, a parcel that may be booked, a piece."""
        last = self.acts.pop()
        self.regrets = max(0, self.regrets - 1)
        device.write("pack", self.task, "undo", now=now, act=device.uuid(), of=last["act"])
        parcels = {each["uid"]: each for each in self.bundle["parcels"]}
        mine = parcels.get(last["parcel"])
        if mine is None:
            return
        if last["kind"] == "check":
            self.left[last["line"]] = self.left.get(last["line"], 0) + last["quantity"]
            self.inside -= last["quantity"]
        elif last["kind"] == "label":
            mine["state"] = "labelled"
        elif last["kind"] == "close":
            for each in parcels.values():
                each["state"] = "closed" if each["state"] != "open" else "open"
            mine["state"], self.parcel, self.inside = "open", mine["uid"], sum(mine["contents"].values())
            self.acts = [each for each in self.acts if each["kind"] != "label"]

    def _check(self, device: Device, line: dict[str, Any], now: datetime) -> None:
        chance = device.chance
        if chance.random() < 0.04:
            places = [*self.bundle["places"], NONSENSE]
            device.write(
                "pack", self.task, "product", chance.choice(places), now=now, act=device.uuid(),
                local="ok" if chance.random() < 0.5 else "NOT_IN_THIS_ORDER", parcel=self.parcel or device.uuid(), quantity=1,
            )  # fmt: skip
        if chance.random() < 0.02:
            device.write("pack", self.task, "missing", now=now, act=device.uuid(), line=line["id"], quantity=1)
            self.left[line["id"]] -= 1
            return
        self.parcel = self.parcel or device.uuid()
        codes = [each for each in line["codes"] if each["quantity"] <= self.left[line["id"]]]
        code = chance.choice(codes)
        act = device.uuid()
        device.write(
            "pack", self.task, "product", code["key"], now=now, act=act, line=line["id"], quantity=code["quantity"],
            parcel=self.parcel, station=self.bundle["station"],
        )  # fmt: skip
        self.left[line["id"]] -= code["quantity"]
        self.inside += code["quantity"]
        self.checks.append((act, line["id"], code["quantity"]))

    def _close(self, device: Device, now: datetime, last: bool) -> None:
        act = device.uuid()
        device.write(
            "pack", self.task, "close", CARTON, now=now, act=act, parcel=self.parcel, carton=CARTON,
            weight_g=device.chance.randint(200, 9000), last=last, station=self.bundle["station"],
        )  # fmt: skip
        if device.chance.random() < 0.06:
            device.write("pack", self.task, "undo", now=now, act=device.uuid(), of=act)
            return
        self.parcel, self.inside = None, 0
        self.checks.clear()

    def _label(self, device: Device, now: datetime) -> bool:
        waiting = [each for each in self.bundle["parcels"] if each["state"] == "labelled" and each["label_key"]]
        if not waiting:
            return False
        if device.chance.random() < 0.1:
            other = device.chance.choice(("parcel:26-999999", NONSENSE))
            device.write("pack", self.task, "label", other, now=now, act=device.uuid(), parcel=waiting[0]["uid"])
        for each in waiting:
            device.write("pack", self.task, "label", each["label_key"], now=now, act=device.uuid(), parcel=each["uid"])
            each["state"] = "verified"
        return True


class Loading:
    """A carrier's list at the dock."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.see(bundle)

    def see(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle
        self.task = bundle["task"]
        self.waiting = [each for each in bundle["parcels"] if not each["loaded"]]

    def step(self, device: Device, now: datetime) -> bool:
        if self.bundle["signed"] or not self.waiting:
            return False
        chance = device.chance
        if chance.random() < 0.08:
            strange = [*self.bundle["foreign"], *self.bundle["unpacked"], "parcel:26-888888"]
            device.write("handover", self.task, "parcel", chance.choice(strange), now=now, act=device.uuid())
        parcel = self.waiting.pop(chance.randrange(len(self.waiting)))
        act = device.uuid()
        device.write("handover", self.task, "parcel", chance.choice(parcel["keys"]), now=now, act=act)
        if chance.random() < 0.05:
            device.write("handover", self.task, "parcel", parcel["keys"][0], now=now, act=device.uuid())
        if chance.random() < 0.07:
            device.write("handover", self.task, "undo", now=now, act=device.uuid(), of=act)
            self.waiting.append(parcel)
        return True


Work = Picking | Packing | Loading
KINDS: dict[str, type[Work]] = {"pick": Picking, "pack": Packing, "handover": Loading}
