"""The practice carrier over a real socket: what the demo runs, and what silence looks like from here."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from backend.platform.exchange import ExchangeFailed, run
from backend.platform.secret import Secret
from backend.shipping.carriers.fake import FakeAccount, book
from backend.shipping.commands import make_server
from backend.shipping.fake_partner import FakePartner
from tests.plugins.test_carriers import consignment


@pytest.fixture
def partner() -> FakePartner:
    return FakePartner()


@pytest.fixture
def address(partner: FakePartner) -> Iterator[str]:
    server = make_server(partner)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def account(address: str, patience_s: float = 60.0) -> FakeAccount:
    return FakeAccount(base_url=address, client_id="demo", client_secret=Secret("demo"), timeout_s=patience_s)


async def test_booking_over_a_socket(address: str, partner: FakePartner) -> None:
    """Token, shipment and the finished import go over one client; a repeat brings the same numbers."""
    async with httpx.AsyncClient() as client:
        first = await run(book(account(address), consignment()), client)
        again = await run(book(account(address), consignment()), client)
    assert first == again
    assert 1 == len(partner.shipments)


async def test_its_mood_is_changed_while_it_runs(address: str) -> None:
    """Silence ends in patience running out, which the outbox tries again."""
    async with httpx.AsyncClient(timeout=60) as client:
        assert 400 == (await client.post(f"{address}/control/mode", json={"mode": "drunk"})).status_code
        assert 200 == (await client.post(f"{address}/control/mode", json={"mode": "silent"})).status_code
        with pytest.raises(ExchangeFailed) as failed:
            await run(book(account(address, patience_s=0.5), consignment()), client)
    assert "PARTNER_SILENT" == failed.value.code
