"""Accounts with carriers, and consignments: begun, registered, refused, handed over, cancelled."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.documents import api as documents
from backend.facts.shipping import ConsignmentVoided, LabelNotQueued
from backend.orders import api as orders
from backend.outbound import api as outbound
from backend.platform import journal
from backend.platform.database import upsert
from backend.platform.errors import NotFound, Problem
from backend.platform.sealing import Sealer, sealer_of
from backend.platform.secret import read_secret
from backend.print_queue import api as printing
from backend.shipping.account_settings import masked, opened, sealed, secret_names
from backend.shipping.carrier import Carrier
from backend.shipping.carriers import carrier_of, carriers
from backend.shipping.extra_labels import Buyer, Goods, LabelsAsked, Wish, WishRow, labels_asked
from backend.shipping.tables import carrier_account, consignment, extra_label

LIVE = ("draft", "registered", "refused")


class Account(msgspec.Struct, frozen=True):
    """A carrier as this house uses it: the plug-in, and its settings as the plug-in's own Struct."""

    carrier_code: str
    name: str
    plugin: Carrier
    settings: Any


class Booking(msgspec.Struct, frozen=True):
    """A row of `consignment`."""

    id: int
    order_id: int
    reference: str
    carrier_code: str
    service_code: str
    state: str
    remote_id: str | None
    refusal: str | None
    parcels: dict[str, Any]
    created_at: datetime
    registered_at: datetime | None
    voided_at: datetime | None = None


# -- accounts -------------------------------------------------------------------------------------------------------


def save_account(
    conn: Connection, carrier_code: str, name: str, plugin: str, settings: Mapping[str, Any], active: bool = True
) -> None:
    """Create or replace an account. A secret given as `•••` stays what it was.

    Raises CARRIER_UNKNOWN, ACCOUNT_WRONG naming the setting, or what is wrong with the key of the secrets.
    """
    before = conn.execute(
        sa.select(carrier_account.c.settings).where(carrier_account.c.carrier_code == carrier_code)
    ).scalar_one_or_none()
    kept = seal_settings(plugin, settings, before or {}, sealer_of(conn.engine.url))
    row = {"carrier_code": carrier_code, "name": name, "plugin": plugin, "settings": kept, "active": active}
    written = upsert(conn, carrier_account).values(**row)
    changed = {column: written.excluded[column] for column in ("name", "plugin", "settings", "active")}
    conn.execute(written.on_conflict_do_update(index_elements=["carrier_code"], set_=changed))
    tell_names(conn)


def seal_settings(
    plugin_code: str, settings: Mapping[str, Any], before: Mapping[str, Any], sealer: Sealer
) -> dict[str, Any]:
    """What may lie in the database, checked against the plug-in's Struct. Raises as `save_account`."""
    plugin = carrier_of(plugin_code)
    names = secret_names(plugin.account)
    kept = sealed(settings, before, names, sealer.seal)
    _convert(plugin, opened(kept, names, sealer.open))
    return kept


def seal_accounts_anew(conn: Connection) -> int:
    """Every secret sealed with the first key: after a key was added in front, or secrets had come in plain."""
    sealer, count = sealer_of(conn.engine.url), 0
    for row in conn.execute(sa.select(carrier_account).with_for_update()).all():
        names = secret_names(carrier_of(row.plugin).account)
        kept = sealed(opened(row.settings, names, sealer.open), {}, names, sealer.seal)
        conn.execute(sa.update(carrier_account).where(carrier_account.c.id == row.id).values(settings=kept))
        count += len(names & kept.keys())
    return count


def shown_settings(conn: Connection, carrier_code: str) -> dict[str, Any]:
    """The settings of an account with its secrets masked."""
    row = conn.execute(sa.select(carrier_account).where(carrier_account.c.carrier_code == carrier_code)).one_or_none()
    return {} if row is None else masked(row.settings, secret_names(carrier_of(row.plugin).account))


def _convert(plugin: Carrier, settings: Mapping[str, Any]) -> Any:
    try:
        return msgspec.convert(dict(settings), plugin.account, dec_hook=read_secret)
    except msgspec.ValidationError as error:
        fields = ", ".join(field.name for field in msgspec.structs.fields(plugin.account))
        raise Problem(
            "ACCOUNT_WRONG", f"Expected the settings {fields} of {plugin.title}, but: {error}; correct the account.",
            expected=fields, got=str(error),
        ) from None  # fmt: skip


def tell_names(conn: Connection) -> dict[str, str]:
    """Leave the names of the carriers where rooms below find them; writes only when they have changed."""
    rows = conn.execute(sa.select(carrier_account.c.carrier_code, carrier_account.c.name))
    names = {row.carrier_code: row.name for row in rows}
    if catalog.read_setting(conn, outbound.CARRIER_NAMES) != names:
        catalog.write_setting(conn, outbound.CARRIER_NAMES, names)
    return names


def account_of(conn: Connection, carrier_code: str) -> Account:
    """Raises `NotFound` CARRIER_UNKNOWN, `Problem` ACCOUNT_WRONG, SECRET_KEY_WRONG or SECRET_KEY_MISSING."""
    row = conn.execute(
        sa.select(carrier_account).where(carrier_account.c.carrier_code == carrier_code, carrier_account.c.active)
    ).one_or_none()
    if row is None:
        known = ", ".join(sorted(read_account_codes(conn))) or "none yet"
        raise NotFound(
            "CARRIER_UNKNOWN",
            f"Expected the code of an active carrier ({known}), got {carrier_code or 'nothing'!r}; assign the order's way "
            "of shipping to a carrier, or set up its account.",
            expected=known, got=carrier_code,
        )  # fmt: skip
    plugin = carrier_of(row.plugin)
    return Account(row.carrier_code, row.name, plugin, _open_settings(conn, plugin, row.settings))


def _open_settings(conn: Connection, plugin: Carrier, kept: Mapping[str, Any]) -> Any:
    names = secret_names(plugin.account)
    return _convert(plugin, opened(kept, names, sealer_of(conn.engine.url).open) if names & kept.keys() else kept)


def read_account_codes(conn: Connection) -> list[str]:
    return list(conn.execute(sa.select(carrier_account.c.carrier_code).where(carrier_account.c.active)).scalars())


WISHED = ("customer", "label", "customer_sku", "text", "code", "symbology", "pieces_per_label")
"""What a wish says by itself, beside whom and which goods it concerns."""


class AccountView(msgspec.Struct, frozen=True):
    """A carrier for choices on screens; no settings, they may hold secrets."""

    code: str
    name: str
    plugin: str
    services: list[dict[str, str]]
    can_cancel: bool
    can_track: bool


def read_accounts(conn: Connection) -> list[AccountView]:
    rows = conn.execute(sa.select(carrier_account).where(carrier_account.c.active).order_by(carrier_account.c.name))
    known = carriers()
    return [
        AccountView(
            row.carrier_code, row.name, row.plugin,
            [msgspec.to_builtins(service) for service in known[row.plugin].services],
            known[row.plugin].cancel is not None, known[row.plugin].track is not None,
        )
        for row in rows
        if row.plugin in known
    ]  # fmt: skip


# -- consignments ---------------------------------------------------------------------------------------------------


def begin(conn: Connection, order: orders.Order, numbers: Collection[str], now: datetime) -> Booking:
    """The live consignment of an order for these parcels, made when there is none. Its reference stays the same however
    often it is tried.

    After a cancellation, or when the parcels have been packed anew, the next one gets a reference of its own: the carrier
    must not find the old one again.
    """
    void_others(conn, order, numbers, now)
    rows = conn.execute(
        sa.select(consignment).where(consignment.c.order_id == order.id).order_by(consignment.c.id).with_for_update()
    ).all()
    live = [row for row in rows if row.state in LIVE and row.voided_at is None]
    if live and live[-1].carrier_code == order.carrier_code:
        return _as_booking(live[-1])
    if live:
        # the office has chosen another carrier after a refusal: the old one was never registered
        conn.execute(
            sa.update(consignment)
            .where(consignment.c.id.in_([row.id for row in live]), consignment.c.state != "registered")
            .values(state="cancelled")
        )
    row = {
        "order_id": order.id, "reference": f"{order.number}-{len(rows) + 1}", "carrier_code": order.carrier_code,
        "service_code": order.service_code, "state": "draft", "parcels": {number: {} for number in sorted(numbers)},
        "created_at": now,
    }  # fmt: skip
    made = conn.execute(sa.insert(consignment).values(**row).returning(consignment)).one()
    return _as_booking(made)


def void_others(conn: Connection, order: orders.Order, numbers: Collection[str], now: datetime) -> None:
    """Live consignments of parcels that are no longer those of the order are void; the carriers are to be told."""
    for each in bookings_of(conn, [order.id], LIVE):
        if each.parcels and set(each.parcels) != set(numbers):
            void(conn, order, each, now)


def void(conn: Connection, order: orders.Order, booking: Booking, now: datetime, **answered: Any) -> None:
    """The parcels are not sent like this; `answered` is what the carrier has said too late."""
    values = {"voided_at": booking.voided_at or now} | answered
    conn.execute(sa.update(consignment).where(consignment.c.id == booking.id).values(**values))
    told = ConsignmentVoided(
        about=f"consignment:{booking.id}", order=order.number, carrier=booking.carrier_code, reference=booking.reference
    )
    journal.append(conn, [told], now)


def is_live(conn: Connection, booking: Booking) -> bool:
    """False when the consignment is void or cancelled meanwhile."""
    row = conn.execute(sa.select(consignment).where(consignment.c.id == booking.id).with_for_update()).one()
    return row.voided_at is None and row.state in LIVE


def answered_late(conn: Connection, order: orders.Order, booking: Booking, remote_id: str, now: datetime) -> None:
    """A carrier has booked what is void or cancelled meanwhile: it is to be told once more."""
    void(conn, order, booking, now, state="registered", remote_id=remote_id, registered_at=now)


def read_booking(conn: Connection, booking_id: int) -> Booking | None:
    row = conn.execute(sa.select(consignment).where(consignment.c.id == booking_id).with_for_update()).one_or_none()
    return None if row is None else _as_booking(row)


def note_refusal(conn: Connection, booking_id: int, reason: str) -> None:
    """Why the carrier does not cancel what is void."""
    conn.execute(sa.update(consignment).where(consignment.c.id == booking_id).values(refusal=reason[:500]))


def _as_booking(row: sa.Row[Any]) -> Booking:
    return Booking(*(getattr(row, name) for name in Booking.__struct_fields__))


def register(conn: Connection, booking_id: int, remote_id: str, parcels: Mapping[str, Any], now: datetime) -> None:
    conn.execute(
        sa.update(consignment)
        .where(consignment.c.id == booking_id)
        .values(state="registered", remote_id=remote_id, parcels=dict(parcels), registered_at=now, refusal=None)
    )


def refuse(conn: Connection, order_id: int, reason: str) -> None:
    conn.execute(
        sa.update(consignment)
        .where(consignment.c.order_id == order_id, consignment.c.state == "draft", consignment.c.voided_at.is_(None))
        .values(state="refused", refusal=reason[:500])
    )


def set_state(conn: Connection, booking_ids: Collection[int], state: str) -> None:
    if booking_ids:
        conn.execute(sa.update(consignment).where(consignment.c.id.in_(sorted(booking_ids))).values(state=state))


def bookings_of(conn: Connection, order_ids: Collection[int], states: Sequence[str]) -> list[Booking]:
    """Consignments of orders in the given states, oldest first; void ones are absent."""
    rows = conn.execute(
        sa.select(consignment)
        .where(
            consignment.c.order_id.in_(sorted(set(order_ids))),
            consignment.c.state.in_(states),
            consignment.c.voided_at.is_(None),
        )
        .order_by(consignment.c.id)
    )
    return [_as_booking(row) for row in rows]


def queue_extra_labels(
    conn: Connection, order: orders.Order, station: str, language: str, now: datetime
) -> list[LabelNotQueued]:
    """The labels that the order's customer or channel wishes for its goods, once; what could not be queued is told."""
    wishes = _wishes_of(conn, order.merchant_id)
    if not wishes:
        return []
    buyer = Buyer(
        channel_id=order.channel_id, order_number=order.number,
        names=(order.company or order.buyer_name, order.buyer_name, order.email),
    )  # fmt: skip
    goods = [
        Goods(
            line_id=line.id, product_id=line.product_id, sku=line.sku, name=line.name, pieces=line.quantity - line.short
        )
        for line in orders.goods_lines(conn, [order.id])[order.id]
    ]
    refused: list[LabelNotQueued] = []
    for asked in labels_asked(wishes, buyer, goods, language):
        wrong: Problem | None
        try:
            _queue_extra(conn, order, station, asked, now)
            wrong = asked.lack
        except Problem as problem:
            wrong = problem
        if wrong is not None:
            told = LabelNotQueued(
                about=f"order:{order.id}", order=order.number, parcel=asked.title, station=station,
                reason=wrong.sentence, problem=wrong.kept(),
            )  # fmt: skip
            refused.append(told)
    return refused


def _wishes_of(conn: Connection, merchant_id: int) -> list[Wish]:
    columns = [extra_label.c[name] for name in Wish.__struct_fields__]
    statement = sa.select(*columns).where(extra_label.c.merchant_id == merchant_id, extra_label.c.active)
    names = Wish.__struct_fields__
    return [Wish(**dict(zip(names, row, strict=True))) for row in conn.execute(statement.order_by(extra_label.c.id))]


class KeptWish(WishRow, frozen=True, kw_only=True):
    id: int


def read_wishes(conn: Connection) -> list[KeptWish]:
    """Every active wish, oldest first."""
    rows = list(conn.execute(sa.select(extra_label).where(extra_label.c.active).order_by(extra_label.c.id)))
    merchants = catalog.read_merchants(conn)
    channels = {each.id: each.code for each in orders.read_channels(conn)}
    products = catalog.products_by_ids(conn, {row.product_id for row in rows if row.product_id is not None})
    return [
        KeptWish(
            id=row.id, merchant=merchants[row.merchant_id].code, channel=channels.get(row.channel_id, ""),
            customer=row.customer, sku=products[row.product_id].sku if row.product_id is not None else "",
            label=row.label, customer_sku=row.customer_sku, text=row.text, code=row.code, symbology=row.symbology,
            pieces_per_label=row.pieces_per_label,
        )
        for row in rows
    ]  # fmt: skip


def save_wish(conn: Connection, row: WishRow) -> int:
    """Raises MERCHANT_UNKNOWN, CHANNEL_UNKNOWN, PRODUCT_UNKNOWN."""
    owner = catalog.merchant_by_code(conn, row.merchant)
    channel_id = orders.find_channel(conn, row.channel).id if row.channel else None
    product_id = None
    if row.sku:
        found = catalog.products_by_skus(conn, owner.id, [row.sku]).get(row.sku)
        if found is None:
            raise NotFound(
                "PRODUCT_UNKNOWN", f"Expected a SKU of {owner.code}, got {row.sku[:60]!r}; write its whole SKU.",
                got=row.sku[:60],
            )  # fmt: skip
        product_id = found.id
    kept = {name: getattr(row, name) for name in WISHED}
    made = sa.insert(extra_label).values(
        merchant_id=owner.id, channel_id=channel_id, product_id=product_id, active=True, **kept
    )
    return int(conn.execute(made.returning(extra_label.c.id)).scalar_one())


def drop_wish(conn: Connection, number: int) -> None:
    """What was wished once stays in the table; it is only not printed any more."""
    conn.execute(sa.update(extra_label).where(extra_label.c.id == number).values(active=False))


def _queue_extra(conn: Connection, order: orders.Order, station: str, asked: LabelsAsked, now: datetime) -> None:
    """Raises NO_ROUTE, LABEL_UNKNOWN, or the rule that the wished code breaks."""
    template, form = documents.load_label(conn, asked.label), printing.label_form(conn, station, "goods_label")
    artifact = documents.artifact_of(template, asked.fields, form.dpi, form.format)
    printing.enqueue(
        conn, key=f"extra:{order.number}:{asked.key}", station=station, paper_kind="goods_label", title=asked.title,
        about=f"order:{order.id}", content=artifact.content, format=artifact.format, now=now,
        media_width_mm=round(artifact.media.width_mm), media_height_mm=round(artifact.media.height_mm), dpi=artifact.dpi,
        demands=tuple(printing.Demand(each["symbology"], each["text"]) for each in artifact.plain_demands),
        copies=asked.copies, template=asked.label, merchant_id=order.merchant_id, priority=5,
    )  # fmt: skip
