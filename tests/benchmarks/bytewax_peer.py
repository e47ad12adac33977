"""Bytewax doing the same work: visits in the state of each contact, panes in tumbling windows of
each queue by the events' own clock, both recovered from SQLite, with the offsets.

    contact-events ─► by contact: visits ─► by queue: fold_window(EventClock, a minute)

A window says something only when it closes. So windows close when no clock can be wrong any more,
and the answer is what is open: an accumulator announces itself when it is folded into or restored.

python -m tests.benchmarks.bytewax_peer BOOTSTRAP GROUP FOLDER PARTITIONS
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Self

from tests.benchmarks.peer_visits import MINUTE, Change, Visit, add, answered, join
from tests.benchmarks.progress import EVERY, Progress

EPOCH = timedelta(seconds=1)
"""Between two snapshots: as often as the engine makes its state durable."""
WAIT = timedelta(days=20 * 365)
ALIGNED = datetime(2020, 1, 1, tzinfo=UTC)
BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
RECOVERY = "recovery"

dataflow: Any = import_module("bytewax.dataflow")
op: Any = import_module("bytewax.operators")
windowing: Any = import_module("bytewax.operators.windowing")
recovery: Any = import_module("bytewax.recovery")
native: Any = import_module("bytewax._bytewax")
kafka: Any = import_module("bytewax.connectors.kafka")
outputs: Any = import_module("bytewax.outputs")
orjson: Any = import_module("orjson")

open_panes: dict[tuple[str, int], dict[str, int]] = {}
"""What the open windows hold: the process's, as Bytewax gives no way in"""


class Pane:
    """The accumulator of one window."""

    def __init__(self) -> None:
        self.place: tuple[str, int] | None = None
        self.figures: dict[str, int] = {}

    def take(self, change: Change) -> Self:
        """Add a change."""
        if self.place is None:
            self.place = (change["queue"], change["at"] - change["at"] % MINUTE)
            open_panes[self.place] = self.figures
        add(self.figures, change)
        return self

    def merge(self, other: "Pane") -> Self:
        """Add another one's figures; windows that do not move need none."""
        add(self.figures, other.figures)
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> "Pane":
        copied = Pane()
        copied.place = self.place
        copied.figures = dict(self.figures)
        return copied

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.place is not None:
            open_panes[self.place] = self.figures


def read(record: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    """The event, keyed by contact; nothing where it is none."""
    try:
        return ((record.key.decode(), orjson.loads(record.value)),)
    except orjson.JSONDecodeError:
        return ()


def joined(known: Visit | None, event: dict[str, Any]) -> tuple[Visit, list[Change]]:
    """The visit with the event, and what that changes."""
    visit = {} if known is None else known
    return visit, join(visit, event)


def at(change: Change) -> datetime:
    """When it counts."""
    return BEGAN + timedelta(milliseconds=change["at"])


def flow(bootstrap: str) -> Any:
    """The program."""
    whole = dataflow.Dataflow("bench")
    records = op.input("events", whole, kafka.KafkaSource([bootstrap], ["contact-events"]))
    events = op.flat_map("read", records, read)
    changes = op.stateful_flat_map("visits", events, joined)
    by_queue = op.map("by_queue", op.key_rm("no_contact", changes), lambda one: (one["queue"], one))
    windows = windowing.fold_window(
        "panes",
        by_queue,
        windowing.EventClock(ts_getter=at, wait_for_system_duration=WAIT),
        windowing.TumblingWindower(length=timedelta(milliseconds=MINUTE), align_to=ALIGNED),
        Pane,
        Pane.take,
        Pane.merge,
        ordered=False,
    )
    op.output("closed", windows.down, Nowhere())
    return whole


class Nowhere(outputs.DynamicSink):  # type: ignore[misc]  # Bytewax's
    """Where closed windows would go."""

    def build(self, *_: Any) -> Any:
        """The partition of a worker."""
        return Nothing()


class Nothing(outputs.StatelessSinkPartition):  # type: ignore[misc]
    """Takes closed windows and keeps none."""

    def write_batch(self, _: Any) -> None:
        """Keep nothing."""


def speak(progress: Progress) -> None:
    """Answer when asked."""
    while not progress.wanted:
        sleep(EVERY)
    progress.give(answered(dict(open_panes)))


def main(bootstrap: str, folder: Path) -> None:
    """Work until killed; what a killed one left is gone on with."""
    stored = folder / RECOVERY
    if not stored.exists():
        stored.mkdir()
        recovery.init_db_dir(stored, 1)
    Thread(target=speak, args=(Progress(folder),), daemon=True).start()
    config = recovery.RecoveryConfig(str(stored))
    native.cli_main(flow(bootstrap), epoch_interval=EPOCH, recovery_config=config)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[3]))
