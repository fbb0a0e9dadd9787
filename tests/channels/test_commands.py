"""`rampa import-orders`, `shippable` and `verify-ledger` as a person at the command line meets them."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.app.cli import main
from backend.channels.tables import inbox
from backend.orders.tables import sales_order
from backend.platform.database import run_once
from backend.stock.tables import balance
from tests.builders import create_channel, create_location, create_merchant, create_product, stock_up
from tests.channels.woo_orders import item, order, written


def build(conn: Connection) -> None:
    merchant = create_merchant(conn)
    create_channel(conn, merchant, code="woo")
    stock_up(conn, create_product(conn, merchant, sku="TEA-1"), create_location(conn), 3)


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    run_once(database_url, build)
    monkeypatch.setenv("RAMPA_DATABASE_URL", database_url)
    return database_url


def file(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def count(url: str, table: sa.Table) -> int:
    return run_once(url, lambda conn: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_day_at_the_command_line(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two orders in, one of them held; the other gets its stock; the ledger is right."""
    good, held = order(id=1), order(id=2, line_items=[item(sku="NEW")])
    path = file(tmp_path, "orders.json", written([good, held]))
    assert main(["import-orders", path, "--channel", "woo"]) == 0
    told = capsys.readouterr().out
    assert "2 received, 1 held" in told
    assert "SKU NEW" in told
    assert main(["shippable"]) == 0
    assert "1 orders: 1 ready, 0 not shippable" in capsys.readouterr().out
    assert main(["verify-ledger"]) == 0
    assert capsys.readouterr().out.startswith("OK 2 moves, 1 balances")


def test_not_shippable_says_why(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence for each order that stays; staying is no error."""
    path = file(tmp_path, "o.json", written(order(line_items=[item(quantity=4)])))
    assert main(["import-orders", path, "--channel", "woo"]) == 0
    capsys.readouterr()
    assert main(["shippable"]) == 0
    assert "4 wanted, 3 free" in capsys.readouterr().out


def test_json_holds_the_counts(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line of JSON for each file, whatever came of it."""
    paths = [
        file(tmp_path, "a.json", written([order(id=1), order(id=2, status="completed"), order(id=None)])),
        file(tmp_path, "b.json", written(order(id=1))),
        file(tmp_path, "c.png", b"\x89PNG\r\n"),
    ]
    assert main(["import-orders", *paths, "--channel", "woo", "--json"]) == 1
    captured = capsys.readouterr()
    first, second, third = map(json.loads, captured.out.splitlines())
    keys = ("received", "known", "updated", "held", "skipped")
    assert [first[key] for key in keys] == [1, 0, 0, 0, 1]
    assert first["refused"][0]["key"] == "order 3"
    assert [second[key] for key in keys] == [0, 1, 0, 0, 0]
    assert third["refused"][0]["code"] == "NOT_AN_ORDER_FILE"
    assert "PNG" in captured.err


@pytest.mark.parametrize(
    ("content", "kept"),
    [(b"", 1), (b"<html></html>", 1), (b'{"line_items": "x", "id": 1}', 1), (b"\x00\xff", 1)],
)
def test_a_refused_file_is_kept_and_the_status_is_one(url: str, tmp_path: Path, content: bytes, kept: int) -> None:
    """Nothing is taken, nothing is lost, and a script notices."""
    assert main(["import-orders", file(tmp_path, "x", content), "--channel", "woo"]) == 1
    assert (count(url, inbox), count(url, sales_order)) == (kept, 0)


def test_unknown_channel_and_missing_file(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence on standard error that says what there is, and status 1; no traceback."""
    assert main(["import-orders", file(tmp_path, "o", written(order())), "--channel", "nope"]) == 1
    assert "(woo)" in capsys.readouterr().err
    assert main(["import-orders", str(tmp_path / "none"), "--channel", "woo"]) == 1
    assert "check the path" in capsys.readouterr().err


def test_a_wrong_balance_is_found(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A balance that somebody changed by hand is named, and the status says so."""
    run_once(url, lambda conn: conn.execute(sa.update(balance).values(on_hand=5)))
    assert main(["verify-ledger"]) == 1
    told = capsys.readouterr().out
    assert "the moves say 3 on hand" in told
    assert "1 of 1 balances differ" in told
