"""What the peers on Faust share: an app with the benchmark's settings, and a timer that speaks with
the benchmark.

python -m tests.benchmarks.PEER BOOTSTRAP GROUP FOLDER PARTITIONS
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import faust

from tests.benchmarks.oracle import Answer, Pane
from tests.benchmarks.progress import EVERY, Progress
from tests.benchmarks.session import session_seconds

COMMIT_EVERY = 1.0
"""Seconds: as often as the engine makes its state durable."""


def peer(**settings: Any) -> tuple[faust.App, Progress]:
    """The app of this process, not yet started, and its folder."""
    bootstrap, group, folder, partitions = sys.argv[1:5]
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=f"{folder}/faust",
        web_enabled=False,
        topic_partitions=int(partitions),
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=session_seconds(),
        broker_request_timeout=session_seconds() + 10,
        broker_commit_interval=COMMIT_EVERY,
        stream_wait_empty=False,
        **settings,
    )
    return app, Progress(Path(folder))


def report(app: faust.App, progress: Progress, answer: Callable[[], Answer]) -> None:
    """Say when the worker has joined and recovered, which is when Faust runs tasks; answer when
    asked.
    """

    @app.task  # type: ignore[untyped-decorator]  # Faust's
    async def ready() -> None:
        progress.ready()

    @app.timer(interval=EVERY)  # type: ignore[untyped-decorator]  # Faust's
    async def answering() -> None:
        if progress.wanted:
            progress.give(answer())


def offered(counts: Iterable[tuple[Pane, int]]) -> Answer:
    """The answer of a peer that can place only offers."""
    return {pane: {"offered": number} for pane, number in counts}
