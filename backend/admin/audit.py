"""Each edit leaves a fact, in the same transaction as the edit.

An ASGI wrapper around Piccolo's private application: hooks are not enough, because there is none after a save. The
response is held back until the transaction has committed.
"""

import json
import re
from typing import Any

from piccolo.engine.sqlite import SQLiteEngine, TransactionType
from piccolo.table import Table
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.admin.rules import changed, editable
from backend.platform import clock

WRITES = {"POST", "PATCH", "PUT", "DELETE"}
ROW = re.compile(r"/tables/(?P<table>\w+)/(?P<row>\d+)?/?$")


class _Refused(Exception):
    """Rolls the transaction back; the answer was already formed."""


class AuditedWrites:
    def __init__(self, app: ASGIApp, tables: dict[str, type[Table]], secrets: dict[str, frozenset[str]]) -> None:
        self.app = app
        self.tables = tables
        self.secrets = secrets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = ROW.search(scope.get("path", "")) if scope["type"] == "http" and scope["method"] in WRITES else None
        if found is None:
            await self.app(scope, receive, send)
            return
        name = found["table"]
        if not editable(name) or name not in self.tables:
            refusal = JSONResponse({"detail": f"{name} is read-only: it is written by the flows."}, status_code=405)
            await refusal(scope, receive, send)
            return
        await self._audited(scope, receive, send, name, int(found["row"]) if found["row"] else None)

    async def _audited(self, scope: Scope, receive: Receive, send: Send, name: str, row: int | None) -> None:
        table, held = self.tables[name], []

        async def hold(message: Message) -> None:
            held.append(message)

        engine = table._meta.db
        transaction = engine.transaction()
        if isinstance(engine, SQLiteEngine):
            transaction = engine.transaction(transaction_type=TransactionType.immediate)
        try:
            async with transaction:
                old = await self._read(table, row)
                await self.app(scope, receive, hold)
                if _status(held) >= 400:
                    raise _Refused
                new_row = row if row is not None else _created_row(held)
                if row is not None and scope["method"] != "DELETE" and "version" in old:
                    await table.update({"version": int(old["version"]) + 1}).where(table._meta.primary_key == row)
                new = {} if scope["method"] == "DELETE" else await self._read(table, new_row)
                await self._record(scope, name, new_row, old, new)
        except _Refused:
            pass
        for message in held:
            await send(message)

    async def _read(self, table: type[Table], row: int | None) -> dict[str, Any]:
        if row is None:
            return {}
        return await table.select().where(table._meta.primary_key == row).first() or {}

    async def _record(self, scope: Scope, name: str, row: int | None, old: dict[str, Any], new: dict[str, Any]) -> None:
        fact = self.tables["fact"]
        act = {"POST": "made", "DELETE": "deleted"}.get(scope["method"], "changed")
        payload = {
            "about": f"{name}:{row}", "table": name, "act": act,
            "changes": changed(old, new, self.secrets.get(name, frozenset())),
        }  # fmt: skip
        await fact.insert(
            fact(
                kind="MasterDataEdited", about=f"{name}:{row}", at=clock.now(), scan_id=None, device_id=None,
                person_id=int(Request(scope).user.user_id), payload=json.dumps(payload, ensure_ascii=False),
            )
        )  # fmt: skip


def _status(held: list[Message]) -> int:
    return next((message["status"] for message in held if message["type"] == "http.response.start"), 500)


def _created_row(held: list[Message]) -> int | None:
    body = b"".join(message.get("body", b"") for message in held if message["type"] == "http.response.body")
    try:
        made = json.loads(body)
    except ValueError:
        return None
    first = made[0] if isinstance(made, list) and made else made
    return first.get("id") if isinstance(first, dict) else None
