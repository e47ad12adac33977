"""Events that stay without the one that must have come before are counted by their source; those of
any order are none.

    ended ├── a minute ──┤ answered?
"""

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.tallies import Example, Missing
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.orphans import MOST, PATIENCE, OrphanKey, Orphans, missing_of
from floorpulse.kpi_engine.fold.partition import Partition
from tests.unit.kpi_engine.builders import MINUTE, event
from tests.unit.kpi_engine.test_partition import apply, fresh, settled

OFFERED = event(events.ContactOffered, 0)
ANSWERED = event(events.ContactAnswered, 20_000)
ENDED = event(events.ContactEnded, 50_000)
WRAPPED = event(events.ContactWrapped, 60_000)


def after(partition: Partition, watermark: int) -> Partition:
    """What a flush looks at, at an instant of event time, and again so much later."""
    for reached in (watermark, watermark + PATIENCE):
        partition.watermark = reached
        if partition.take_dirty() is not None:
            partition.flushed()
    return partition


def found(*told: AnyEvent) -> dict[Missing, int]:
    partition = settled(apply(fresh(), *told))
    tallies = after(partition, MINUTE).visits.orphans.tallies
    return {key.missing: one.count for key, one in tallies.items()}


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ((OFFERED, ENDED), Missing.ANSWER),
        ((ENDED,), Missing.ANSWER),
        ((ANSWERED, ENDED), Missing.OFFER),
        ((event(events.ContactAbandoned, 9),), Missing.OFFER),
        ((OFFERED, ANSWERED, WRAPPED), Missing.END),
    ],
)
def test_an_event_without_the_one_before_it_is_an_orphan_after_a_minute(
    told: tuple[AnyEvent, ...], missing: Missing
) -> None:
    assert found(*told) == {missing: 1}


@pytest.mark.parametrize(
    "told",
    [
        (OFFERED, ANSWERED, ENDED, WRAPPED),
        (WRAPPED, ENDED, ANSWERED, OFFERED),
        (OFFERED, event(events.ContactAbandoned, 9), ENDED),
        (event(events.ContactAnswered, 20_000, wait_ms=20_000, queue="sales"), ENDED),
        (OFFERED,),
    ],
)
def test_what_is_complete_in_any_order_or_goes_on_is_none(told: tuple[AnyEvent, ...]) -> None:
    assert found(*told) == {}


def test_within_the_minute_nobody_is_blamed() -> None:
    partition = apply(fresh(), OFFERED, ENDED)
    partition.watermark = MINUTE
    assert partition.take_dirty() is not None
    partition.flushed()
    partition.watermark = MINUTE + PATIENCE - 1
    partition.take_dirty()

    assert partition.visits.orphans.tallies == {}


def test_a_tally_has_its_source_its_instants_and_the_latest_three_as_examples() -> None:
    told = [
        event(events.ContactEnded, at, contact=f"c{at}", source="pbx", id=str(at))
        for at in (10, 20, 30, 40)
    ]
    starts = [event(events.ContactOffered, 0, contact=f"c{at}") for at in (10, 20, 30, 40)]
    partition = after(apply(fresh(), *starts, *told), MINUTE)

    ((key, tally),) = partition.visits.orphans.tallies.items()
    assert key == OrphanKey("acme", "pbx", Missing.ANSWER)
    assert (tally.count, tally.first_at, tally.last_at) == (4, 10, 40)
    assert tally.examples[0] == Example("40", "c40", 40, "contact.ended")
    assert [one.event for one in tally.examples] == ["40", "30", "20"]


def test_a_flush_writes_the_whole_tally_and_again_where_it_failed() -> None:
    partition = apply(fresh(), OFFERED, ENDED)
    partition.watermark = MINUTE
    assert partition.take_dirty() is not None
    partition.flushed()
    partition.watermark = MINUTE + PATIENCE
    rows = partition.take_dirty()
    assert rows is not None
    assert [row[:6] for row in rows.orphans] == [(3, 7, "acme", "test", "end_without_answer", 1)]
    partition.not_flushed()
    again = partition.take_dirty()
    assert again is not None
    assert again.orphans == rows.orphans
    partition.flushed()

    assert partition.dirty == 0


def test_who_left_memory_is_not_judged_and_no_more_are_doubted_than_fit() -> None:
    orphans = Orphans()
    visit = Visit(ended_at=5)
    for number in range(MOST + 1):
        orphans.doubt(("acme", f"c{number}", 1), visit, ENDED)
    known = {("acme", "c0", 1): visit, ("acme", f"c{MOST}", 1): visit}
    orphans.judge(known.get, 0)
    orphans.judge(known.get, PATIENCE)

    assert [one.count for one in orphans.tallies.values()] == [1]


def test_a_visit_without_any_word_lacks_nothing() -> None:
    assert missing_of(Visit()) is None
