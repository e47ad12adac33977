"""What a source tells of payloads, as the engine would understand it: events that ingest accepts,
and the figures of their visits.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from floorpulse.contracts.events import AgentMissed, AgentStateChanged, AnyEvent
from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.visits import Visit, VisitKey, hold_of, outcome, talk_of, wait_of, wrap_of
from floorpulse.ingest.domain.deliveries import records_of
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.registry import SOURCES
from floorpulse.ingest.sources.source import Source, SourceRecord, SourceSettings
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from tests.unit.ingest.builders import verdict

HANDED = Path(__file__).parents[5] / "shared" / "data"
"""Material that is handed to us and stays where it is"""

decode = msgspec.json.Decoder(AnyEvent).decode


def opened(vendor: str, name: str = "here", **known: Any) -> Source:
    return SOURCES[vendor](SourceSettings(name, **known))


def told(source: Source, *payloads: object) -> list[dict[str, Any]]:
    """The events of the payloads, in their order; each is one that ingest accepts."""
    found: list[dict[str, Any]] = []
    for place, payload in enumerate(payloads):
        said = source.take(SourceRecord(place, json.dumps(payload).encode()))
        assert not isinstance(said, Refusal), said
        for event in said:
            judged = verdict(event)
            assert isinstance(judged, CanonicalEvent), (judged, event)
            found.append(json.loads(event))
    return found


def records(requests: Iterable[Mapping[str, Any]]) -> list[bytes]:
    """The records of requests as a sample holds them: headers, and a body or a form."""
    found: list[bytes] = []
    for request in requests:
        body = json.dumps(request["body"]).encode()
        of_one = records_of(request["headers"], body, 100)
        assert not isinstance(of_one, Refusal)
        found += of_one
    return found


def as_set(events: Iterable[Mapping[str, Any]]) -> set[str]:
    return {json.dumps(event, sort_keys=True) for event in events}


def visits(events: Sequence[Mapping[str, Any]]) -> dict[VisitKey, Visit]:
    """The visits that accepted events make, merged as the engine merges them."""
    found: dict[VisitKey, Visit] = {}
    for event in events:
        judged = verdict(dict(event))
        assert isinstance(judged, CanonicalEvent), judged
        known = decode(judged.value)
        if not isinstance(known, AgentStateChanged | AgentMissed):
            merge(found.setdefault(visit_key(known), Visit()), known)
    return found


def figures(visit: Visit) -> dict[str, Any]:
    ended = outcome(visit)
    return {
        "outcome": None if ended is None else ended.value,
        "wait": wait_of(visit),
        "talk": talk_of(visit),
        "hold": hold_of(visit),
        "wrap": wrap_of(visit),
        "to_queue": visit.to_queue,
    }
