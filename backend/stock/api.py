"""The door of the stock for the modules above."""

from backend.stock.allocation import Allocation, FreeStock, LineDemand, OrderDemand, choose_places, decide_allocation
from backend.stock.ledger import Balance, Move, Place, Reservation, Take
from backend.stock.location import Location
from backend.stock.store.balances import balances_at, read_balances, read_free_stock, read_held_back, stock_gone
from backend.stock.store.counting import Correction, correct, make_count_task
from backend.stock.store.ledger import Verification, post, verify
from backend.stock.store.locations import (
    create_locations,
    location_by_key,
    locations_by_ids,
    locations_by_keys,
    locations_of_kind,
    main_warehouse,
    outside,
    set_blocked,
)
from backend.stock.store.reservations import (
    OpenReservation,
    post_reserved,
    reservations_by_ids,
    reservations_of,
    reserve,
    void,
)
from backend.stock.store.undo import Undone, undo

__all__ = [
    "Allocation",
    "Balance",
    "Correction",
    "FreeStock",
    "LineDemand",
    "Location",
    "Move",
    "OpenReservation",
    "OrderDemand",
    "Place",
    "Reservation",
    "Take",
    "Undone",
    "Verification",
    "balances_at",
    "choose_places",
    "correct",
    "create_locations",
    "decide_allocation",
    "location_by_key",
    "locations_by_ids",
    "locations_by_keys",
    "locations_of_kind",
    "main_warehouse",
    "make_count_task",
    "outside",
    "post",
    "post_reserved",
    "read_balances",
    "read_free_stock",
    "read_held_back",
    "reservations_by_ids",
    "reservations_of",
    "reserve",
    "set_blocked",
    "stock_gone",
    "undo",
    "verify",
    "void",
]
