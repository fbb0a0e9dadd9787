"""The door of the orders for the modules above."""

from backend.orders.holds import Hold
from backend.orders.incoming import Address, IncomingLine, IncomingOrder, RefusedOrder
from backend.orders.reactions import add_search_words
from backend.orders.store.channels import Channel, create_channel, find_channel, read_channels
from backend.orders.store.finding import orders_of_word
from backend.orders.store.intake import Taken, take_orders
from backend.orders.store.lifecycle import (
    Order,
    OrderLine,
    advance,
    begun_to_pack,
    cancel,
    close_holds,
    count_lines,
    goods_lines,
    hold,
    note,
    open_holds,
    order_by_number,
    orders_by_ids,
    orders_by_numbers,
    orders_in_state,
    release_hold,
    release_reservations,
)
from backend.orders.store.shippable import NotShippable, ShippableOutcome, promise_pile, run_shippable

__all__ = [
    "Address",
    "Channel",
    "Hold",
    "IncomingLine",
    "IncomingOrder",
    "NotShippable",
    "Order",
    "OrderLine",
    "RefusedOrder",
    "ShippableOutcome",
    "Taken",
    "add_search_words",
    "advance",
    "begun_to_pack",
    "cancel",
    "close_holds",
    "count_lines",
    "create_channel",
    "find_channel",
    "goods_lines",
    "hold",
    "note",
    "open_holds",
    "order_by_number",
    "orders_by_ids",
    "orders_by_numbers",
    "orders_in_state",
    "orders_of_word",
    "promise_pile",
    "read_channels",
    "release_hold",
    "release_reservations",
    "run_shippable",
    "take_orders",
]
