"""Keys that are limited to a contract only read."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from floorpulse.access.keys import KeyRing
from floorpulse.access.new_keys import NewKey


def ring() -> KeyRing:
    """A ring whose database is never asked."""
    return KeyRing(create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none"))


@pytest.mark.parametrize("scope", ["agents:read", "alerts:read", "events:write", "admin"])
def test_a_key_of_a_contract_has_no_scope_beyond_reading_it(scope: str) -> None:
    wanted = NewKey("acme", "", ("kpi:read", scope), contract="bank")

    with pytest.raises(ValueError, match=f"leave out {scope}; it may have contracts:read, kpi"):
        asyncio.run(ring().add(wanted))


def test_a_key_of_a_contract_names_one() -> None:
    with pytest.raises(ValueError, match="--contract names no contract"):
        asyncio.run(ring().add(NewKey("acme", "", ("kpi:read",), contract=" ")))
