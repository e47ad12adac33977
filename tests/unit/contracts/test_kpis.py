"""Every KPI against numbers worked out by hand or taken from its source."""

from typing import Any

import pytest

from floorpulse.contracts.cells import COMPLAINTS, LEFT, Cell, Cells, Histogram
from floorpulse.counting.histograms import score_bucket, span_bucket
from floorpulse.kpis.catalogue import CATALOGUE, OVER_SPANS, VARIANTS, SpanKpi
from floorpulse.kpis.figures import (
    UNKNOWN,
    CountedVisits,
    MomentFigures,
    Plan,
    SpanFigures,
    Value,
)
from floorpulse.kpis.formulas.planning import service_level_projected
from floorpulse.kpis.formulas.service_level import service_level
from floorpulse.kpis.formulas.waiting import (
    in_progress,
    longest_wait,
    longest_wait_in_hours,
    unresolved,
    waiting,
)
from floorpulse.kpis.plan import Ahead
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula, ServiceLevelPolicy
from floorpulse.kpis.units import Unit

VECTOR: Cells = {
    Cell.OFFERED: 1060,
    Cell.ANSWERED: 1000,
    Cell.ABANDONED: 60,
    Histogram.ANSWERED_WAIT + span_bucket(20_000): 860,
    Histogram.ANSWERED_WAIT + span_bucket(20_001): 140,
    Histogram.ABANDONED_WAIT + span_bucket(5_000): 10,
    Histogram.ABANDONED_WAIT + span_bucket(20_000): 10,
    Histogram.ABANDONED_WAIT + span_bucket(90_000): 40,
}
"""AN 1000, AB 60, AN≤20 860, AB≤20 20, AB≤5 10"""


def measured(kpi: str, cells: Cells, **figures: Any) -> Value:
    return OVER_SPANS[kpi].measure(SpanFigures(cells, **figures), DEFAULT_POLICY)


@pytest.mark.parametrize(
    ("formula", "percent"),
    [("V1", 83.02), ("V2", 86.00), ("V3", 81.13), ("V4", 82.69), ("V5", 81.90), ("V6", 82.08)],
)
def test_the_six_formulas_give_the_published_vector(formula: str, percent: float) -> None:
    value = service_level(SpanFigures(VECTOR), ServiceLevelPolicy(formula=Formula(formula)))

    assert value.value is not None
    assert round(100 * value.value, 2) == percent


def test_the_boundary_decides_about_a_wait_of_exactly_the_threshold() -> None:
    assert (
        service_level(
            SpanFigures(VECTOR), ServiceLevelPolicy(formula=Formula.V2, boundary="lt")
        ).numerator
        == 0
    )
    assert (
        service_level(
            SpanFigures(VECTOR), ServiceLevelPolicy(formula=Formula.V6, boundary="lt")
        ).numerator
        == 0
    )


def test_flow_outs_count_only_where_the_definition_says_so() -> None:
    cells = VECTOR | {Cell.LEFT_OVERFLOW: 7, Cell.LEFT_TIMEOUT: 3}

    assert (
        service_level(SpanFigures(cells), ServiceLevelPolicy(formula=Formula.V3)).denominator
        == 1060
    )
    assert (
        service_level(
            SpanFigures(cells), ServiceLevelPolicy(formula=Formula.V3, flow_outs=True)
        ).denominator
        == 1070
    )


@pytest.mark.parametrize(("boundary", "missed"), [("le", 1), ("lt", 2)])
def test_a_wait_past_the_threshold_counts_as_missed_before_it_has_ended(
    boundary: str, missed: int
) -> None:
    figures = SpanFigures(VECTOR, waits=(5_000, 20_000, 20_001))

    assert (
        service_level(
            figures,
            ServiceLevelPolicy(formula=Formula.V3, boundary=boundary),  # type: ignore[arg-type]
        ).denominator
        == 1060 + missed
    )
    assert (
        service_level(
            figures, ServiceLevelPolicy(formula=Formula.V3, waiting_past_threshold=False)
        ).denominator
        == 1060
    )


HANDLED: Cells = {
    Cell.HANDLED: 4,
    Cell.TALK: 400_000,
    Cell.HOLD: 60_000,
    Cell.WRAP: 40_500,
    Cell.HELD: 1,
    Cell.TRANSFERRED: 3,
    Cell.WRAP_TOLD: 3,
    Cell.MISSED: 2,
    Histogram.HANDLE_TIME + span_bucket(100_000): 3,
    Histogram.HANDLE_TIME + span_bucket(200_500): 1,
}
OPINIONS: Cells = {
    Cell.HANDLED: 500,
    Cell.SURVEY_OFFERED: 40,
    Cell.CSAT_COUNT: 5,
    Cell.CSAT_SUM: 18_000,
    **{
        Histogram.CSAT + score_bucket(score, 1, 5): count
        for score, count in ((5, 2), (4, 1), (3, 1), (1, 1))
    },
    Cell.NPS_COUNT: 10,
    **{
        Histogram.NPS + score_bucket(score, 0, 10): count
        for score, count in ((10, 4), (9, 1), (8, 2), (6, 2), (0, 1))
    },
    Cell.FCR_COUNT: 8,
    Cell.FCR_RESOLVED: 6,
    Cell.CES_COUNT: 1,
    Cell.QA_COUNT: 10,
    Cell.QA_SUM: 912_500,
    Cell.QA_JUDGED: 8,
    Cell.QA_PASSED: 6,
    Cell.QA_FATAL: 1,
    Cell.COMPLAINTS_LOW: 1,
    Cell.COMPLAINTS_HIGH: 2,
    Cell.COMPLAINTS_JUDGED: 2,
    Cell.COMPLAINTS_LIABLE: 1,
}


@pytest.mark.parametrize(
    ("kpi", "cells", "value", "numerator", "denominator"),
    [
        ("offered", VECTOR, 1060, 1060, None),
        ("answered", VECTOR, 1000, 1000, None),
        ("abandoned", VECTOR, 60, 60, None),
        ("short_abandoned", VECTOR, 10, 10, None),
        ("left", {Cell.LEFT_KEY: 2, Cell.LEFT_OTHER: 1}, 3, 3, None),
        ("transferred", HANDLED, 3, 3, None),
        ("answer_rate", VECTOR, 1000 / 1060, 1000, 1060),
        ("abandonment_rate", VECTOR, 60 / 1060, 60, 1060),
        ("asa", {Cell.ANSWERED: 4, Cell.ANSWERED_WAIT: 50_500}, 12.625, 50.5, 4),
        ("abandon_wait", {Cell.ABANDONED: 2, Cell.ABANDONED_WAIT: 3_000}, 1.5, 3, 2),
        ("wait_p50", VECTOR, 20, 20, 1000),
        ("wait_p90", VECTOR, 21, 21, 1000),
        ("wait_p95", VECTOR, 21, 21, 1000),
        ("wait_p99", VECTOR, 21, 21, 1000),
        ("wait_max", VECTOR, 21, 21, 1000),
        ("handled", HANDLED, 4, 4, None),
        ("aht", HANDLED, 125.125, 500.5, 4),
        ("att", HANDLED, 100, 400, 4),
        ("hold_time", HANDLED, 15, 60, 4),
        ("acw", HANDLED, 13.5, 40.5, 3),
        ("missed", HANDLED, 2, 2, None),
        ("aht_p50", HANDLED, 100, 100, 4),
        ("aht_p90", HANDLED, 201, 201, 4),
        ("hold_rate", HANDLED, 0.25, 1, 4),
        ("transfer_rate", HANDLED, 0.75, 3, 4),
        ("csat", OPINIONS, 0.6, 3, 5),
        ("csat_mean", OPINIONS, 3.6, 18, 5),
        ("survey_response_rate", OPINIONS, 0.6, 24, 40),
        ("nps", OPINIONS, 20, 2, 10),
        ("fcr", OPINIONS, 0.75, 6, 8),
        ("qa_mean", OPINIONS, 91.25, 912.5, 10),
        ("qa_pass_rate", OPINIONS, 0.75, 6, 8),
        ("qa_fatal_rate", OPINIONS, 0.1, 1, 10),
        ("qa_coverage", OPINIONS, 0.02, 10, 500),
        ("complaints", OPINIONS, 3, 3, None),
        ("complaints_per_10k", OPINIONS, 60, 3, 500),
        ("complaint_liable_rate", OPINIONS, 0.5, 1, 2),
    ],
)
def test_a_kpi_by_hand(
    kpi: str, cells: Cells, value: float, numerator: float, denominator: float | None
) -> None:
    found = measured(kpi, cells)

    assert found.value == pytest.approx(value)
    assert found.numerator == pytest.approx(numerator)
    assert found.denominator == denominator


LATE: Cells = {
    Cell.HANDLED: 4,
    Cell.CSAT_COUNT: 1,
    Histogram.CSAT + score_bucket(1, 1, 5): 1,
    Cell.SURVEY_OFFERED: 1,
    Cell.CONTACT_SURVEY_OFFERED: 5,
    Cell.CONTACT_CSAT_COUNT: 2,
    Cell.CONTACT_CSAT_SUM: 9_000,
    Histogram.CONTACT_CSAT + score_bucket(5, 1, 5): 1,
    Histogram.CONTACT_CSAT + score_bucket(4, 1, 5): 1,
    Cell.CONTACT_NPS_COUNT: 2,
    Histogram.CONTACT_NPS + score_bucket(10, 0, 10): 2,
    Histogram.NPS + score_bucket(0, 0, 10): 1,
    Cell.QA_COUNT: 4,
    Cell.QA_CALIBRATION_COUNT: 2,
    Cell.QA_CALIBRATION_SUM: 150_000,
    Cell.CONTACT_QA_COUNT: 1,
    Cell.CONTACT_QA_SUM: 80_000,
}
"""One answer to an older contact was submitted in this span; two answers to its own contacts came
in later.
"""


@pytest.mark.parametrize(
    ("kpi", "cells", "value", "numerator", "denominator"),
    [
        ("left:key", {Cell.LEFT_KEY: 2, Cell.LEFT_OTHER: 1}, 2, 2, None),
        ("complaints:high", OPINIONS, 2, 2, None),
        ("service_level:V1", VECTOR, 880 / 1060, 880, 1060),
        ("service_level:V2", VECTOR, 0.86, 860, 1000),
        ("csat:contact", LATE, 1, 2, 2),
        ("csat_mean:contact", LATE, 4.5, 9, 2),
        ("survey_response_rate:contact", LATE, 0.8, 4, 5),
        ("nps:contact", LATE, 100, 2, 2),
        ("qa_mean:contact", LATE, 80, 80, 1),
        ("qa_coverage:contact", LATE, 0.25, 1, 4),
        ("qa_mean:calibration", LATE, 75, 150, 2),
    ],
)
def test_a_variant_by_hand(
    kpi: str, cells: Cells, value: float, numerator: float, denominator: float | None
) -> None:
    found = measured(kpi, cells)

    assert found.value == pytest.approx(value)
    assert found.numerator == pytest.approx(numerator)
    assert found.denominator == denominator


def test_variants_by_contact_see_nothing_of_what_was_submitted_in_the_span() -> None:
    submitted: Cells = {
        Cell.CSAT_COUNT: 3,
        Histogram.CSAT + score_bucket(5, 1, 5): 3,
        Cell.QA_COUNT: 2,
        Cell.QA_SUM: 100_000,
    }

    assert {
        measured(kpi, submitted).denominator for kpi in VARIANTS if kpi.endswith(":contact")
    } == {0}


def test_a_kpi_and_its_variants_by_reason_and_severity_add_up() -> None:
    cells: Cells = {
        code: 2**number for number, code in enumerate((*LEFT.values(), *COMPLAINTS.values()))
    }
    for kpi in ("left", "complaints"):
        parts = [
            measured(name, cells).value or 0 for name in VARIANTS if name.startswith(f"{kpi}:")
        ]
        assert sum(parts) == measured(kpi, cells).value


def test_gauges_tell_who_is_there() -> None:
    there = MomentFigures((4_000, 90_500), in_progress=3, unresolved=2)

    assert [
        formula(there, DEFAULT_POLICY).value
        for formula in (waiting, longest_wait, in_progress, unresolved)
    ] == [2, 90.5, 3, 2]
    assert longest_wait(MomentFigures(), DEFAULT_POLICY).value == 0


def test_more_evaluations_than_contacts_cover_all_of_them() -> None:
    assert measured("qa_coverage", {Cell.QA_COUNT: 9, Cell.HANDLED: 3}).value == 1


@pytest.mark.parametrize(
    "kpi",
    [
        kpi.id
        for kpi in CATALOGUE.values()
        if kpi.unit not in (Unit.CONTACTS, Unit.AGENTS)
        and isinstance(kpi, SpanKpi)
        and kpi.id != "break_time"
    ],
)
def test_nothing_over_nothing_is_undefined(kpi: str) -> None:
    found = measured(kpi, {})

    assert (found.value, found.denominator, found.low, found.high) == (None, 0, None, None)


def test_of_contacts_whose_wrap_up_nobody_told_there_is_none_and_a_told_nothing_counts() -> None:
    untold = measured("acw", {Cell.HANDLED: 4})
    told = measured("acw", {Cell.HANDLED: 4, Cell.WRAP_TOLD: 2})

    assert (untold.value, untold.denominator, untold.reason) == (None, 0, "no_wrap_up")
    assert (told.value, told.denominator, told.reason) == (0, 2, None)


def test_proportions_come_with_their_interval_and_means_without() -> None:
    assert measured("answer_rate", VECTOR).low is not None
    assert measured("asa", VECTOR).low is None


def test_every_entry_has_both_names_and_its_own_id() -> None:
    assert all(
        kpi.id == name and kpi.en and kpi.zh and kpi.formula
        for name, kpi in (CATALOGUE | VARIANTS).items()
    )


HALF_PLANNED: Cells = {
    Cell.OFFERED: 10,
    Cell.ANSWERED: 10,
    Histogram.ANSWERED_WAIT + span_bucket(20_000): 8,
    Histogram.ANSWERED_WAIT + span_bucket(20_001): 2,
}


def projected(cells: Cells, aht: float) -> Value:
    """The forecast rest: 1,000 s at 0.01 contacts a second, no agents planned."""
    rest = Ahead(begin=0, end=1_000_000, rate=0.01, aht=aht, staffed=None)
    return service_level_projected(SpanFigures(cells, plan=Plan(ahead=(rest,))), DEFAULT_POLICY)


def test_without_planned_agents_the_rest_goes_as_what_counted_so_far() -> None:
    assert projected(HALF_PLANNED, 180.0) == Value(0.8, 16, 20)


def test_contacts_that_take_no_time_are_all_answered_in_time() -> None:
    assert projected(HALF_PLANNED, 0.0) == Value(0.9, 18, 20)


def test_where_nothing_counted_and_nobody_is_planned_nothing_is_projected() -> None:
    assert projected({}, 180.0) == Value(None, None, None)


BY_VISITS = ServiceLevelPolicy(threshold=4 * 3600)
"""A policy that panes cannot tell the figures of"""


def test_a_policy_that_panes_cannot_judge_is_judged_by_the_visits_and_not_at_all_without_them() -> (
    None
):
    known = SpanFigures({}, visits=CountedVisits(answered=8, in_time=6, abandoned=2, short=1))

    assert OVER_SPANS["short_abandoned"].measure(known, BY_VISITS).value == 1
    for kpi in ("short_abandoned", "sla_attainment"):
        unknown = OVER_SPANS[kpi].measure(SpanFigures(VECTOR), BY_VISITS)
        assert unknown.value is None
        assert unknown.denominator is None


def test_waits_in_business_hours_are_not_guessed_where_nobody_worked_them_out() -> None:
    assert longest_wait_in_hours(MomentFigures((5_000,)), DEFAULT_POLICY) == UNKNOWN
    assert longest_wait_in_hours(MomentFigures(in_hours=(2_000,)), DEFAULT_POLICY).value == 2
