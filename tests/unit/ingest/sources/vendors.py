"""Payloads of vendors through their source, and what becomes of them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest

from floorpulse.contracts.refused_records import REFUSED_RECORD
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.stream import SourceStream
from tests.unit.ingest.builders import verdict
from tests.unit.ingest.sources import told as merging
from tests.unit.ingest.sources.told import HANDED

AT = 1_793_610_000_000
"""2 November 2026, 9 o'clock UTC; the instant at which the tests' calls come in"""

Body = dict[str, Any]


def told(vendor: str, *payloads: object, **settings: Any) -> list[Body]:
    """The events of these payloads, sent one after another; each is one that ingest accepts."""
    stream = stream_of(vendor, SourceSettings(f"{vendor}:test", **settings))
    events: list[Body] = []
    for place, payload in enumerate(payloads, 1):
        known = stream.events(place, _content(payload))
        assert known is not None, stream.notes()
        events += [json.loads(one) for one in known]
    for event in events:
        assert isinstance(verdict(event), CanonicalEvent), (event, verdict(event))
    return events


def facts(events: Iterable[Body]) -> list[Body]:
    """The events without their ids and their source."""
    return [{k: v for k, v in one.items() if k not in {"id", "source"}} for one in events]


def refused(vendor: str, payload: object, **settings: Any) -> str:
    """Why a payload, or the one item of a page, is refused."""
    stream = stream_of(vendor, SourceSettings("test", **settings))
    (said,) = map(json.loads, stream.events(1, _content(payload)))
    assert said["type"] == REFUSED_RECORD
    return str(said["detail"])


def ignored(vendor: str, payload: object) -> list[str]:
    """The notes of a payload of which there is no event."""
    stream: SourceStream = stream_of(vendor, SourceSettings("test"))
    assert stream.events(1, _content(payload)) == []
    return stream.notes()


def _content(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()


def visits(events: Iterable[Body]) -> dict[tuple[str, int], Body]:
    """The figures of the visits, by contact and number: outcome, and milliseconds."""
    of_contacts = [one for one in events if str(one["type"]).startswith("contact.")]
    return {
        (contact, number): merging.figures(visit)
        | {"queue": visit.queue, "transferred": visit.transferred_at is not None}
        for (_, contact, number), visit in merging.visits(of_contacts).items()
    }


def states(events: Iterable[Body]) -> list[tuple[int, str, str]]:
    """Agents' states in their order: epoch milliseconds, agent, state."""
    known = [one for one in events if one["type"] == "agent.state"]
    return sorted((one["at"], one["agent"], one["state"]) for one in known)


def samples(*vendors: str) -> list[Any]:
    """The handed samples of these vendors; one that is skipped where there are none."""
    known = [
        pytest.param(path, id=f"{vendor} {path.name.removesuffix('.in.json')}")
        for vendor in vendors
        for path in sorted((HANDED / "sources" / vendor).glob("*.in.json"))
    ]
    absent = pytest.mark.skip(reason="the samples do not lie beside the checkout")
    return known or [pytest.param(None, marks=absent)]


def payloads_of(sample: Body) -> Sequence[bytes]:
    """The bodies that a sample's platform sends."""
    return [
        urlencode(one["form"]).encode() if "form" in one else json.dumps(one["body"]).encode()
        for one in sample["requests"]
    ]
