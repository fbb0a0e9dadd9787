"""Scans: what a hand, a wedge or a camera read, and what the warehouse answers."""
