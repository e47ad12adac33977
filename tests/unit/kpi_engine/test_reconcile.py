"""The standing audit finds what does not agree, and nothing else."""

from collections.abc import Sequence

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import Contributions, contributions
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.upkeep.differences import differences
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event

PANE = (TENANT, "sales", "voice", 0)


def answered() -> Visit:
    visit = Visit()
    for one in (
        event(events.ContactOffered, 30_000),
        event(events.ContactAnswered, 40_000),
        event(events.ContactEnded, 50_000),
    ):
        merge(visit, one)
    return visit


def audit(visits: Sequence[Visit], stored: Contributions) -> list[PaneKey]:
    return differences(TENANT, visits, stored, length=MINUTE, since=0, until=MINUTE)


def test_panes_that_agree_with_their_visits_pass() -> None:
    assert audit([answered()], contributions(TENANT, answered(), MINUTE)) == []


def test_a_doubled_a_lost_and_an_invented_count_are_found() -> None:
    stored = contributions(TENANT, answered(), MINUTE)[PANE]

    assert audit([answered()], {PANE: {**stored, Cell.OFFERED: 2}}) == [PANE]
    assert audit([answered()], {}) == [PANE]
    assert audit([], {PANE: stored}) == [PANE]


def test_handle_times_are_left_to_their_own_panes() -> None:
    stored = contributions(TENANT, answered(), MINUTE)[PANE]

    assert audit([answered()], {PANE: {**stored, Cell.TALK: 1}}) == []
    assert audit([], {PANE: {Cell.TALK: 1}}) == []
