"""Guards around Piccolo's forms: closed words stay closed, stale forms do not overwrite, frozen columns stay frozen."""

import json
from collections.abc import Callable
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_api.crud.hooks import Hook, HookType
from piccolo_api.crud.validators import Validators
from starlette.exceptions import HTTPException

from backend.admin.rules import FROZEN
from backend.platform import clock
from backend.platform.errors import Problem
from backend.platform.sealing import Sealer
from backend.shipping.api import seal_settings


def guards_of(*, writable: bool) -> Validators:
    """A read-only table answers 405 to every write; rows are never deleted in bulk."""

    def refuse(*_: Any, **__: Any) -> None:
        raise HTTPException(status_code=405, detail="Read-only: this is written by the flows.")

    if writable:
        return Validators(delete_all=[refuse])
    return Validators(
        put_single=[refuse], patch_single=[refuse], delete_single=[refuse], post_single=[refuse], delete_all=[refuse]
    )


def _choices(table: type[Table]) -> dict[str, set[str]]:
    return {
        column._meta.name: {each.value for each in column._meta.choices}
        for column in table._meta.columns
        if column._meta.choices
    }


def _demand_choices(table: type[Table], values: dict[str, Any]) -> None:
    for name, words in _choices(table).items():
        value = values.get(name)
        value = getattr(value, "value", value)
        if value is not None and value not in words:
            raise HTTPException(422, f"{name}: expected one of {', '.join(sorted(words))}, got {value!r}.")


def start_values(table: type[Table]) -> Hook:
    """A new row: Piccolo's API would write NULL where a default stands."""

    def pre_save(row: Table) -> Table:
        for column in table._meta.columns:
            name = column._meta.name
            if name == "created_at":
                setattr(row, name, clock.now())
            elif getattr(row, name, None) is None and not column._meta.null and not column._meta.primary_key:
                setattr(row, name, column.get_default_value())
        _demand_choices(table, {name: getattr(row, name, None) for name in _choices(table)})
        return row

    return Hook(HookType.pre_save, pre_save)


def keep_frozen(table: type[Table]) -> Hook:
    """An edit: the form sends every column; only what differs and may change goes through."""

    async def pre_patch(row_id: int, values: dict[Any, Any]) -> dict[Any, Any]:
        named = {_name(key): value for key, value in values.items()}
        _demand_choices(table, named)
        row = await table.select().where(table._meta.primary_key == row_id).first()
        if row is None:
            raise HTTPException(404, "This row is gone; reload the list.")
        sent = named.get("version")
        if sent is not None and "version" in row and int(sent) != int(row["version"]):
            raise HTTPException(409, "Somebody changed this row meanwhile; reload it and edit again.")
        return {
            name: value for name, value in named.items() if name not in FROZEN and name in row and value != row[name]
        }

    return Hook(HookType.pre_patch, pre_patch)


def seal_account(table: type[Table], sealer: Callable[[], Sealer]) -> list[Hook]:
    """Passwords of a carrier account are sealed before they lie anywhere; the form never gets them back.

    An empty field leaves the settings as they are; a member `•••` leaves that password as it is.
    """

    def seal(plugin: str, given: Any, before: Any) -> str:
        try:
            settings, old = (json.loads(each) if isinstance(each, str) else each or {} for each in (given, before))
            return json.dumps(seal_settings(plugin, settings, old, sealer()), ensure_ascii=False)
        except (ValueError, TypeError, AttributeError):
            raise HTTPException(422, "settings: expected a JSON object, got something else; correct it.") from None
        except Problem as problem:
            raise HTTPException(422, problem.sentence) from None

    def pre_save(row: Any) -> Table:
        row.settings = seal(row.plugin, row.settings, None)
        return row

    async def pre_patch(row_id: int, values: dict[Any, Any]) -> dict[Any, Any]:
        named = {_name(key): value for key, value in values.items()}
        if named.get("settings") in (None, "", "null", "{}", {}):
            named.pop("settings", None)
            return named
        row = await table.select().where(table._meta.primary_key == row_id).first() or {}
        named["settings"] = seal(named.get("plugin") or row.get("plugin", ""), named["settings"], row.get("settings"))
        return named

    return [Hook(HookType.pre_save, pre_save), Hook(HookType.pre_patch, pre_patch)]


def _name(key: Any) -> str:
    return key._meta.name if isinstance(key, Column) else str(key)
