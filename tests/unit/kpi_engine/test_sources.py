"""How long a source is usually silent, from the gaps between what it says."""

from services.contracts import events
from services.contracts.updates import SourceSeen
from services.kpi_engine.domain.sources import Sources
from tests.unit.kpi_engine.builders import event


def said(source="test"):
    return event(events.ContactOffered, 1_000, source=source)


def test_a_source_heard_for_the_first_time_has_no_usual_gap():
    sources = Sources()
    sources.note([said(), said()], 5_000)

    assert sources.seen() == [SourceSeen("acme", "test", 5_000, 0)]


def test_each_gap_counts_an_eighth_against_those_before():
    sources = Sources()
    for now in (0, 8_000, 24_000):
        sources.note([said()], now)

    assert sources.seen() == [SourceSeen("acme", "test", 24_000, 1_000 + (16_000 - 1_000) // 8)]


def test_sources_are_told_apart_and_the_silent_one_stays_as_it_was():
    sources = Sources()
    sources.note([said("a"), said("b")], 0)
    sources.note([said("a")], 800)

    assert {one.source: (one.last_at, one.usual_gap) for one in sources.seen()} == {"a": (800, 100), "b": (0, 0)}
