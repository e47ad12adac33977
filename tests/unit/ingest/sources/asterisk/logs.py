"""Builders of queue_logs, their events, and the visits that these events make."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from floorpulse.contracts.events import AnyEvent, ContactEvent, ContactRetracted
from floorpulse.contracts.visits import Visit, outcome, queue_of, talk_of, wait_of
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.asterisk.events import QueueLog
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.stream import SourceStream
from floorpulse.kpi_engine.fold.merge import merge
from tests.unit.ingest.builders import verdict

AT = 1_366_720_340
NAME = "asterisk:pbx1"

decode = msgspec.json.Decoder(AnyEvent).decode


def opened(**known: Any) -> SourceStream:
    return SourceStream(QueueLog(SourceSettings(NAME, **known)), NAME)


def told(*lines: str, log: SourceStream | None = None) -> list[bytes]:
    """The events of a log that is read to its end, without what was refused."""
    stream = log or opened()
    events = [
        event
        for place, line in enumerate(lines, 1)
        for event in stream.events(place, line.encode())
        if b'"source.refused"' not in event
    ]
    return [*events, *stream.rest()]


def events(*lines: str) -> list[dict[str, Any]]:
    return [json.loads(event) for event in told(*lines)]


def said(*lines: str) -> list[dict[str, Any]]:
    """The events without what all have."""
    return [
        {name: value for name, value in event.items() if name not in ("id", "source")}
        for event in events(*lines)
    ]


def call(
    word: str,
    *data: object,
    at: float = AT,
    name: str = "c1",
    queue: str = "sales",
    agent: str = "NONE",
) -> str:
    return "|".join(map(str, (at, name, queue, agent, word, *data)))


def agent(word: str, *data: object, queue: str = "NONE", at: int = AT, name: str = "ann") -> str:
    return call(word, *data, at=at, name="NONE", queue=queue, agent=name)


def refusals(*lines: str, **known: Any) -> list[str]:
    """What was wrong with the lines that were refused."""
    log = opened(**known)
    told(*lines, log=log)
    return [one.refusal.detail for one in log.first_refused]


Row = tuple[Any, ...]


def visits(events: Iterable[bytes]) -> list[Row]:
    """The visits that events make in any order: contact, queue, outcome, agent, wait and talk in
    seconds, whether transferred, whether ended. A visit that was taken back is none.
    """
    by_visit = defaultdict(list)
    for event in {event: decode(event) for event in events}.values():
        if isinstance(event, ContactEvent):
            by_visit[event.contact, event.visit].append(event)
    rows = [row for (contact, _), facts in by_visit.items() for row in _row(contact, facts)]
    return sorted(rows, key=repr)


def _row(contact: str, facts: list[ContactEvent]) -> Iterable[Row]:
    until = max((int(f.at) for f in facts if isinstance(f, ContactRetracted)), default=-1)
    visit = Visit()
    for fact in facts:
        if int(fact.at) > until and not isinstance(fact, ContactRetracted):
            merge(visit, fact)  # type: ignore[arg-type]  # each is of AnyEvent
    if visit == Visit():
        return
    wait = wait_of(visit)
    yield (
        contact,
        queue_of(visit),
        outcome(visit),
        visit.agent,
        None if wait is None else wait // 1000,
        talk_of(visit) // 1000,
        visit.transferred_at is not None,
        visit.ended_at is not None,
    )


def all_accepted(events: Iterable[bytes]) -> bool:
    """Whether ingest accepts every event."""
    return all(isinstance(verdict(event), CanonicalEvent) for event in events)
