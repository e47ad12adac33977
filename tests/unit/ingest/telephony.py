"""Records of telephone systems through their source: the events that ingest accepts, and the visits
and agents' states that come of them.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from floorpulse.contracts.events import AnyEvent, ContactEvent
from floorpulse.contracts.visits import Visit, hold_of, outcome, talk_of, wait_of
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.kpi_engine.fold.merge import merge
from tests.unit.ingest.builders import verdict

DATA = Path(__file__).parents[4] / "shared" / "data"
AT = 1_794_300_000
"""Epoch seconds of the tests' floor"""

Body = dict[str, Any]


def told(form: str, records: Iterable[Body]) -> list[Body]:
    """The events of these records, one after another; each is one that ingest accepts."""
    stream = stream_of(form, f"{form}:test")
    events: list[Body] = []
    for place, record in enumerate(records, 1):
        known = stream.events(place, json.dumps(record).encode())
        assert known is not None, stream.notes()
        events += [json.loads(one) for one in known]
    for event in events:
        assert isinstance(verdict(event), CanonicalEvent), (event, verdict(event))
    return events


def facts(events: Iterable[Body]) -> list[Body]:
    """The events without their ids and their source."""
    return [{k: v for k, v in one.items() if k not in {"id", "source"}} for one in events]


def visits(events: Iterable[Body]) -> dict[tuple[str, int], Body]:
    """The figures of the visits, by contact and number; spans are milliseconds."""
    known: dict[tuple[str, int], Visit] = {}
    for event in map(_decoded, events):
        if isinstance(event, ContactEvent):
            merge(known.setdefault((event.contact, event.visit), Visit()), event)
    return {key: _figures(visit) for key, visit in known.items()}


def states(events: Iterable[Body], agent: str) -> list[tuple[int, str]]:
    """The states of an agent in their order, each with its instant in milliseconds."""
    known = [one for one in events if one["type"] == "agent.state" and one["agent"] == agent]
    return sorted((one["at"], one["state"]) for one in known)


def samples(vendor: str) -> list[Any]:
    """The handed samples of a vendor that are JSON; one that is skipped where there are none."""
    found = sorted((DATA / "sources" / vendor).glob("*.in.json"))
    known = [pytest.param(path, id=path.name.removesuffix(".in.json")) for path in found]
    return known or [pytest.param(None, marks=pytest.mark.skip(reason="no samples here"))]


def _decoded(event: Body) -> AnyEvent:
    canonical = verdict(event)
    assert isinstance(canonical, CanonicalEvent), canonical
    return _decode(canonical.value)


_decode = msgspec.json.Decoder(AnyEvent).decode


def _figures(visit: Visit) -> Body:
    ended = outcome(visit)
    return {
        "outcome": None if ended is None else ended.value,
        "wait": wait_of(visit),
        "talk": talk_of(visit),
        "hold": hold_of(visit),
        "queue": visit.queue,
        "transferred": visit.transferred_at is not None,
        "reason": visit.left_reason,
    }
