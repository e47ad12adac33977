"""Figures that rest on what agents do are null where nobody tells it, and never a 0 that may be
wrong.
"""

import pytest

from floorpulse.kpis.catalogue import ASKED, MomentKpi, SpanKpi
from floorpulse.kpis.figures import MomentFigures, NoValue, Plan, SpanFigures, Staff, Value
from floorpulse.kpis.policies import DEFAULT_POLICY

HOUR = 3_600_000


def now(kpi: str, staff: Staff) -> Value:
    asked = ASKED[kpi]
    assert isinstance(asked, MomentKpi)
    return asked.measure(MomentFigures(staff=staff), DEFAULT_POLICY)


def over(kpi: str, staff: Staff) -> Value:
    asked = ASKED[kpi]
    assert isinstance(asked, SpanKpi)
    figures = SpanFigures({}, staff=staff, plan=Plan(seconds=3600))
    return asked.measure(figures, DEFAULT_POLICY)


@pytest.mark.parametrize("kpi", ["agents", "agents:available", "agents:ringing", "agents:break"])
def test_of_agents_who_tell_nothing_it_is_not_known_who_is_free(kpi: str) -> None:
    found = now(kpi, {"unknown": 2})

    assert (found.value, found.numerator, found.reason) == (None, None, NoValue.NO_STATES)


@pytest.mark.parametrize(
    ("kpi", "value"),
    [("agents", 3), ("agents:available", 2), ("agents:busy", 1), ("agents:wrap_up", 0)],
)
def test_what_is_known_of_others_counts_and_who_is_busy_is_known_of_all(
    kpi: str, value: int
) -> None:
    found = now(kpi, {"unknown": 2, "available": 2, "busy": 1})

    assert (found.value, found.reason) == (value, None)


@pytest.mark.parametrize("kpi", ["occupancy", "utilisation"])
def test_a_share_of_time_of_which_a_part_is_not_known_is_not_known(kpi: str) -> None:
    found = over(kpi, {"busy": HOUR, "unknown": 1})

    assert found[:3] == (None, 3600, None)
    assert found.reason is NoValue.NO_STATES
    assert over(kpi, {"busy": HOUR}).value == 1


def test_how_many_were_at_work_is_not_known_either() -> None:
    found = over("agents_gap", {"available": HOUR, "unknown": 1})

    assert (found.value, found.numerator, found.reason) == (None, None, NoValue.NO_STATES)
    assert over("agents_gap", {"available": HOUR}).numerator == 1


def test_time_on_break_is_what_was_told_of_it() -> None:
    assert over("break_time", {"unknown": 1}).reason is NoValue.NO_STATES
    assert over("break_time", {"unknown": 1, "break": 2000}).value == 2
    assert over("break_time", {"available": 1}).value == 0
