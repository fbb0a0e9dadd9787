"""What may be edited in the admin, and what only read. Pure.

Master data may be edited; each edit leaves a fact. Ledgers, facts, deliveries, scans and everything that a flow writes
are read-only: the floor and the books would otherwise tell different stories.
"""

MASTER_DATA = {
    "merchant": "Catalogue",
    "product": "Catalogue",
    "product_code": "Catalogue",
    "product_policy": "Catalogue",
    "weight_layout": "Catalogue",
    "number_series": "Catalogue",
    "warehouse": "Warehouse",
    "location": "Warehouse",
    "fixed_place": "Warehouse",
    "station": "Warehouse",
    "carton": "Warehouse",
    "channel": "Sales",
    "life_rule": "Sales",
    "carrier_account": "Sales",
    "person": "People",
    "printer": "Printing",
    "print_route": "Printing",
    "setting": "System",
}
"""Table -> menu group."""

READ_ONLY_GROUP = "Read only"
FROZEN = frozenset(
    {"id", "uid", "created_at", "code_hash", "token_hash", "pin_hash", "password_hash", "version", "seen_filled"}
)
"""Columns that no edit changes; `version` is compared and counted up by us."""

SECRET_MASK = "•••"
HIDDEN = frozenset({"sign_in_attempt", "alembic_version"})


def editable(table: str) -> bool:
    return table in MASTER_DATA


def changed(old: dict[str, object], new: dict[str, object], secrets: frozenset[str]) -> dict[str, list[object]]:
    """Column -> [old, new] of what differs; secrets are masked."""
    return {
        name: [SECRET_MASK, SECRET_MASK] if name in secrets else [_shown(old.get(name)), _shown(new.get(name))]
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name) and name != "version"
    }


def _shown(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | dict | list | type(None)) else str(value)
