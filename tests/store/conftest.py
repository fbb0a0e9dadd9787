"""The picking floor that tests of several files stand on."""

import pytest

from backend.platform.database import Database
from tests.store.picking_floor import Floor, Picker


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await database.write(Floor)


@pytest.fixture
async def jana(database: Database) -> Picker:
    return await Picker.hire(database, "Jana")
