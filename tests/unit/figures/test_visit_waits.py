"""Policies that panes cannot judge are judged visit by visit: each figure equals that of somebody
who goes through the visits with a watch and the calendar, and as many are missed as he counts.
"""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import Longest, Outcome, Visit, offer_at, outcome, wait_of
from floorpulse.definitions.domain.calendars import is_open
from floorpulse.figures.visit_waits import Clocks, Now, VisitWaits
from floorpulse.figures.visits.missed import missed
from floorpulse.kpis.figures import CountedVisits, SpanFigures
from floorpulse.kpis.formulas.service_level import service_level
from floorpulse.kpis.policies import Formula, ServiceLevelPolicy
from tests.fakes.definitions import definitions

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UTC = ZoneInfo("UTC")
NOW = parse_instant("2026-11-11T12:00:00Z")
KNOWN = definitions("""
tenant: demo
about: [{names: {en: Demo}, calendar: office}]
calendars:
  - id: office
    hours:
      monday: ["09:00-12:00", "13:00-18:00"]
      tuesday: ["09:00-12:00", "13:00-18:00"]
      wednesday: ["09:00-18:00"]
  - {id: office, valid_from: 2026-11-10, hours: {wednesday: ["11:00-12:00"]}}
""").of("demo")
CLOCKS = Clocks(KNOWN, UTC)
HORIZONS = Horizons(Longest(30 * HOUR, DAY))
SPAN = Span(NOW - 3 * DAY, NOW)
POLICY = ServiceLevelPolicy(threshold=4 * 3600, short=600, clock="calendar")

instants = st.integers(-72 * 60, -1).map(lambda minutes: NOW + minutes * MINUTE)
waits = st.one_of(st.integers(0, 60 * 60), st.sampled_from([600, 3601, 14_400])).map(
    lambda seconds: seconds * 1000
)


def visit_of(kind: str, offered: int, wait: int) -> Visit:
    visit = Visit(offered_at=offered, queue="mail", channel="email")
    match kind:
        case "answered":
            visit.answered_at = offered + wait
        case "stated":
            visit.answered_at = offered + 7
            visit.answered_wait = wait
        case "abandoned":
            visit.abandoned_at = offered + wait
        case "left":
            visit.left_at = offered + wait
            visit.left_reason = "overflow"
        case _:
            pass
    return visit


kinds = st.sampled_from(["answered", "stated", "abandoned", "left", "open"])
visits = st.lists(st.builds(visit_of, kinds, instants, waits), max_size=8)
policies = st.builds(
    ServiceLevelPolicy,
    formula=st.sampled_from(list(Formula)),
    threshold=st.sampled_from([700, 3600, 3601, 14_400, 172_800]),
    short=st.sampled_from([0, 600]),
    boundary=st.sampled_from(["le", "lt"]),
    flow_outs=st.booleans(),
    waiting_past_threshold=st.booleans(),
    clock=st.just("calendar"),
)


def counted(told: list[Visit], policy: ServiceLevelPolicy) -> CountedVisits | None:
    known = VisitWaits([SPAN], CLOCKS)
    known.take(told)
    known.close()
    return known.counted(0, [("mail", "email")], policy, Now(NOW, HORIZONS))


def by_the_watch(visit: Visit) -> int | None:
    """The wait in business hours, minute by minute and the rest; None beyond the horizon."""
    offered = offer_at(visit) or 0
    wait = wait_of(visit)
    if wait is None:
        wait = NOW - offered
        if wait > HORIZONS.other.wait:
            return None
    # The offer decides: a later version of the calendar does not touch it.
    calendar = KNOWN.at(offered).calendars["office"]
    instants = range(offered, offered + wait, MINUTE)
    return sum(min(MINUTE, offered + wait - one) for one in instants if is_open(calendar, one, UTC))


@settings(max_examples=25, deadline=None)
@given(visits, policies)
def test_hits_and_totals_are_those_of_a_watch_and_a_calendar(
    told: list[Visit], policy: ServiceLevelPolicy
) -> None:
    figure = service_level(SpanFigures({}, visits=counted(told, policy)), policy)
    misses = [missed(outcome(one), by_the_watch(one), policy) for one in told]
    late = sum(miss is not None for miss in misses)

    assert figure.denominator is not None
    assert (figure.denominator or 0) - (figure.numerator or 0) == late
    assert figure.numerator == hits(told, policy)


def hits(told: list[Visit], policy: ServiceLevelPolicy) -> int:
    """Those that the formula credits."""
    found = 0
    for visit in told:
        wait = by_the_watch(visit) or 0
        limit = policy.threshold if outcome(visit) is Outcome.ANSWERED else early(policy)
        inside = wait <= 1000 * limit if policy.boundary == "le" else wait < 1000 * limit
        credited = outcome(visit) is Outcome.ANSWERED or policy.formula in (Formula.V1, Formula.V6)
        found += inside and credited and outcome(visit) in (Outcome.ANSWERED, Outcome.ABANDONED)
    return found


def early(policy: ServiceLevelPolicy) -> int:
    return policy.threshold if policy.formula is Formula.V1 else policy.short


@settings(max_examples=50, deadline=None)
@given(visits, policies)
def test_without_a_calendar_the_clock_is_the_wall_clock(
    told: list[Visit], policy: ServiceLevelPolicy
) -> None:
    always = VisitWaits([SPAN], Clocks(definitions("tenant: demo\n").of("demo"), UTC))
    always.take(told)
    always.close()
    wall = ServiceLevelPolicy(**{**vars(policy), "clock": "wall"})
    now = Now(NOW, HORIZONS)
    places = [("mail", "email")]

    assert always.counted(0, places, policy, now) == always.counted(0, places, wall, now)


def test_of_deleted_visits_and_folded_queues_nothing_is_told() -> None:
    known = VisitWaits([SPAN], CLOCKS)
    known.take([visit_of("answered", NOW - HOUR, 0)])
    known.close()
    now = Now(NOW, HORIZONS)

    assert known.counted(0, [("mail", "email")], POLICY, now, least=1) is not None
    assert known.counted(0, [("mail", "email")], POLICY, now, least=2) is None
    assert known.counted(0, [(OTHER, "email")], POLICY, now) is None


def test_visits_outside_the_spans_and_of_no_queue_count_nowhere() -> None:
    told = [
        visit_of("answered", SPAN.begin - 1, 0),
        visit_of("answered", SPAN.end, 0),
        Visit(offered_at=NOW - HOUR, answered_at=NOW),
        Visit(queue="mail", channel="email", answered_at=NOW),
    ]

    assert counted(told, POLICY) == CountedVisits()


@pytest.mark.parametrize("formula", list(Formula))
def test_what_only_visits_can_tell_is_unknown_without_them(formula: Formula) -> None:
    policy = ServiceLevelPolicy(formula=formula, threshold=3601)

    assert service_level(SpanFigures({}), policy).denominator is None
