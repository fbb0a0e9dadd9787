"""Every RAMPA_* setting, in one table. `docs/settings.md` is checked against it."""

import os
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from backend.platform.clock import DEFAULT_ZONE
from backend.platform.errors import Problem
from backend.platform.secret import Secret, read_secret

PORT_MAX = 65_535


def port(text: str) -> int:
    """A port to listen on. Raises ValueError where there is none."""
    number = int(text)
    if not 0 < number <= PORT_MAX:
        raise ValueError(text)
    return number


class Settings(msgspec.Struct, frozen=True):
    """Read once at start from the environment."""

    database_url: str = "sqlite:///var/rampa.db"
    """RAMPA_DATABASE_URL: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"""
    host: str = "127.0.0.1"
    """RAMPA_HOST: address to listen on"""
    port: int = 8000
    """RAMPA_PORT"""
    public_url: str = ""
    """RAMPA_PUBLIC_URL: how phones reach this server, for the QR codes; empty: as the request came in"""
    zone: str = DEFAULT_ZONE
    """RAMPA_ZONE: the shop's time zone; days of manifests and shown times"""
    worker: str = "inline"
    """RAMPA_WORKER: inline (inside the server) or none (`rampa work` runs elsewhere)"""
    demo: bool = False
    """RAMPA_DEMO: 1 opens /demo and its codes"""
    log_level: str = "info"
    """RAMPA_LOG_LEVEL: debug, info, warning, error"""
    ca_file: str = ""
    """RAMPA_CA_FILE: authority of the server's certificate, offered to phones at /rampa-ca.crt"""
    pwa_folder: str = ""
    """RAMPA_PWA_FOLDER: where the built app lies; empty: pwa/dist beside the code"""
    secret_key: Secret = Secret("")
    """RAMPA_SECRET_KEY: keys that seal carriers' passwords, parted by commas; read by `backend.platform.sealing`"""


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from RAMPA_* variables. Raises `Problem` SETTING_WRONG naming the variable."""
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        name = f"RAMPA_{field.name.upper()}"
        if given.get(name, "") == "":
            continue
        try:
            if field.type is bool:
                values[field.name] = given[name].lower() in ("1", "true", "yes", "on")
            else:
                values[field.name] = msgspec.convert(given[name], field.type, strict=False, dec_hook=read_secret)
        except msgspec.ValidationError as error:
            raise _wrong(name, given[name], str(error).removeprefix("Expected ").split(",")[0].strip("`")) from None
    settings = Settings(**values)
    if settings.worker not in ("inline", "none"):
        raise _wrong("RAMPA_WORKER", settings.worker, "inline or none")
    if not 0 < settings.port <= PORT_MAX:
        raise _wrong("RAMPA_PORT", str(settings.port), f"a port from 1 to {PORT_MAX}")
    try:
        ZoneInfo(settings.zone)
    except (KeyError, ValueError):
        raise _wrong("RAMPA_ZONE", settings.zone, "a zone such as Europe/Prague") from None
    return settings


def _wrong(name: str, got: str, expected: str) -> Problem:
    return Problem(
        "SETTING_WRONG", f"{name}: expected {expected}, got {got!r}; correct it.", expected=expected, got=got
    )
