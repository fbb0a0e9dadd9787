"""Goods in over HTTP: files, lists, codes that are attached, labels, photos, the trace of a serial; returns."""

from backend.inbound.routes.receipts import ROUTES as RECEIPT_ROUTES
from backend.inbound.routes.receiving import ROUTES as RECEIVING_ROUTES
from backend.inbound.routes.returns import ROUTES as RETURN_ROUTES

ROUTES = [*RECEIPT_ROUTES, *RECEIVING_ROUTES, *RETURN_ROUTES]
