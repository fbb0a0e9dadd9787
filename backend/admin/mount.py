"""`/admin`: built at the first visit, because it costs a second and 25 MB that the floor should not wait for."""

import asyncio
from typing import Any

import sqlalchemy as sa
from litestar import asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from backend.platform.database import Database
from backend.platform.sealing import sealer_of


class Admin:
    """Holds the built application over `metadata`, the whole schema of the open database."""

    def __init__(self, metadata: sa.MetaData, database: Database) -> None:
        self.url = database.url.render_as_string(hide_password=False)
        self.metadata = metadata
        self.database = database
        self.app: Any = None
        self.building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["raw_path"].split(b"?")[0] == b"/admin":
            from starlette.responses import RedirectResponse

            redirect: Any = RedirectResponse("/admin/")
            await redirect(scope, receive, send)  # the page's own addresses are relative
            return
        async with self.building:
            if self.app is None:
                self.app = await self._build()
        await self.app(scope, receive, send)

    async def _build(self) -> Any:
        from piccolo.engine.postgres import PostgresEngine
        from piccolo.engine.sqlite import SQLiteEngine

        if self.database.is_sqlite:
            engine: Any = SQLiteEngine(path=self.url.removeprefix("sqlite:///"), timeout=15)
        else:
            engine = PostgresEngine(config={"dsn": self.url.replace("postgresql+asyncpg://", "postgresql://")})
            await engine.start_connection_pool(min_size=0, max_size=4)
        return await asyncio.to_thread(self._derive, engine)  # scans go on meanwhile

    def _derive(self, engine: Any) -> Any:
        from backend.admin.derive import derive_tables

        metadata = self.metadata
        tables = derive_tables(metadata, engine, sqlite=self.database.is_sqlite)
        secrets = {
            name: frozenset(column.key for column in table.columns if column.info.get("secret"))
            for name, table in metadata.tables.items()
        }
        return _piccolo(tables, secrets, self.database)


def _piccolo(tables: dict[str, Any], secrets: dict[str, frozenset[str]], database: Database) -> Any:
    from piccolo_admin.endpoints import TableConfig, create_admin
    from starlette.middleware.authentication import AuthenticationMiddleware
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    from backend.admin.audit import AuditedWrites
    from backend.admin.hooks import guards_of
    from backend.admin.rules import HIDDEN, MASTER_DATA, READ_ONLY_GROUP, editable
    from backend.admin.session import OwnerSession, sign_in, sign_out

    configs = [
        TableConfig(
            table,
            menu_group=MASTER_DATA.get(name, READ_ONLY_GROUP),
            validators=guards_of(writable=editable(name)),
            hooks=_hooks_of(table, name, database) if editable(name) else None,
            visible_columns=[column for column in table._meta.columns[:12] if column._meta.name not in secrets[name]],
            link_column=table._meta.primary_key,
        )
        for name, table in tables.items()
        if name not in HIDDEN
    ]
    admin: Any = create_admin(configs, auto_include_related=False, site_name="Rampa", allowed_hosts=())
    mounts: list[Any] = [route for route in admin.router.routes if isinstance(route, Mount)]
    for route in mounts:
        if route.path == "/api":
            private = route.app.app  # inside Piccolo's own session middleware, which ours replaces
            route.app = AuthenticationMiddleware(
                AuditedWrites(private, tables, secrets),
                backend=OwnerSession(database),
                on_error=lambda _, error: JSONResponse({"detail": str(error)}, status_code=401),
            )
        if route.path == "/public":
            public = route.app.router.routes
            public[:] = [each for each in public if getattr(each, "path", "") not in ("/login", "/login/", "/logout/")]
            public[:0] = [
                Route("/login/", sign_in(database), methods=["POST"]),
                Route("/logout/", sign_out(database), methods=["POST"]),
            ]
    return admin


def _hooks_of(table: Any, name: str, database: Database) -> list[Any]:
    """Sorted by kind: Piccolo groups neighbours and would forget all but the last group of a kind."""
    from backend.admin.hooks import keep_frozen, seal_account, start_values

    sealing = seal_account(table, lambda: sealer_of(database.url)) if name == "carrier_account" else []
    return sorted([*sealing, start_values(table), keep_frozen(table)], key=lambda hook: hook.hook_type.value)


def admin_mount(metadata: sa.MetaData, database: Database) -> ASGIRouteHandler:
    """The handler to mount."""
    admin = Admin(metadata, database)

    @asgi("/admin", is_mount=True, copy_scope=True)
    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await admin(scope, receive, send)

    return mounted
