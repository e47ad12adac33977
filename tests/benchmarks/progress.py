"""How a peer, a process of its own, and the benchmark speak with each other: through files in a
folder of the run.

ready       by the peer: it has its partitions
reached     by the peer, five times a second: how many records it is done with
wanted      by the benchmark: write the answer now
answer      by the peer: [tenant, queue, begin, {figure: amount}] of each pane
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # peers with an environment of their own have nothing that it needs
    from tests.benchmarks.oracle import Answer

EVERY = 0.2


class Progress:
    """Both sides of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    # ------------------------------------------------------------- the peer

    def ready(self) -> None:
        """Say that records may come."""
        self._write("ready", "")

    def tell(self, reached: int) -> None:
        """Say how many records are done."""
        self._write("reached", str(reached))

    @property
    def wanted(self) -> bool:
        """Whether the answer is asked for and not given yet."""
        return (self._folder / "wanted").exists() and not (self._folder / "answer").exists()

    def give(self, answer: "Answer") -> None:
        """Write the answer."""
        self._write("answer", json.dumps([[*pane, figures] for pane, figures in answer.items()]))

    def _write(self, name: str, text: str) -> None:
        fresh = self._folder / f"{name}.new"
        fresh.write_text(text, "utf-8")
        fresh.replace(self._folder / name)

    # ------------------------------------------------------------- the benchmark

    @property
    def is_ready(self) -> bool:
        """Whether the peer said so."""
        return (self._folder / "ready").exists()

    @property
    def reached(self) -> int:
        """What the peer told last."""
        told = self._folder / "reached"
        return int(told.read_text("utf-8")) if told.exists() else 0

    def want(self) -> None:
        """Ask for the answer."""
        self._write("wanted", "")

    @property
    def answer(self) -> "Answer | None":
        """What the peer answered; None as long as it has not."""
        given = self._folder / "answer"
        if not given.exists():
            return None
        return {
            (tenant, queue, begin): figures
            for tenant, queue, begin, figures in json.loads(given.read_text("utf-8"))
        }
