"""`rampa serve | work | migrate | demo | backup | openapi`."""

import argparse
import asyncio
import gc
import json
import logging
import socket
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from backend.app.schema import migrate, missing_migrations
from backend.app.settings import Settings, port
from backend.platform.database import Database, run_once
from backend.platform.errors import Conflict, Problem


def add_commands(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve the API and the app")
    serve.add_argument("--host", help="address to listen on (RAMPA_HOST)")
    serve.add_argument("--port", type=port, help="RAMPA_PORT")
    serve.add_argument("--cert", help="certificate file, for https")
    serve.add_argument("--key", help="its key file")
    serve.set_defaults(run=run_serve)
    commands.add_parser("work", help="run the worker").set_defaults(run=run_work)
    commands.add_parser("migrate", help="bring the database to the newest schema").set_defaults(run=run_migrate)
    demo = commands.add_parser("demo", help="fill an empty database with the demo warehouse")
    demo.add_argument("--reset", action="store_true", help="throw everything in the database away first")
    demo.set_defaults(run=run_demo)
    backup = commands.add_parser("backup", help="copy the running SQLite database into FILE")
    backup.add_argument("file")
    backup.set_defaults(run=run_backup)
    commands.add_parser("openapi", help="print the description of the HTTP API").set_defaults(run=run_openapi)


def _configure_logs(settings: Settings) -> None:
    import structlog

    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            structlog.processors.JSONRenderer(),
        ],
    )


def _ensure_folder(database_url: str) -> None:
    if database_url.startswith("sqlite:///"):
        Path(database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


def _demand_schema(url: str) -> None:
    missing = run_once(url, missing_migrations)
    if missing:
        raise Problem("SCHEMA_OLD", f"Expected the newest schema, {missing}; run `rampa migrate` first.")


def settle_memory() -> None:
    """What is loaded by now stays as long as the process: the collector need not search it again with every ten thousand
    rows, which cost a bundle of so many lines more than its questions."""
    gc.collect()
    gc.freeze()


def run_serve(args: argparse.Namespace) -> int:
    import uvicorn

    from backend.app.asgi import build

    settings: Settings = args.settings
    _configure_logs(settings)
    _demand_schema(settings.database_url)
    app = build(settings)

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Long polls and live streams are let go first: nobody waits for them, and no trace frightens the owner."""
            app.state.wake.end()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        host=args.host or settings.host,
        port=args.port or settings.port,
        ssl_certfile=args.cert,
        ssl_keyfile=args.key,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        proxy_headers=True,
    )
    server = Server(config)
    settle_memory()
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 3


def run_work(args: argparse.Namespace) -> int:
    from backend.app.worker import Worker, until_stopped

    _configure_logs(args.settings)
    _demand_schema(args.database_url)

    settle_memory()

    async def work() -> None:
        database = Database(args.database_url)
        try:
            await until_stopped(Worker(database).run())
        finally:
            await database.close()

    asyncio.run(work())
    return 0


def run_migrate(args: argparse.Namespace) -> int:
    _ensure_folder(args.database_url)
    run_once(args.database_url, migrate)
    print("The schema is the newest.")
    return 0


def run_demo(args: argparse.Namespace) -> int:
    from backend.app.demo import load_demo, reset

    _ensure_folder(args.database_url)
    if args.reset:
        run_once(args.database_url, reset)
    run_once(args.database_url, migrate)
    outcome = run_once(args.database_url, load_demo)
    print(outcome)
    return 0


def run_backup(args: argparse.Namespace) -> int:
    """SQLite's online backup: consistent while the server runs. PostgreSQL has pg_dump, and is told so."""
    url: str = args.database_url
    if not url.startswith("sqlite:///"):
        raise Problem("BACKUP_ELSEWHERE", "Expected an SQLite database, got PostgreSQL; use pg_dump for its backup.")
    source, target = Path(url.removeprefix("sqlite:///")), Path(args.file)
    if not source.is_file():
        raise Problem("DATABASE_MISSING", f"Expected the database {source}, found none; check RAMPA_DATABASE_URL.")
    if target.exists():
        raise Conflict("FILE_EXISTS", f"Expected a new file, got {target}, which exists; name another.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(unfinished)) as copy:
            live.backup(copy)
            fault = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except (OSError, sqlite3.Error) as error:
        raise Problem(
            "BACKUP_FAILED", f"Expected to copy {source} to {target}, got: {error}; check the folder and the disk."
        ) from error
    if fault != "ok":
        raise Problem("BACKUP_BROKEN", f"Expected a sound copy, got: {fault}; check the disk.")
    unfinished.rename(target)
    print(f"{target} {target.stat().st_size} bytes")
    return 0


def run_openapi(args: argparse.Namespace) -> int:
    from backend.app.asgi import build

    settings = Settings(database_url="sqlite://", worker="none")
    print(json.dumps(build(settings).openapi_schema.to_schema(), indent=1, ensure_ascii=False, sort_keys=True))
    return 0
