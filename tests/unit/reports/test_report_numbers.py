"""Figures of reports as people read them."""

from decimal import Decimal

import pytest

from floorpulse.kpis.units import Better, Unit
from floorpulse.reports.domain.comparing import change, verdict
from floorpulse.reports.domain.report import Verdict
from floorpulse.reports.domain.report_numbers import (
    clock,
    day,
    difference,
    instant,
    money,
    parts,
    percent,
    seconds,
    shown,
)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (None, Unit.RATIO, "–"),
        (0.7996, Unit.RATIO, "80.0 %"),
        (95.0, Unit.SECONDS, "1:35"),
        (1234567.0, Unit.CONTACTS, "1,234,567"),
        (87.25, Unit.POINTS, "87.2"),
        (1.94, Unit.PER_10K, "1.9"),
        (11.5, Unit.AGENTS, "11.5"),
    ],
)
def test_a_value_is_written_in_its_unit(value: float | None, unit: Unit, told: str) -> None:
    assert shown(value, unit) == told


def test_a_share_that_should_be_high_is_never_rounded_up_to_its_promise() -> None:
    assert shown(0.7999, Unit.RATIO, Better.HIGHER) == "79.9 %"
    assert percent(0.8, cut=True) == "80.0 %"
    assert percent(0.29, cut=True) == "29.0 %"


@pytest.mark.parametrize(
    ("value", "told"),
    [(12, "12 s"), (12.44, "12.4 s"), (59.96, "60.0 s"), (60, "1:00"), (3725, "1:02:05")],
)
def test_seconds_are_written_as_on_a_clock_from_a_minute_on(value: float, told: str) -> None:
    assert seconds(value) == told


@pytest.mark.parametrize(
    ("numerator", "denominator", "told"),
    [
        (860, 1050, "860 / 1,050"),
        (0, 0, "0 / 0"),
        (12.55, 3, "12.6 / 3"),
        (5, None, ""),
        (None, 2, ""),
    ],
)
def test_parts_stand_side_by_side(
    numerator: float | None, denominator: float | None, told: str
) -> None:
    assert parts(numerator, denominator) == told


@pytest.mark.parametrize(
    ("now", "before", "unit", "told"),
    [
        (0.82, 0.80, Unit.RATIO, "+2.0 pp"),
        (90.0, 100.0, Unit.SECONDS, "-10.0 %"),
        (82.5, 80.0, Unit.POINTS, "+2.5"),
        (3.0, 0.0, Unit.CONTACTS, "+3.0"),
        (-1.0, -2.0, Unit.AGENTS, "+50.0 %"),
        (None, 2.0, Unit.CONTACTS, "–"),
        (1.0, None, Unit.CONTACTS, "–"),
    ],
)
def test_a_change_is_told_in_points_or_relative_to_what_was(
    now: float | None, before: float | None, unit: Unit, told: str
) -> None:
    assert difference(change(now, before), before, unit, "pp") == told


@pytest.mark.parametrize(
    ("difference_", "better", "told"),
    [
        (0.1, Better.HIGHER, Verdict.BETTER),
        (0.1, Better.LOWER, Verdict.WORSE),
        (-0.1, Better.HIGHER, Verdict.WORSE),
        (-0.1, Better.LOWER, Verdict.BETTER),
        (1e-12, Better.LOWER, Verdict.SAME),
        (0.1, Better.NEITHER, Verdict.NEITHER),
        (None, Better.HIGHER, Verdict.NEITHER),
    ],
)
def test_whether_a_change_is_good_depends_on_the_kpi(
    difference_: float | None, better: Better, told: Verdict
) -> None:
    assert verdict(difference_, better) is told


@pytest.mark.parametrize(
    ("amount", "told"),
    [("0", "0.00"), ("12480.5", "12,480.50"), ("0.125", "0.125"), ("-1", "-1.00")],
)
def test_an_amount_keeps_all_its_places(amount: str, told: str) -> None:
    assert money(Decimal(amount)) == told


def test_instants_are_those_of_the_zones_own_clock() -> None:
    text = "2026-11-27T09:30:00+08:00"

    assert (instant(text), clock(text), day(text)) == ("2026-11-27 09:30", "09:30", "11-27")
