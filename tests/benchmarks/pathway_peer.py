"""Visits and panes in Pathway, as its manual would have one write them: events are reduced to
visits and visits to panes; what is put right later flows through as a retraction. What was read is
recorded on disk before anything is told.

python -m tests.benchmarks.pathway_peer BOOTSTRAP GROUP FOLDER PARTITIONS     where Pathway is
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks.oracle import FIGURES, THRESHOLD
from tests.benchmarks.progress import Progress
from tests.benchmarks.session import session_seconds
from tests.benchmarks.workload import MINUTE

EVERY = 1_000
"""Milliseconds: as often as the engine makes its state durable."""

TOPIC = "contact-events"
PANES = "pathway-panes"

pw: Any = import_module("pathway")

TEXTS = ("type", "tenant", "contact", "queue")
NUMBERS = ("at", "talk_ms", "hold_ms")


def schema() -> Any:
    """The fields of an event that are counted; empty or 0 where an event does not have them."""
    column = pw.column_definition
    return pw.schema_builder(
        {name: column(dtype=str, default_value="") for name in TEXTS}
        | {name: column(dtype=int, default_value=0) for name in NUMBERS}
        | {"score": column(dtype=float, default_value=0.0)}
    )


def visits(events: Any) -> Any:
    """What is known of each contact; an instant that is 0 has not been heard of."""

    def told(kind: str, value: Any) -> Any:
        return pw.reducers.max(pw.if_else(events.type == kind, value, 0))

    return events.groupby(events.tenant, events.contact).reduce(
        tenant=events.tenant,
        queue=pw.reducers.max(pw.if_else(events.type == "contact.offered", events.queue, "")),
        offered=told("contact.offered", events.at),
        answered=told("contact.answered", events.at),
        abandoned=told("contact.abandoned", events.at),
        ended=told("contact.ended", events.at),
        handle=told("contact.ended", events.talk_ms + events.hold_ms),
        surveyed=told("survey.answered", events.at),
        score=told("survey.answered", pw.cast(int, events.score * 1000)),
    )


def panes(known: Any) -> Any:
    """The figures of each minute of a queue."""
    offered = known.filter(known.offered > 0)
    answered = pw.cast(int, offered.answered > 0)
    wait = pw.if_else(offered.answered > offered.offered, offered.answered - offered.offered, 0)
    ended = offered.filter((offered.ended > 0) & (offered.answered > 0))
    surveyed = offered.filter(offered.surveyed > 0)
    parts = (
        part(
            offered,
            offered.offered,
            offered=1,
            answered=answered,
            within=pw.cast(int, (offered.answered > 0) & (wait <= THRESHOLD)),
            abandoned=pw.cast(int, (offered.abandoned > 0) & (offered.answered == 0)),
            wait=answered * wait,
        ),
        part(ended, ended.ended, handled=1, handle=ended.handle),
        part(surveyed, surveyed.surveyed, csat=1, csat_sum=surveyed.score),
    )
    every = pw.Table.concat_reindex(*parts)
    return every.groupby(every.tenant, every.queue, every.minute).reduce(
        every.tenant,
        every.queue,
        every.minute,
        **{name: pw.reducers.sum(every[name]) for name in FIGURES},
    )


def part(known: Any, at: Any, **figures: Any) -> Any:
    """What visits add to the panes in which `at` lies."""
    return known.select(
        known.tenant,
        known.queue,
        minute=at - at % MINUTE,
        **{name: figures.get(name, 0) for name in FIGURES},
    )


def report(events: Any, counted: Any, progress: Progress) -> None:
    """Say how many events there were when the panes of their time are complete."""
    numbers: dict[int, int] = {}

    def came(*, row: dict[str, int], time: int, is_addition: bool, **_: object) -> None:
        if is_addition:
            numbers[time] = row["number"]

    def complete(time: int) -> None:
        done = [one for one in numbers if one <= time]
        if done:
            progress.tell(numbers[max(done)])
        for one in done:
            del numbers[one]

    pw.io.subscribe(events.reduce(number=pw.reducers.count()), on_change=came)
    pw.io.subscribe(
        counted.reduce(number=pw.reducers.count()),
        on_change=lambda **_: None,
        on_time_end=complete,
    )


def main(bootstrap: str, group: str, folder: Path) -> None:
    """Count until killed."""
    progress = Progress(folder)
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": str(session_seconds() * 1000),
    }
    events = pw.io.kafka.read(
        settings,
        topic=TOPIC,
        schema=schema(),
        format="json",
        autocommit_duration_ms=EVERY,
        name="events",
    )
    counted = panes(visits(events))
    pw.io.kafka.write(counted, {"bootstrap.servers": bootstrap, "linger.ms": "100"}, PANES)
    report(events, counted, progress)
    pw.run(
        monitoring_level=pw.MonitoringLevel.NONE,
        persistence_config=pw.persistence.Config(
            pw.persistence.Backend.filesystem(folder / "state"), snapshot_interval_ms=EVERY
        ),
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
