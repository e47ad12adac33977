"""The example's rules on simulated days whose trouble is known: a few of the days of
`make alert-days`, held to what it promises.
"""

from functools import cache

import pytest

from tests.benchmarks.alert_days.days import day
from tests.benchmarks.alert_days.example import example_rules
from tests.benchmarks.alert_days.measuring import (
    AHEAD,
    PREDICTS,
    STALE,
    Measured,
    kept,
    measured,
)
from tests.benchmarks.alert_days.oracle import lost_half_hours, troubles
from tests.benchmarks.alert_days.watching import Watched, watched

pytestmark = [pytest.mark.timeout(900), pytest.mark.no_cover]  # days, which tracing makes longer

FORESEEN = 0.8
DAYS = (("night", 11), ("shortage", 12), ("flapping", 11), ("outage", 11))


@cache
def lived() -> list[Watched]:
    definitions = example_rules()
    return [watched(day(kind, seed), definitions) for kind, seed in DAYS]


@cache
def figures() -> Measured:
    return measured(lived())


def test_the_rules_tell_soon_and_seldom_wrongly_and_do_not_repeat_themselves() -> None:
    broken = [promise.told for promise in kept(figures()) if not (promise.kept or promise.ahead)]

    assert broken == []


def test_half_hours_that_are_lost_were_told_to_be_at_risk_before() -> None:
    found = figures()
    ahead = [lead for lead in found.leads if lead > 0]

    assert len(ahead) >= FORESEEN * found.lost
    assert found.lead >= AHEAD


def test_the_days_hold_what_the_rules_are_measured_by() -> None:
    by_kind = {one.day.kind: one for one in lived()}

    assert troubles(by_kind["shortage"].day.model.visits)
    assert lost_half_hours(by_kind["flapping"].day.model.visits)
    assert figures().predicted
    assert figures().an_hour
    assert by_kind["flapping"].of(PREDICTS)


def test_an_outage_is_told_as_such_and_as_nothing_else() -> None:
    outage = next(one for one in lived() if one.day.kind == "outage")
    [unheard] = outage.day.unheard

    meanwhile = [page.rule for page in outage.pages if page.opened_at in unheard]

    assert meanwhile == [STALE]


def test_a_night_with_few_calls_wakes_nobody() -> None:
    night = next(one for one in lived() if one.day.kind == "night")

    assert night.pages == []
