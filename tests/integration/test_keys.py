"""Keys by the command line, as an operator handles them, on a real database."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from floorpulse.runtime.settings import DatabaseSettings

pytestmark = pytest.mark.embedded

FLOORPULSE = str(Path(sys.executable).with_name("floorpulse"))
NARROW = "40"


async def keys(database: DatabaseSettings, *words: str) -> str:
    """What `floorpulse keys` prints into a pipe of a narrow terminal."""
    env = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value(), "COLUMNS": NARROW}
    done = await asyncio.create_subprocess_exec(FLOORPULSE, "keys", *words, env=env, stdout=PIPE)
    said, _ = await done.communicate()
    assert done.returncode == 0
    return said.decode()


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
