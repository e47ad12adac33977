"""Payloads of vendors through their source: the events that ingest accepts, and the visits and
agents' states that an engine makes of them.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from floorpulse.contracts.events import AgentStateChanged, AnyEvent, ContactEvent
from floorpulse.contracts.visits import Visit, hold_of, outcome, talk_of, wait_of, wrap_of
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.kpi_engine.fold.merge import merge
from tests.unit.ingest.builders import verdict

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "sources"
AT = 1_793_610_000_000
"""2 November 2026, 9 o'clock UTC; the instant at which the tests' calls come in"""

Body = dict[str, Any]


def told(vendor: str, *payloads: object, **settings: Any) -> list[Body]:
    """The events of these payloads, sent one after another; each is one that ingest accepts."""
    stream = stream_of(vendor, SourceSettings(f"{vendor}:test", **settings))
    events: list[Body] = []
    for place, payload in enumerate(payloads, 1):
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        known = stream.events(place, content)
        assert known is not None, stream.notes()
        events += [json.loads(one) for one in known]
    for event in events:
        assert isinstance(verdict(event), CanonicalEvent), (event, verdict(event))
    return events


def facts(events: Iterable[Body]) -> list[Body]:
    """The events without their ids and their source."""
    return [{k: v for k, v in one.items() if k not in {"id", "source"}} for one in events]


def refused(vendor: str, payload: object, **settings: Any) -> str:
    """Why a payload is refused."""
    stream = stream_of(vendor, SourceSettings("test", **settings))
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    assert stream.events(1, content) is None
    return stream.first_refused[0].refusal.detail


def ignored(vendor: str, payload: object) -> list[str]:
    """The notes of a payload of which there is no event."""
    stream = stream_of(vendor, SourceSettings("test"))
    assert list(stream.events(1, json.dumps(payload).encode()) or ()) == []
    return stream.notes()


def visits(events: Iterable[Body]) -> dict[tuple[str, int], Body]:
    """The figures of the visits, by contact and number: outcome, and milliseconds."""
    known: dict[tuple[str, int], Visit] = {}
    for event in map(_decoded, events):
        if isinstance(event, ContactEvent):
            merge(known.setdefault((event.contact, event.visit), Visit()), event)
    return {key: _figures(visit) for key, visit in known.items()}


def states(events: Iterable[Body]) -> list[tuple[int, str, str]]:
    """Agents' states in their order: epoch milliseconds, agent, state."""
    known = [one for one in map(_decoded, events) if isinstance(one, AgentStateChanged)]
    return sorted((int(one.at), one.agent, one.state) for one in known)


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
        "wrap": wrap_of(visit),
        "queue": visit.queue,
        "transferred": visit.transferred_at is not None,
    }


def samples(*vendors: str) -> list[Any]:
    """Names of the handed samples of these vendors; one that is skipped where there are none."""
    known = [
        pytest.param(path, id=f"{vendor} {path.name.removesuffix('.in.json')}")
        for vendor in vendors
        for path in sorted((SAMPLES / vendor).glob("*.in.json"))
    ]
    absent = pytest.mark.skip(reason="the samples do not lie beside the checkout")
    return known or [pytest.param(None, marks=absent)]


def payloads_of(sample: Body) -> Sequence[bytes]:
    """The bodies that a sample's platform sends."""
    return [
        urlencode(one["form"]).encode() if "form" in one else json.dumps(one["body"]).encode()
        for one in sample["requests"]
    ]
