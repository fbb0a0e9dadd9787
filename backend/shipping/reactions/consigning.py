"""What every word to a carrier needs: which order it is about, the consignment as the carrier sees it, a no that is final."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.orders import api as orders
from backend.outbound import api as outbound
from backend.platform.errors import Problem
from backend.platform.exchange import Exchange
from backend.platform.journal import Recorded
from backend.platform.outbox import PermanentRefusal
from backend.shipping.carrier import Address, CarrierRefused, Consignment, ParcelToSend

T = TypeVar("T")


def order_id_of(fact: Recorded) -> int:
    return int(fact.about.partition(":")[2])


def permanent(exchange: "Callable[[], Exchange[T]]") -> "Exchange[T]":
    """A no of the carrier, or of our own settings, is final: it is parked at once instead of being tried twelve times."""
    try:
        return (yield from exchange())
    except CarrierRefused as no:
        raise final(no) from no


def final(problem: Problem) -> PermanentRefusal:
    return PermanentRefusal(
        problem.code, problem.sentence, expected=problem.expected, got=problem.got, cure=problem.cure, **problem.extra
    )


def consignment_of(
    conn: Connection, order: orders.Order, reference: str, parcels: Sequence[outbound.ClosedParcel]
) -> Consignment:
    return Consignment(
        reference=reference, service=order.service_code or "standard", order_number=order.number,
        sender=_sender(conn, order.merchant_id),
        recipient=Address(
            name=order.buyer_name, company=order.company, street=order.street, city=order.city, zip=order.zip,
            country=order.country, phone=order.phone, email=order.email,
        ),
        parcels=tuple(ParcelToSend(number=one.number, position=one.position, weight_g=one.weight_g) for one in parcels),
        cod_minor=order.total_amount if order.payment == "cod" else None, currency=order.currency,
        note=order.buyer_note, pickup_point=order.pickup_point,
    )  # fmt: skip


def _sender(conn: Connection, merchant_id: int) -> Address:
    merchant = catalog.read_merchants(conn, [merchant_id])[merchant_id]
    return Address(
        name=merchant.name, company=merchant.name, street=merchant.street, city=merchant.city, zip=merchant.zip,
        country=merchant.country, phone=merchant.phone, email=merchant.email,
    )  # fmt: skip
