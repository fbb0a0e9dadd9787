"""Secrets of others that this house must be able to say again, such as a carrier's password: sealed where they lie.

What is only ever compared is kept as a fingerprint and needs no key. A sealed text is Fernet (AES-128-CBC with
HMAC-SHA256). The keys come from RAMPA_SECRET_KEY, several parted by commas: the first one seals, all of them open, so
that a key can be changed without a pause. Without the setting a key lies in a file that only its owner may read, beside
the SQLite database, or in `var` on PostgreSQL.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from backend.platform.errors import Problem

SETTING = "RAMPA_SECRET_KEY"
MARK = "sealed:"


class Sealer:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: list[str], source: str) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key.encode()) for key in keys])
        except ValueError:
            raise Problem(
                "SECRET_KEY_UNREADABLE",
                f"Expected keys of 32 bytes in URL-safe Base64 in {source}, got something else; make one with "
                "`rampa secret-key`.",
                status=500, expected="32 bytes in Base64", got=source,
            ) from None  # fmt: skip
        self.source = source

    def seal(self, plain: str) -> str:
        return MARK + self._fernet.encrypt(plain.encode()).decode()

    def open(self, text: str) -> str:
        """Raises SECRET_KEY_WRONG. A text that was never sealed is itself."""
        if not text.startswith(MARK):
            return text
        try:
            return self._fernet.decrypt(text.removeprefix(MARK).encode()).decode()
        except InvalidToken:
            raise Problem(
                "SECRET_KEY_WRONG",
                f"Expected the key that this secret was sealed with, got another one in {self.source}; put the old key "
                "back, or enter the secret again.",
                status=500, expected=SETTING, got=self.source, cure="restore_key",
            ) from None  # fmt: skip


def new_key() -> str:
    return Fernet.generate_key().decode()


def sealer_of(database_url: sa.URL, environment: Mapping[str, str] | None = None) -> Sealer:
    """The keys of this installation. Raises SECRET_KEY_UNREADABLE, SECRET_KEY_MISSING when the file cannot be made."""
    given = (os.environ if environment is None else environment).get(SETTING, "")
    keys = [key.strip() for key in given.split(",") if key.strip()]
    if keys:
        return Sealer(keys, SETTING)
    file = _key_file(database_url)
    try:
        return Sealer([_read_or_make(file)], str(file))
    except OSError as error:
        raise Problem(
            "SECRET_KEY_MISSING",
            f"Expected the setting {SETTING} or a readable key in {file}, got: {error.strerror}; set it and try again.",
            status=500, expected=SETTING, got=str(file),
        ) from None  # fmt: skip


def _key_file(database_url: sa.URL) -> Path:
    if database_url.get_backend_name() == "sqlite" and database_url.database:
        return Path(database_url.database).with_suffix(".key")
    return Path("var") / "rampa.key"


def _read_or_make(file: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return file.read_text(encoding="ascii", errors="replace").strip()
    file.parent.mkdir(parents=True, exist_ok=True)
    # written aside and linked: another process sees a whole key or none, and of two makers one wins
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(new_key() + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()
    return file.read_text(encoding="ascii").strip()
