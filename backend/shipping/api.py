"""The door of the carriers for the modules above."""

from backend.shipping.store import (
    Account,
    AccountView,
    account_of,
    bookings_of,
    read_accounts,
    save_account,
    seal_accounts_anew,
    seal_settings,
    shown_settings,
    tell_names,
)

__all__ = [
    "Account",
    "AccountView",
    "account_of",
    "bookings_of",
    "read_accounts",
    "save_account",
    "seal_accounts_anew",
    "seal_settings",
    "shown_settings",
    "tell_names",
]
