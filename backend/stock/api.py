"""The door of the stock for the modules above."""

from backend.stock.allocation import Allocation, FreeStock, LineDemand, OrderDemand, choose_places, decide_allocation
from backend.stock.ledger import Balance, Move, Place, Reservation, Take
from backend.stock.location import Location
from backend.stock.store.acts import ActMove, moves_of_acts
from backend.stock.store.balances import balances_at, read_balances, read_free_stock, read_held_back, stock_gone
from backend.stock.store.carrying import find_refills
from backend.stock.store.classes import classify
from backend.stock.store.counting import Correction, correct, make_count_task, note_zero_check
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
from backend.stock.store.lots import Lot, know_lots, lots_of, set_lot_blocked
from backend.stock.store.places import (
    PlaceLimits,
    empty_places,
    fix_places,
    fixed_places,
    place_limits,
    places_of_products,
)
from backend.stock.store.reservations import (
    OpenReservation,
    post_reserved,
    reservations_by_ids,
    reservations_of,
    reserve,
    void,
)
from backend.stock.store.sent import Sent, sent_of
from backend.stock.store.serials import (
    SerialStep,
    SerialTrace,
    follow_serials,
    move_serials,
    serial_places,
    serials_about,
    serials_at,
    serials_at_customer,
    serials_in_parcels,
    serials_of_acts,
    trace_serials,
    undo_serials,
)
from backend.stock.store.undo import Undone, undo

__all__ = [
    "ActMove",
    "Allocation",
    "Balance",
    "Correction",
    "FreeStock",
    "LineDemand",
    "Location",
    "Lot",
    "Move",
    "OpenReservation",
    "OrderDemand",
    "Place",
    "PlaceLimits",
    "Reservation",
    "Sent",
    "SerialStep",
    "SerialTrace",
    "Take",
    "Undone",
    "Verification",
    "balances_at",
    "choose_places",
    "classify",
    "correct",
    "create_locations",
    "decide_allocation",
    "empty_places",
    "find_refills",
    "fix_places",
    "fixed_places",
    "follow_serials",
    "know_lots",
    "location_by_key",
    "locations_by_ids",
    "locations_by_keys",
    "locations_of_kind",
    "lots_of",
    "main_warehouse",
    "make_count_task",
    "move_serials",
    "moves_of_acts",
    "note_zero_check",
    "outside",
    "place_limits",
    "places_of_products",
    "post",
    "post_reserved",
    "read_balances",
    "read_free_stock",
    "read_held_back",
    "reservations_by_ids",
    "reservations_of",
    "reserve",
    "sent_of",
    "serial_places",
    "serials_about",
    "serials_at",
    "serials_at_customer",
    "serials_in_parcels",
    "serials_of_acts",
    "set_blocked",
    "set_lot_blocked",
    "stock_gone",
    "trace_serials",
    "undo",
    "undo_serials",
    "verify",
    "void",
]
