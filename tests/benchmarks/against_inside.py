"""Speaks for the engine of another revision, from inside: that revision's interpreter runs this
file, and its own benchmark says how its engine is started, how far it is and what it counted.

    python against_inside.py BOOTSTRAP DSN PARTITIONS
    > {"do": "begin", "group": "bench-1", "folder": "/tmp/x"}
    < {"command": ["python", "-m", "services.cli", "engine"], "environment": {…}}
    > {"do": "reached"}
    < {"reached": 20000}

What differs between revisions is kept here: everything is taken from the revision's
`tests.benchmarks.rig` and `.programs` by the names that both have had since they were written.
"""

import asyncio
import json
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
from pydantic import SecretStr

TEMPLATE = "against_template"
USED = "against"


class Inside:
    """One run after the other, each on a database of its own."""

    def __init__(self, bootstrap: str, server: str, partitions: int) -> None:
        self._rig: Any = import_module("tests.benchmarks.rig")
        self._programs: Any = import_module("tests.benchmarks.programs")
        self._bootstrap = bootstrap
        self._server = server
        self._partitions = partitions
        self._program: Any = None

    async def prepare(self) -> dict[str, Any]:
        """Make the tables of this revision once, in a database that each run begins with a copy
        of.
        """
        await self._on_server(
            f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)", f"CREATE DATABASE {TEMPLATE}"
        )
        address = SecretStr(self._database(TEMPLATE))
        await self._rig.migrate(self._rig.DatabaseSettings(url=address))
        return {"prepared": True}

    async def begin(self, group: str, folder: str) -> dict[str, Any]:
        """An empty database; what starts the engine on it."""
        await self.end()
        await self._on_server(f"CREATE DATABASE {USED} TEMPLATE {TEMPLATE}", "CHECKPOINT")
        here = self._rig.Rig(
            server=SimpleNamespace(bootstrap=self._bootstrap),
            postgres=SimpleNamespace(dsn=self._database(USED)),
            admin=None,
            folder=Path(folder),
            partitions=self._partitions,
            group=group,
        )
        self._program = self._programs.Floorpulse(here, Path(folder))
        return {"command": self._program.command, "environment": self._program.environment}

    async def ready(self) -> dict[str, Any]:
        """Whether it has joined and waits for records."""
        return {"ready": await self._program.ready()}

    async def reached(self) -> dict[str, Any]:
        """How many records are durable."""
        return {"reached": await self._program.reached()}

    async def answer(self) -> dict[str, Any]:
        """What it counted, by pane."""
        answer = await self._program.answer()
        return {"answer": [[*pane, figures] for pane, figures in answer.items()]}

    async def end(self) -> dict[str, Any]:
        """Leave nothing behind that a server would still tidy up in the next system's run."""
        await self._on_server(f"DROP DATABASE IF EXISTS {USED} WITH (FORCE)")
        return {"ended": True}

    def _database(self, name: str) -> str:
        return f"{self._server.rpartition('/')[0]}/{name}"

    async def _on_server(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            for one in statements:
                await connection.execute(one)
        finally:
            await connection.close()


async def main(inside: Inside) -> None:
    """Do what is asked until the input ends."""
    known = (
        inside.prepare,
        inside.begin,
        inside.ready,
        inside.reached,
        inside.answer,
        inside.end,
    )
    named: dict[str, Any] = {one.__name__: one for one in known}
    for line in sys.stdin:
        asked = json.loads(line)
        said = await named[asked.pop("do")](**asked)
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Inside(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
