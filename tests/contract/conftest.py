"""Each test of a contract runs twice: on the fake, and on a migrated database."""

import pytest

from services.runtime.settings import DatabaseSettings


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.embedded)])
def real(request: pytest.FixtureRequest) -> DatabaseSettings | None:
    """The database that the real one is on; None for the fake."""
    if request.param == "memory":
        return None
    database: DatabaseSettings = request.getfixturevalue("database")
    return database
