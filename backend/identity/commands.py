"""`rampa add-person`: how the first owner comes in, and everybody after."""

import argparse
import getpass
import os
import sys
from typing import Any

from sqlalchemy.engine import Connection

from backend.gs1.own_codes import badge_body, build_own_code
from backend.identity import store
from backend.identity.pins import readable_pin
from backend.identity.tables import LANGUAGES, ROLES
from backend.platform import clock
from backend.platform.database import run_once
from backend.platform.errors import Conflict, Problem

PASSWORD_CHARACTERS_MIN = 10


def add_commands(commands: Any) -> None:
    person = commands.add_parser("add-person", help="let a person in; prints the code of the badge")
    person.add_argument("name")
    person.add_argument("--role", choices=ROLES, default="worker")
    person.add_argument("--language", choices=LANGUAGES, default="cs")
    person.add_argument("--pin", help="four to eight digits, for the floor")
    person.add_argument("--email", help="for the office; the password is asked for, or read from standard input")
    person.set_defaults(run=add_person)


def add_person(args: argparse.Namespace) -> int:
    """Print the badge code to be drawn with `rampa label badge`; the database keeps only its fingerprint."""
    if args.pin is not None and not readable_pin(args.pin):
        raise Problem("PIN_WRONG", f"Expected a PIN of four to eight digits, got {args.pin!r}; choose another.")
    password = _password() if args.email else None
    badge = badge_body(os.urandom(18))
    pin_hash = store.hash_secret(args.pin) if args.pin else None
    password_hash = store.hash_secret(password) if password else None

    def write(conn: Connection) -> None:
        now = clock.now()
        if args.email and store.find_by_email(conn, args.email) is not None:
            raise Conflict("EMAIL_TAKEN", f"Expected a new e-mail, got {args.email}, which somebody has; use another.")
        number = store.create_person(
            conn, name=args.name, now=now, role=args.role, language=args.language, pin_hash=pin_hash,
            email=args.email, password_hash=password_hash,
        )  # fmt: skip
        store.give_badge(conn, number, badge, now)

    run_once(args.database_url, write)
    print(f"{args.name} is in. Badge: {build_own_code('badge', badge)}")
    return 0


def _password() -> str:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise Problem(
            "PASSWORD_SHORT",
            f"Expected a password of at least {PASSWORD_CHARACTERS_MIN} characters, got {len(password)}; choose a longer.",
        )
    return password
