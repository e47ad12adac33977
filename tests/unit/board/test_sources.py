"""A source falls silent only where it had a rhythm, and only the queues that it feeds stand
still.
"""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.sources import (
    MOST,
    RHYTHM,
    HeardSources,
    Silence,
    SilenceRule,
    SourceState,
    usual_gap,
)
from floorpulse.contracts.updates import SourceHeard
from tests.fakes.floor import MemoryFloor

MINUTE = 60_000
GRACE = 15 * MINUTE
EVERY_MINUTE = (1 << 64) - 1
TEN_OF_THE_HOUR = sum(1 << (6 * minute) for minute in range(10))
A_BURST = 0b11
HISTORY = 0


def heard(source: str, minutes: int, quiet: int, *queues: str, tenant: str = "acme") -> SourceHeard:
    return SourceHeard(tenant, source, quiet, minutes, list(queues) or None)


def sources_of(*told: SourceHeard, now: int = 0, grace: int = GRACE) -> HeardSources:
    sources = HeardSources(grace)
    for one in told:
        sources.take(0, one, now)
    return sources


def silence(
    *told: SourceHeard, after: int = 0, known: dict[str, SilenceRule] | None = None
) -> Silence:
    return sources_of(*told).silence("acme", after, known or {})


LIVE = heard("pbx", EVERY_MINUTE, 1_000, "sales")
DEAD = heard("old", EVERY_MINUTE, 16 * MINUTE, "billing")
BURST = heard("import", A_BURST, 34 * MINUTE, "sales")
PAST = heard("archive", HISTORY, 34 * MINUTE, "sales")
GONE = heard("pilot", EVERY_MINUTE, 24 * 60 * MINUTE, "sales")


@pytest.mark.parametrize(
    ("told", "standing", "touched"),
    [
        ((LIVE,), set(), set()),
        ((BURST,), set(), set()),  # three lines replayed by hand
        ((PAST,), set(), set()),  # a file of 2012
        ((GONE,), set(), set()),  # a day of silence
        ((DEAD,), {"billing"}, {"billing"}),
        ((LIVE, DEAD), {"billing"}, {"billing"}),  # figures of other sources go on
        ((LIVE, BURST, PAST, GONE), set(), set()),
        (
            (LIVE, heard("old", EVERY_MINUTE, 16 * MINUTE, "sales")),
            set(),
            {"sales"},
        ),  # one of two feeds of a queue
        (
            (DEAD, heard("import", A_BURST, 0, "billing")),
            {"billing"},
            {"billing"},
        ),  # a burst keeps nobody alive
        ((DEAD, heard("archive", HISTORY, 0, "billing")), {"billing"}, {"billing"}),
        ((DEAD, heard("second", EVERY_MINUTE, 20 * MINUTE, "billing")), {"billing"}, {"billing"}),
        (
            (heard("wfm", EVERY_MINUTE, 60 * MINUTE),),
            set(),
            set(),
        ),  # tells of agents only: it holds up no queue
    ],
)
def test_what_is_shown_of_live_bursty_historic_and_dead_sources(
    told: tuple[SourceHeard, ...], standing: set[str], touched: set[str]
) -> None:
    found = silence(*told)

    assert set(found.standing) == standing
    assert found.touched == touched


def test_a_queue_stands_at_the_last_word_of_the_source_that_was_heard_last() -> None:
    found = silence(DEAD, heard("second", EVERY_MINUTE, 20 * MINUTE, "billing"))

    assert found.standing == {"billing": -16 * MINUTE}


def test_a_steady_source_is_silent_after_the_grace_and_a_rare_one_after_twenty_usual_gaps() -> None:
    assert not silence(heard("pbx", EVERY_MINUTE, GRACE, "sales")).touched
    assert silence(heard("pbx", EVERY_MINUTE, GRACE + 1, "sales")).touched
    rare = usual_gap(TEN_OF_THE_HOUR) or 0
    assert 5 * MINUTE < rare < 7 * MINUTE
    assert not silence(heard("pbx", TEN_OF_THE_HOUR, 20 * rare, "sales")).touched
    assert silence(heard("pbx", TEN_OF_THE_HOUR, 20 * rare + 1, "sales")).touched


def test_fewer_minutes_than_a_rhythm_needs_have_none() -> None:
    assert usual_gap((1 << RHYTHM) - 1) is not None
    assert usual_gap((1 << (RHYTHM - 1)) - 1) is None


def test_what_partitions_heard_of_a_source_counts_together() -> None:
    sources = HeardSources(GRACE)
    for partition in range(12):  # each heard it in another minute, the last one now
        sources.take(partition, heard("pbx", 1, (11 - partition) * MINUTE, "sales"), 100 * MINUTE)

    [one] = sources.all("acme", 100 * MINUTE)
    assert (one.state, one.last_at) == (SourceState.SPEAKING, 100 * MINUTE)
    assert sources.silence("acme", 300 * MINUTE).standing == {"sales": 100 * MINUTE}


def test_a_burst_over_all_partitions_is_still_one_burst() -> None:
    sources = HeardSources(GRACE)
    for partition in range(12):
        sources.take(partition, heard("pbx", A_BURST, 0, "sales"), 0)

    assert [one.state for one in sources.all("acme", 60 * MINUTE)] == [SourceState.WITHOUT_RHYTHM]


def test_tenants_do_not_know_each_others_sources() -> None:
    sources = sources_of(DEAD)

    assert not sources.silence("other", 0).touched
    assert sources.all("other", 0) == []


def test_a_definition_may_believe_a_longer_or_a_shorter_silence_or_retire_a_source() -> None:
    assert not silence(DEAD, known={"old": SilenceRule(believed=60 * MINUTE)}).touched
    assert silence(
        heard("nightly", A_BURST, 3 * MINUTE, "mail"),
        known={"nightly": SilenceRule(believed=2 * MINUTE)},
    ).standing
    assert not silence(DEAD, known={"old": SilenceRule(retired=True)}).touched


def test_a_source_retired_by_hand_is_waited_for_again_once_it_speaks() -> None:
    sources = sources_of(DEAD)
    sources.retire({("acme", "old"): MINUTE})
    assert [one.state for one in sources.all("acme", MINUTE)] == [SourceState.RETIRED]

    sources.take(0, heard("old", EVERY_MINUTE, 0, "billing"), 2 * MINUTE)
    assert [one.state for one in sources.all("acme", 3 * MINUTE)] == [SourceState.SPEAKING]
    assert sources.silence("acme", 60 * MINUTE).standing == {"billing": 2 * MINUTE}


def test_without_a_grace_any_silence_is_believed() -> None:
    assert not sources_of(DEAD, grace=0).silence("acme", 0).touched


def test_a_tenant_that_invents_sources_fills_no_memory() -> None:
    sources = HeardSources(GRACE)
    for number in range(MOST + 50):
        sources.take(0, heard(f"s{number}", 1, 0), number)

    assert len(sources.all("acme", 0)) == MOST
    assert "s0" not in {one.source for one in sources.all("acme", 0)}


def test_a_board_hears_of_sources_with_updates_and_measures_their_quiet_by_its_own_clock() -> None:
    clock = [0]
    board = Board(Rules(ZoneInfo("UTC"), silence=GRACE), lambda: clock[0])
    board.sources.take(0, heard("old", EVERY_MINUTE, 5 * MINUTE, "billing"), 0)
    assert not board.silence("acme").touched

    clock[0] = 10 * MINUTE + 1
    assert board.silence("acme").standing == {"billing": -5 * MINUTE}


def test_a_board_hears_of_sources_by_its_updates() -> None:
    board = Board(Rules(ZoneInfo("UTC")), lambda: 5_000)
    board.take(msgspec.structs.replace(MemoryFloor().update(0, 0), heard=[LIVE]), 5_000)

    [source] = board.all_sources("acme")
    assert (source.source, source.last_at, source.queues) == ("pbx", 4_000, frozenset({"sales"}))


def test_what_a_partition_heard_hours_before_the_last_word_makes_no_rhythm() -> None:
    sources = HeardSources(GRACE)
    sources.take(0, heard("pbx", EVERY_MINUTE, 0, "sales"), 0)
    sources.take(1, heard("pbx", A_BURST, 0, "sales"), 200 * MINUTE)

    [source] = sources.all("acme", 200 * MINUTE)
    assert source.usual_gap is None
