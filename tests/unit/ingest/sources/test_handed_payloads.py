"""Payloads that were handed to us, with the events and the figures of visits that they must give:
whole, shuffled, doubled.
"""

import json
from random import Random
from typing import Any

import pytest

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.source import SourceRecord
from tests.unit.ingest.sources.told import HANDED, as_set, figures, opened, records, visits

VENDORS = ("amazon-connect", "cloudevents")
PAIRS = [
    path for vendor in VENDORS for path in sorted((HANDED / "sources" / vendor).glob("*.in.json"))
]
SPELLINGS = HANDED / "vendor-payloads" / "amazon-connect"

TAKEN_BACK = "contact.retracted"
"""What takes a live giving up back is beyond what samples list"""

pytestmark = pytest.mark.skipif(not PAIRS, reason="the handed payloads are not here")


def events_of(pair: dict[str, Any]) -> list[dict[str, Any]]:
    source = opened(pair["vendor"], pair["source"])
    found: list[dict[str, Any]] = []
    for place, record in enumerate(records(pair["requests"])):
        said = source.take(SourceRecord(place, record))
        found += [] if isinstance(said, Refusal) else [json.loads(event) for event in said]
    return found


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: f"{path.parent.name}-{path.name[:-8]}")
def test_a_handed_payload_gives_its_events_and_figures(path: Any) -> None:
    expected = json.loads(path.with_name(path.name.replace(".in.", ".out.")).read_text())
    told = events_of(json.loads(path.read_text()))

    assert as_set(e for e in told if e["type"] != TAKEN_BACK) == as_set(expected["events"])

    again = [*told, *told]
    Random(1).shuffle(again)
    for events in (told, again):
        found = visits(events)
        for want in expected["visits"]:
            visit = found["shop", want["contact"], want["visit"]]
            known = figures(visit)
            assert {name: known[name] for name in want if name in known} == {
                name: value for name, value in want.items() if name in known
            }


@pytest.mark.parametrize("name", ["contact_events_docs.json", "agent_events_docs.json"])
def test_no_spelling_that_was_ever_printed_crashes_or_vanishes(name: str) -> None:
    for number, printed in enumerate(json.loads((SPELLINGS / name).read_text())):
        event = printed.get("event", printed)
        text = event if isinstance(event, str) else json.dumps(event)
        source = opened("amazon-connect")
        said = source.take(SourceRecord(number, text.encode()))
        silent = isinstance(event, dict) and event.get("EventType") == "HEART_BEAT"
        assert isinstance(said, Refusal) or said or source.unknown.counted() or silent, text[:300]
