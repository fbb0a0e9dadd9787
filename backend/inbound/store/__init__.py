"""Deliveries, acts of receiving and walks of put-away, read under lock and written."""
