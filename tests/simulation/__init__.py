"""Warehouse days made from a seed, over the real stores and routes: see `day.py`."""
