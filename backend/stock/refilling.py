"""Which pick faces need goods, and from where: plain values.

A face below its minimum is filled up to `fill_to` from the stores behind it, the fullest first, so that few walks fill
it; never more than is free there.
"""

from collections.abc import Iterable, Sequence

import msgspec


class FaceRule(msgspec.Struct, frozen=True):
    """A pick face of a product: `on_hand` pieces lie there, `coming` are on their way by open tasks."""

    product_id: int
    location_id: int
    minimum: int
    fill_to: int
    on_hand: int = 0
    coming: int = 0


class Store(msgspec.Struct, frozen=True):
    """Free pieces of a product at a storage location."""

    product_id: int
    location_id: int
    lot: str
    free: int


class Refill(msgspec.Struct, frozen=True):
    product_id: int
    source_id: int
    target_id: int
    lot: str
    quantity: int


def refills(faces: Iterable[FaceRule], stores: Sequence[Store], called: bool = False) -> list[Refill]:
    """Walks that bring the faces to `fill_to`. `called`: somebody stands there, so the minimum does not matter."""
    left = {(each.product_id, each.location_id, each.lot): each.free for each in stores}
    found: list[Refill] = []
    for face in faces:
        has = face.on_hand + face.coming
        if has >= face.fill_to or (has >= face.minimum and not called):
            continue
        wanted = face.fill_to - has
        mine = [key for key in left if key[0] == face.product_id and key[1] != face.location_id and left[key] > 0]
        for key in sorted(mine, key=lambda each: (-left[each], each)):
            pieces = min(wanted, left[key])
            found.append(Refill(face.product_id, key[1], face.location_id, key[2], pieces))
            left[key] -= pieces
            wanted -= pieces
            if wanted == 0:
                break
    return found
