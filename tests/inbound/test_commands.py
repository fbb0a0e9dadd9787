"""`rampa import-receipts` as a person at the command line meets it."""

import json
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from backend.app.cli import main
from backend.inbound.views.receipts import open_receipts
from backend.platform.database import run_once
from tests.builders import create_merchant, create_product


def build(conn: Connection) -> None:
    create_product(conn, create_merchant(conn, code="M"), sku="TEA")


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    run_once(sqlite_url, build)
    monkeypatch.setenv("RAMPA_DATABASE_URL", sqlite_url)
    return sqlite_url


def test_files_are_taken_one_by_one(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A good file, one with an unknown product, one that is no such file: the good one is in, the status says it."""
    good, bad, none = (tmp_path / name for name in ("good.csv", "bad.csv", "none.pdf"))
    good.write_text("reference,sku,quantity\nPO-1,TEA,5\n")
    bad.write_text("reference,sku,quantity\nPO-2,WHAT,5\n")
    none.write_bytes(b"%PDF-1.7")
    assert 0 == main(["import-receipts", str(good)])
    assert "1 received" in capsys.readouterr().out
    assert 1 == main(["import-receipts", str(bad), str(none), str(good), "--json"])
    told = capsys.readouterr()
    outcomes = [json.loads(line) for line in told.out.splitlines()]
    assert [0, 1] == [each["known"] for each in outcomes]
    assert "WHAT" in outcomes[0]["refused"][0]["sentence"]
    assert "none.pdf: refused" in told.err
    assert [("PO-1", 5)] == [(each.reference, each.expected) for each in run_once(url, open_receipts)]


def test_an_unknown_merchant_is_named(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is taken; the sentence names the merchants there are."""
    path = tmp_path / "good.csv"
    path.write_text("reference,sku,quantity\nPO-1,TEA,5\n")
    assert 1 == main(["import-receipts", str(path), "--merchant", "NOBODY"])
    assert "(M)" in capsys.readouterr().err
    assert [] == run_once(url, open_receipts)
