"""Piccolo Admin over the same database: its tables are derived from the one schema, its users are ours."""
