"""Each test of a contract runs twice: on the fake, and on a migrated database."""

from collections.abc import AsyncIterator

import pytest

from floorpulse.runtime.settings import DatabaseSettings
from tests.contract.readers import MemoryReaders, Readers, postgres_readers
from tests.fakes.floor import MemoryFloor


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.embedded)])
def real(request: pytest.FixtureRequest) -> DatabaseSettings | None:
    """The database that the real one is on; None for the fake."""
    if request.param == "memory":
        return None
    database: DatabaseSettings = request.getfixturevalue("database")
    return database


@pytest.fixture
async def readers(real: DatabaseSettings | None) -> AsyncIterator[Readers]:
    """Every reader of one empty floor."""
    if real is None:
        yield MemoryReaders(MemoryFloor())
        return
    async with postgres_readers(real) as readers:
        yield readers


@pytest.fixture
def floor(readers: Readers) -> MemoryFloor:
    """The floor they read."""
    return readers.floor
