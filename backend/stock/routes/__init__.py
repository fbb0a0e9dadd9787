"""The stock over HTTP."""

from typing import Any

from backend.stock.routes.counts import ROUTES as COUNT_ROUTES
from backend.stock.routes.history import ROUTES as HISTORY_ROUTES
from backend.stock.routes.products import ROUTES as PRODUCT_ROUTES
from backend.stock.routes.refilling import ROUTES as REFILL_ROUTES

ROUTES: list[Any] = [*PRODUCT_ROUTES, *COUNT_ROUTES, *HISTORY_ROUTES, *REFILL_ROUTES]
