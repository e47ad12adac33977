"""Packed visits: what the fold asks their keeper, which may keep none, and how they leave."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from floorpulse.contracts import events
from floorpulse.contracts.horizons import Horizons, channels
from floorpulse.contracts.presence import Home
from floorpulse.contracts.updates import Gauge, Talk
from floorpulse.contracts.visits import Longest, Visit, VisitKey
from floorpulse.kpi_engine.fold.packed import (
    GaugeAges,
    KeyColumns,
    NothingPacked,
    OpenSince,
    PackedGauge,
    PageEntries,
    VisitRows,
)
from floorpulse.kpi_engine.fold.presence import PartitionPresence
from floorpulse.kpi_engine.fold.presence_log import PageBuilder, everything
from floorpulse.kpi_engine.fold.queue_open_visits import NO_END
from floorpulse.kpi_engine.fold.slices import ReadInstants
from floorpulse.kpi_engine.fold.watermark import FUTURE
from floorpulse.kpi_engine.native import packed as keeper
from floorpulse.kpi_engine.native.core import NoCore, core
from floorpulse.kpi_engine.native.packed import PackedVisits
from floorpulse.kpi_engine.native.slices import NativePartition
from tests.fakes.engine import MemoryStore
from tests.fakes.twin_folds import peeked
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event

HOUR = 60 * MINUTE
NOW = 100 * HOUR
SALES: Home = ("acme", "sales", "voice")
INSTANTS = ReadInstants(kept_since=0, plausible=1 << 60, young=0)
C1: VisitKey = ("acme", "c1", 1)
C2: VisitKey = ("acme", "c2", 1)
WAITS = Visit(offered_at=HOUR, queue="sales")
TALKS = Visit(offered_at=HOUR, queue="sales", answered_at=HOUR + 5, agent="ann")


class TwoPacked(NothingPacked):
    """Keeps c1, which waits, and c2, which is in progress."""

    going_on = 2

    def peek(self, key: VisitKey) -> Visit | None:
        """The two."""
        return {C1: WAITS, C2: TALKS}.get(key)

    def changed(self) -> Sequence[Home]:
        """They came to one queue."""
        return [SALES]

    def gauges(self, ages: GaugeAges) -> Sequence[PackedGauge]:
        """Of the two, to whom nothing happens within the hour."""
        return [(SALES, 0, Gauge(*SALES, [HOUR], 1, 0), ages.now + HOUR, 2)]

    def instants(self, home: Home) -> OpenSince:
        """Of the two."""
        return OpenSince(
            *(list(self.open(home, answered=answered).values()) for answered in (False, True))
        )

    def open(self, home: Home, *, answered: bool) -> Mapping[VisitKey, int]:
        """The two."""
        assert home == SALES
        return {C2: HOUR + 5} if answered else {C1: HOUR}

    def talks(self, *, everything: bool) -> Sequence[Talk]:  # noqa: ARG002  there is one
        """Of the second."""
        return [Talk(*C2, "ann", "sales", HOUR + 5)]


@pytest.fixture
def presence() -> PartitionPresence:
    return PartitionPresence(Horizons(Longest(wait=4 * HOUR, conversation=2 * HOUR)))


def test_packed_visits_are_among_those_that_are_open(presence: PartitionPresence) -> None:
    presence.packed = TwoPacked()

    assert len(presence) == 2
    assert presence.gauges(HOUR + MINUTE) == [Gauge(*SALES, [HOUR], 1, 0)]
    assert presence.take_talks(everything=False) == [Talk(*C2, "ann", "sales", HOUR + 5)]
    assert presence.take_talks(everything=True) == [Talk(*C2, "ann", "sales", HOUR + 5)]


class PackedOfAllAges(TwoPacked):
    """Keeps visits that began long ago, lately, and after now by a clock that is ahead."""

    def gauges(self, ages: GaugeAges) -> Sequence[PackedGauge]:
        """Of these alone."""
        assert ages == GaugeAges(
            NOW,
            NOW + FUTURE,
            dict.fromkeys(channels(), (NOW - 4 * HOUR, NOW - 2 * HOUR, NOW - HOUR)),
        )
        return [(SALES, 0, Gauge(*SALES, [NOW - 2 * MINUTE], 1, 1), NOW, 8)]

    def instants(self, home: Home) -> OpenSince:
        """In no order."""
        assert home == SALES
        return OpenSince(
            [NOW - MINUTE, NOW - 5 * HOUR, NOW - 2 * MINUTE],
            [NOW + 2 * FUTURE, NOW - 90 * MINUTE, NOW - MINUTE, NOW - 3 * HOUR, NOW - 80 * MINUTE],
        )


def test_packed_visits_are_told_by_their_age_among_others(presence: PartitionPresence) -> None:
    presence.packed = PackedOfAllAges()
    presence.wait(SALES, C1, NOW - 3 * MINUTE)

    assert presence.gauges(NOW) == [
        Gauge(
            *SALES,
            waiting=[NOW - 3 * MINUTE, NOW - 2 * MINUTE, NOW - MINUTE],
            in_progress=1,
            unresolved=1,
            lasting=[NOW - 90 * MINUTE, NOW - 80 * MINUTE],
        )
    ]


def test_the_gauge_of_packed_visits_alone_holds_as_long_as_their_keeper_says(
    presence: PartitionPresence,
) -> None:
    presence.packed = packed = TwoPacked()
    [first] = presence.gauges(HOUR + MINUTE)
    packed.gauges = lambda ages: []  # type: ignore[method-assign]  # noqa: ARG005  nobody came or went
    [held] = presence.gauges(2 * HOUR + MINUTE)
    [aged] = presence.gauges(2 * HOUR + MINUTE + 1)

    assert held is first
    assert (aged.in_progress, aged.lasting) == (0, [HOUR + 5])


def test_a_page_of_everything_lists_packed_visits_with_their_agents(
    presence: PartitionPresence,
) -> None:
    presence.packed = TwoPacked()
    [page] = everything(presence)

    assert page.waiting == [(0, "c1", 1, HOUR)]
    assert page.answered == [(0, "c2", 1, HOUR + 5)]
    assert page.agents == ["ann"]


def test_a_visit_that_was_packed_waits_or_is_in_progress_as_before(
    presence: PartitionPresence,
) -> None:
    presence.rows = {C1: WAITS, C2: TALKS}
    presence.restore(SALES, C1, WAITS)
    presence.restore(SALES, C2, TALKS)
    presence.restore_talk(SALES, C2)
    presence.restore_talk(None, C1)

    assert presence.gauges(HOUR + MINUTE) == [Gauge(*SALES, [HOUR], 1, 0)]
    assert presence.take_talks(everything=False) == [
        Talk(*C1),
        Talk(*C2, "ann", "sales", HOUR + 5),
    ]


def test_where_nothing_is_packed_there_is_nothing_to_write_or_to_tell() -> None:
    nothing = NothingPacked()
    entries = PageEntries()
    rows = nothing.take(0, entries)

    assert (len(nothing), nothing.dirty, nothing.going_on) == (0, 0, 0)
    assert (rows, len(entries)) == (VisitRows(), 0)
    assert nothing.peek(C1) is None
    assert not nothing.open(SALES, answered=True)


def test_keys_come_back_from_their_columns() -> None:
    columns = KeyColumns("acme\nacme", "c1\nc2", "1\n2")

    assert columns.visits() == [("acme", "c1", 1), ("acme", "c2", 2)]
    assert KeyColumns().visits() == []


class Native:
    """A partition that the core folds, and the store of its rows."""

    def __init__(self) -> None:
        try:
            built = core()
        except NoCore as reason:
            pytest.skip(f"the core of the fold is not here: {reason}")
        self.store = MemoryStore()
        self.partition = self.store.own(0)
        self.slices = NativePartition(built, self.partition)

    def fold(self, *told: events.AnyEvent) -> None:
        """Fold what is told as one slice."""
        begin = self.partition.next_offset
        offsets = range(begin, begin + len(told))
        values = [msgspec.json.encode(one) for one in told]
        self.partition.apply(
            self.slices.folded(self.slices.read(values, offsets, INSTANTS)), offsets.stop
        )
        self.partition.advance([one.at for one in told], 1 << 50, 15_000)  # type: ignore[misc]  # milliseconds

    def flush(self) -> None:
        """Store what is to be written."""
        rows = self.partition.take_dirty()
        assert rows is not None
        self.store.write(rows)
        self.partition.flushed()


@pytest.fixture
def native() -> Native:
    return Native()


def test_the_end_of_a_conversation_is_told_though_its_visit_left_memory(native: Native) -> None:
    presence = native.partition.visits.presence
    native.fold(
        event(events.ContactOffered, HOUR, contact="c1"),
        event(events.ContactAnswered, HOUR + 5, contact="c1"),
    )
    begun = presence.take_talks(everything=False)
    native.fold(event(events.ContactEnded, 2 * HOUR, contact="c1"))
    native.flush()
    native.partition.trim(0, 1 << 30)

    assert [one.since for one in begun] == [HOUR + 5]
    assert native.partition.visits.get(C1) is None
    assert presence.take_talks(everything=False) == [Talk(*C1)]


def test_the_core_tells_gauges_by_the_ages_of_all_that_are_there(native: Native) -> None:
    talks = [HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR, 3 * HOUR + FUTURE, 3 * HOUR + FUTURE + 1]
    waits = [2 * HOUR - 1, 3 * HOUR, 2 * HOUR]
    native.fold(
        *(event(events.ContactOffered, MINUTE + at, contact=f"t{at}") for at in talks),
        *(event(events.ContactAnswered, at, contact=f"t{at}") for at in talks),
        *(event(events.ContactOffered, at, contact=f"w{at}") for at in waits),
        event(events.ContactOffered, MINUTE, contact="c1", channel="chat"),
        event(events.ContactAbandoned, HOUR, contact="c1"),
    )
    ages = dict.fromkeys(channels(), (2 * HOUR, HOUR, 2 * HOUR))
    packed = native.partition.visits.packed
    voice, chat = packed.gauges(GaugeAges(3 * HOUR, 3 * HOUR + FUTURE, ages))
    home = (TENANT, "sales", "voice")
    lasting = [HOUR, 2 * HOUR - 1]

    assert voice == (home, 0, Gauge(*home, [2 * HOUR, 3 * HOUR], 2, 1, lasting), 3 * HOUR, 9)
    home = (TENANT, "sales", "chat")
    assert chat == (home, 1, Gauge(*home, [], 0, 0), NO_END, 0)
    assert packed.gauges(GaugeAges(3 * HOUR, 3 * HOUR + FUTURE, ages)) == []
    assert packed.open((TENANT, "sales", "voice"), answered=True)


@pytest.mark.parametrize("at", [3 * HOUR + FUTURE + 8, 2 * HOUR + 7, HOUR + 7])
def test_the_core_says_until_when_a_gauge_holds(native: Native, at: int) -> None:
    native.fold(event(events.ContactOffered, MINUTE), event(events.ContactAnswered, at))
    ages = dict.fromkeys(channels(), (0, HOUR, 2 * HOUR))
    packed = native.partition.visits.packed
    [(_, _, _, good_until, _)] = packed.gauges(GaugeAges(3 * HOUR, 3 * HOUR + FUTURE, ages))

    assert good_until == 3 * HOUR + 7


def test_the_core_that_is_told_anew_of_pythons_contacts_knows_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper, "MOST_MARKS", 3)
    native = Native()
    contacts = [f"c{number}" for number in range(4)]
    native.fold(
        *(event(events.ContactOffered, HOUR, contact=one) for one in contacts),
        *(event(events.ContactHeld, HOUR + 1, contact=one) for one in contacts),
        event(events.ContactEnded, HOUR, contact="parked"),
    )
    packed = native.partition.visits.packed
    assert isinstance(packed, PackedVisits)
    before = packed.marks
    native.fold(
        *(event(events.ContactOffered, HOUR + 2, contact=one, visit=2) for one in contacts),
        event(events.ContactOffered, HOUR, contact="parked"),
    )

    assert before > 3
    assert len(packed) == 0
    assert {(TENANT, one, 2) for one in contacts} <= native.partition.visits.rows.keys()
    assert native.partition.wanted.visits == [(TENANT, "parked", 1)]


def test_gauges_know_what_came_before_names_were_forgotten(
    native: Native,
) -> None:
    native.fold(event(events.ContactOffered, HOUR, contact="c1"))
    before = native.partition.gauges(HOUR + 1)
    native.fold(
        event(events.ContactOffered, HOUR + 2, contact="c2"),
        event(events.ContactAbandoned, HOUR + 3, contact="c1"),
    )
    packed = native.partition.visits.packed
    assert isinstance(packed, PackedVisits)
    packed.forget_more(2)

    assert [one.waiting for one in before] == [[HOUR]]
    assert len(packed) == 0
    assert [one.waiting for one in native.partition.gauges(HOUR + 4)] == [[HOUR + 2]]


def test_all_packed_visits_are_pythons_once_too_many_names_are_known(
    native: Native,
) -> None:
    partition = native.partition
    native.fold(*(event(events.ContactOffered, at, contact=f"c{at}") for at in (1, 2)))
    packed = partition.visits.packed
    assert isinstance(packed, PackedVisits)
    packed.forget_more(3)
    before = len(packed), packed.going_on, [one[1] for one in peeked(packed)]
    packed.forget_more(2)

    assert before == (2, 2, list(partition.visits.rows.values()))
    assert (len(packed), len(partition.visits.presence), len(partition.visits.dirty)) == (0, 2, 2)
    page = PageBuilder(partition.visits.presence)
    rows = partition.visits.rows_of(0, partition.visits.take_dirty(), page)
    assert len(rows.new) == len(page) == 2
