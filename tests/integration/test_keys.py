"""Keys by the command line, as an operator handles them, on a real database."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from pydantic import SecretStr

from floorpulse.cli.keys import unknown
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.migrations import migrate
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import CARE, FLOOR
from tests.fakes.definitions import entries

pytestmark = pytest.mark.embedded

FLOORPULSE = str(Path(sys.executable).with_name("floorpulse"))
NARROW = "40"


async def keys(database: DatabaseSettings, *words: str) -> str:
    """What `floorpulse keys` prints into a pipe of a narrow terminal."""
    said, _ = await keys_and_errors(database, *words)
    return said


async def keys_and_errors(database: DatabaseSettings, *words: str) -> tuple[str, str]:
    """The same, and what it prints on standard error."""
    env = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value(), "COLUMNS": NARROW}
    done = await asyncio.create_subprocess_exec(
        FLOORPULSE, "keys", *words, env=env, stdout=PIPE, stderr=PIPE
    )
    said, wrong = await done.communicate()
    assert done.returncode == 0
    return said.decode(), wrong.decode()


async def test_the_ids_that_a_list_shows_are_those_that_can_be_revoked(
    database: DatabaseSettings,
) -> None:
    label = "the key of the wall in the very large hall"
    for tenant in ("acme", "zenith"):
        scopes = ("--scope", "kpi:read", "--scope", "agents:read", "--scope", "metrics:read")
        await keys(database, "create", "--tenant", tenant, "--label", label, *scopes)

    first, second = ((await keys(database, "list")).splitlines())[1:]
    await keys(database, "revoke", first.split()[0])
    listed = json.loads(await keys(database, "list", "--json"))["keys"]

    assert label in second
    assert [(one["id"], one["state"]) for one in listed] == [
        (first.split()[0], "revoked"),
        (second.split()[0], "live"),
    ]


async def test_an_address_with_options_is_read_by_whatever_speaks_to_the_database(
    database: DatabaseSettings,
) -> None:
    address = database.url.get_secret_value()
    options = "?sslmode=prefer&application_name=somebody"
    with_options = database.model_copy(update={"url": SecretStr(address + options)})

    await migrate(with_options)
    await keys(with_options, "create", "--tenant", "acme", "--scope", "kpi:read")

    assert len((await keys(with_options, "list")).splitlines()) == 2


async def test_a_key_of_a_contract_that_is_not_defined_is_made_with_a_warning(
    database: DatabaseSettings,
) -> None:
    pool = await asyncpg_pool(database)
    try:
        await PostgresDefinitions(pool).save(entries(FLOOR + CARE), 0)
    finally:
        await pool.close()
    words = ("create", "--tenant", "demo", "--scope", "kpi:read", "--contract")

    known = await keys_and_errors(database, *words, "acme-care")
    typo = await keys_and_errors(database, *words, "acme-car")

    assert (known[0][:3], known[1]) == ("fp_", "")
    assert typo[0].startswith("fp_")
    assert typo[1] == unknown("acme-car", ["acme-care"]) + "\n"
