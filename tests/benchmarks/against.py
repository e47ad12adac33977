"""The engine of another revision as a system of the run: `make bench ARGS="--against REV"`.

    this process ── lines of JSON ──► against_inside.py, run by the revision's own interpreter
         └── command, environment ──► the revision's engine, on the core of the systems

Its own benchmark knows its commands, settings and tables, so this one need not.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.benchmarks.checkout import Checkout, with_its_own
from tests.benchmarks.oracle import FIGURES, Answer
from tests.benchmarks.rig import Rig
from tests.benchmarks.systems import System
from tests.benchmarks.trial import Failed

INSIDE = Path(__file__).with_name("against_inside.py")
NAME = "against"
SAID = 1_500


class Speaker:
    """The process that speaks for the revision's engine."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    def ask(self, what: str, **words: str) -> Any:
        """Its answer to a question. Raises Failed where it ended instead."""
        asked, said = self._process.stdin, self._process.stdout
        line = ""
        if asked is not None and said is not None and self._process.poll() is None:
            with suppress(BrokenPipeError):  # it ended just now
                asked.write(json.dumps({"do": what, **words}) + "\n")
                asked.flush()
                line = said.readline()
        if not line:
            message = (
                f"{NAME}: it ended when asked to {what}; it said last: "
                f"{self._log.read_text(errors='replace')[-SAID:]}"
            )
            raise Failed(message)
        return json.loads(line)


class Against:
    """One run of the revision's engine: a `Program`."""

    def __init__(self, speaker: Speaker, checkout: Checkout, rig: Rig, folder: Path) -> None:
        begun = speaker.ask("begin", group=rig.group, folder=str(folder))
        self.command: list[str] = begun["command"]
        self.environment: dict[str, str] = {**begun["environment"], **checkout.environment}
        self._speaker = speaker

    async def ready(self) -> bool:
        """See `Program.ready`."""
        return bool(self._speaker.ask("ready")["ready"])

    async def reached(self) -> int:
        """See `Program.reached`."""
        return int(self._speaker.ask("reached")["reached"])

    async def answer(self) -> Answer:
        """See `Program.answer`."""
        given = self._speaker.ask("answer")["answer"]
        return {(tenant, queue, begin): figures for tenant, queue, begin, figures in given}


@contextmanager
def against(rig: Rig, checkout: Checkout) -> Iterator[System]:
    """The revision as a system, as long as the servers of the rig run. Raises Failed."""
    log = rig.folder / "against.log"
    words = [rig.server.bootstrap, rig.database, str(rig.partitions)]
    with log.open("w") as errors:
        process = subprocess.Popen(
            [checkout.python, INSIDE, *words],
            env=with_its_own(checkout.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        try:
            speaker = Speaker(process, log)
            speaker.ask("prepare")

            def make(here: Rig, folder: Path) -> Against:
                return Against(speaker, checkout, here, folder)

            yield System(NAME, checkout.title, make, FIGURES)
        finally:
            process.kill()
