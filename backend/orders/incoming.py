"""An order as any channel brings it, before the house knows it. Every parser ends here."""

import hashlib
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from backend.orders.holds import Hold


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """As the buyer wrote it. `country` is ISO 3166-1 alpha-2."""

    name: str = ""
    company: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    company_id: str = ""
    vat_id: str = ""


class IncomingLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Amounts in minor units of the order's currency, with tax. `quantity` as written: shops send 1.5, 0 and -1."""

    kind: str
    name: str
    sku: str = ""
    quantity: Decimal = Decimal(1)
    unit_amount: int = 0
    total_amount: int = 0
    tax_amount: int = 0


class IncomingOrder(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`remote_key` identifies the order in its channel for ever; `remote_number` is what the buyer was told.

    `ended` says that the shop has nothing more to send: completed, cancelled, refunded, failed, trash, draft.
    `found` are holds that only the parser could see. `rounding_slack` is how many minor units the sum of the lines may
    be off by nothing but the rounding of each amount; it is no content of the order.
    """

    remote_key: str
    remote_number: str = ""
    placed_at: datetime | None = None
    promised_at: datetime | None = None
    ship_to: Address = Address()
    billing: Address = Address()
    carrier_code: str = ""
    service_code: str = ""
    shipping_method: str = ""
    pickup_point: str = ""
    payment: str = "prepaid"
    currency: str
    total_amount: int
    lines: tuple[IncomingLine, ...] = ()
    buyer_note: str = ""
    ended: str | None = None
    found: tuple[Hold, ...] = ()
    rounding_slack: int = 0


class RefusedOrder(msgspec.Struct, frozen=True):
    """One order of a file that could not be understood; the others go in. `place` tells where in the file it is.

    `code` with `values` is the reason for screens, `sentence` its English.
    """

    place: str
    remote_key: str
    sentence: str
    code: str = ""
    values: dict[str, Any] = {}


def content_fingerprint(order: IncomingOrder) -> str:
    """Equal for equal content: tells a repeated order from a changed one. SHA-256, hexadecimal."""
    content = msgspec.structs.replace(order, rounding_slack=0) if order.rounding_slack else order
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def clean(value: Any, lines: bool = False) -> str:
    """Text of a partner as the database can keep it: no control characters, no half characters, no outer blanks.

    Numbers become their digits, everything that is no text becomes "". With `lines` line breaks stay.
    """
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return ""
    text = str(value)
    if text.isprintable() and "  " not in text:  # nearly every field; ten times faster
        return text.strip()
    text = text.encode("utf-8", "replace").decode("utf-8")
    kept = "".join(
        character if character == "\n" and lines else " " if unicodedata.category(character)[0] == "C" else character
        for character in text.replace("\r\n", "\n")
    )
    if lines:
        return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip()
    return " ".join(kept.split())


def fold(text: str) -> str:
    """Lower case without accents, so that "novakova" finds "Nováková"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
