"""Goods in over HTTP: files, lists, codes that are attached, labels, photos, the trace of a serial."""

from backend.inbound.routes.receipts import ROUTES as RECEIPT_ROUTES
from backend.inbound.routes.receiving import ROUTES as RECEIVING_ROUTES

ROUTES = [*RECEIPT_ROUTES, *RECEIVING_ROUTES]
