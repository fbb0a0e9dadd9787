"""A count list as a device receives it. Blind lists do not tell what the book has."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.catalog.product import ProductFace
from backend.stock.counting import CountLine, CountPlace, CountSheet


def to_bundle(
    sheet: CountSheet, kind: str, blind: bool, version: int, faces: Mapping[int, ProductFace], zones: Mapping[int, str]
) -> dict[str, Any]:
    """The bundle in the shape of the contract; places in walking sequence."""
    return {
        "flow": "count",
        "task": f"count:{sheet.id}",
        "number": sheet.number,
        "kind": kind,
        "blind": blind,
        "version": version,
        "places": [_place(each, blind, faces, zones) for each in sheet.places.values()],
    }


def _place(
    place: CountPlace, blind: bool, faces: Mapping[int, ProductFace], zones: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "place": place.task_id,
        "location": {
            "key": place.location_key, "code": place.location, "zone": zones.get(place.location_id, "")
        },
        "only": place.only,
        "round": place.round,
        "done": place.done,
        "lines": [_line(each, blind, faces) for each in _shown(place)],
    }  # fmt: skip


def _shown(place: CountPlace) -> Iterable[CountLine]:
    return [each for each in place.lines.values() if each.book.on_hand or each.counted is not None]


def _line(line: CountLine, blind: bool, faces: Mapping[int, ProductFace]) -> dict[str, Any]:
    face = faces[line.product_id]
    return {
        "line": line.key,
        "product": {
            "id": line.product_id, "sku": line.sku, "name": line.name, "unit": face.unit, "picture": face.picture
        },
        "lot": line.lot,
        "codes": [{"key": key, "quantity": pieces, "level": level} for key, pieces, level in face.codes],
        "expected": None if blind else line.book.on_hand,
        "counted": line.counted,
    }  # fmt: skip


def from_bundle(bundle: Mapping[str, Any]) -> CountSheet:
    """The sheet that the server would load for a bundle: for rehearsal and for the vectors of the contract."""
    places = {}
    for each in bundle["places"]:
        lines = {
            line["line"]: CountLine(
                product_id=line["product"]["id"], sku=line["product"]["sku"], name=line["product"]["name"],
                lot=line["lot"], codes={code["key"]: code["quantity"] for code in line["codes"]},
                counted=line["counted"],
            )
            for line in each["lines"]
        }  # fmt: skip
        places[each["place"]] = CountPlace(
            task_id=each["place"], location_id=each["place"], location=each["location"]["code"],
            location_key=each["location"]["key"], lines=lines, only=each["only"], round=each["round"], done=each["done"],
        )  # fmt: skip
    return CountSheet(id=int(bundle["task"].partition(":")[2]), number=bundle["number"], places=places)
