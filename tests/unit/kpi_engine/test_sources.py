"""In which minutes a source spoke of the moment, which queues it feeds, and when that is
published.
"""

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import SourceHeard
from floorpulse.kpi_engine.fold.slices import HISTORY
from floorpulse.kpi_engine.publish.sources import ALL_EVERY, MINUTE, MOST, PartitionSources
from tests.fakes.slices import told_by
from tests.unit.kpi_engine.builders import event

AT = 1_794_300_000_000


def said(source: str = "pbx", at: int = AT, queue: str = "sales") -> AnyEvent:
    return event(events.ContactOffered, at, source=source, queue=queue)


def heard(sources: PartitionSources, now: int) -> dict[str, SourceHeard]:
    return {one.source: one for one in sources.take_unpublished(now)}


def test_a_source_is_told_with_its_quiet_its_minutes_and_the_queues_it_feeds() -> None:
    sources = PartitionSources()
    sources.note(told_by(said(), said(queue="billing"), appended_at=AT), 5_000)

    assert sources.take_unpublished(7_000) == [
        SourceHeard("acme", "pbx", 2_000, 1, ["billing", "sales"])
    ]


def test_each_minute_in_which_it_spoke_is_a_bit_counted_back_from_its_last_word() -> None:
    sources = PartitionSources()
    for minute in (0, 1, 4):
        sources.note(told_by(said(), appended_at=AT), minute * MINUTE + 59_000)

    assert heard(sources, 5 * MINUTE)["pbx"].minutes == 0b11001


def test_a_source_that_was_quiet_for_more_than_an_hour_begins_a_new_rhythm() -> None:
    sources = PartitionSources()
    sources.note(told_by(said(), appended_at=AT), 0)
    sources.note(told_by(said(), appended_at=AT), 64 * MINUTE)

    assert heard(sources, 64 * MINUTE)["pbx"].minutes == 1


def test_what_tells_of_history_is_heard_and_makes_no_rhythm() -> None:
    sources = PartitionSources()
    sources.note(told_by(said(at=AT - HISTORY - 1), appended_at=AT), 0)
    assert heard(sources, 1000)["pbx"] == SourceHeard("acme", "pbx", 1000, 0, ["sales"])

    sources.note(
        told_by(said(at=AT - HISTORY - 1), said(at=AT - HISTORY, source="live"), appended_at=AT),
        MINUTE,
    )
    found = heard(sources, MINUTE)
    assert (found["pbx"].minutes, found["live"].minutes) == (0, 1)


def test_only_what_is_new_is_told_and_everything_now_and_then() -> None:
    sources = PartitionSources()
    sources.note(told_by(said("a"), said("b"), appended_at=AT), 0)
    sources.take_unpublished(0)
    sources.note(told_by(said("a"), said("a", queue="mail"), appended_at=AT), 1_000)

    assert sources.take_unpublished(2_000) == [SourceHeard("acme", "a", 1_000, 1, ["mail"])]
    assert sources.take_unpublished(3_000) == []
    assert heard(sources, ALL_EVERY)["b"] == SourceHeard("acme", "b", ALL_EVERY, 1, ["sales"])
    assert heard(sources, 2 * ALL_EVERY)["a"].queues == ["mail", "sales"]


def test_events_about_no_queue_feed_none() -> None:
    sources = PartitionSources()
    state = event(events.AgentStateChanged, AT, source="wfm", agent="ann", state="available")
    sources.note(told_by(state, appended_at=AT), 0)

    assert heard(sources, 0)["wfm"].queues is None


def test_a_source_for_every_event_fills_no_memory() -> None:
    sources = PartitionSources()
    for number in range(MOST + 5):
        sources.note(told_by(said(f"s{number}"), appended_at=AT), number)

    assert len(sources.take_unpublished(MOST)) == MOST
