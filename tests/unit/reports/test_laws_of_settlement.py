"""Laws that any settlement obeys, whatever its evidence."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from floorpulse.definitions.domain.contract_words import ExemptionKind
from floorpulse.definitions.domain.contracts import Contract, Exemption
from floorpulse.reports.domain.evidence import Evidence, MetricEvidence, Slice
from floorpulse.reports.domain.periods import HALF_HOUR, Period
from floorpulse.reports.domain.settle import settle, unrounded
from tests.fakes.paper import contract_in, evidence_in, period_in

TERMS = """
contracts:
  - id: laws
    names: {en: Laws}
    client: shop
    vendor: {en: Vendor}
    currency: EUR
    period: week
    metrics:
      - id: level
        names: {en: Level}
        kpi: service_level
        comparison: at_least
        target: "0.80"
        window: day
        penalties:
          - {at_least: "0.70", below: "0.80", percent_per_point: "0.37"}
          - {below: "0.70", percent: "13.3"}
        bonuses: [{at_least: "0.90", percent: "1.1"}]
        streaks: [{windows: 2, amount: "33.33", again: window}]
      - id: lost
        names: {en: Lost}
        kpi: abandonment_rate
        comparison: at_most
        target: "0.05"
        window: interval
        judged: share
        penalties: [{below: "1", amount_per_point: "7.77", points: started}]
    billing:
      - {id: minutes, names: {en: Minutes}, per: handled_minute, rate: "0.0333"}
      - {id: base, names: {en: Base}, per: month, rate: "777.77"}
    minimum: {amount: "500.00"}
    caps: {penalties: {percent: "10"}, bonuses: {amount: "9.99"}}
    rounding: {places: 2, mode: half_up, by: BY}
"""
BY_LINE = contract_in(TERMS.replace("BY", "line"))
BY_TOTAL = contract_in(TERMS.replace("BY", "total"))
WEEK: Period = period_in(BY_LINE, date(2026, 4, 6))
CONTRACTS = st.sampled_from([BY_LINE, BY_TOTAL])
COUNTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=14, max_size=14)
SECONDS = st.integers(0, 3_000_000)
EXEMPT = Exemption("all", ExemptionKind.AGREED, WEEK.begin, WEEK.end, "the whole week")


def _slices(counts: list[tuple[int, int]]) -> tuple[Slice, ...]:
    """Two half hours a day: hits, and misses beside them."""
    return tuple(
        Slice(
            begin=WEEK.begin + place * 24 * HALF_HOUR,
            end=WEEK.begin + (place * 24 + 1) * HALF_HOUR,
            numerator=Decimal(hits),
            denominator=Decimal(hits + misses),
            volume=hits + misses,
        )
        for place, (hits, misses) in enumerate(counts)
    )


def _evidence(contract: Contract, counts: list[tuple[int, int]], seconds: int) -> Evidence:
    billing = {"minutes": [["2026-04-06", seconds, 60]]}
    base = evidence_in(contract, WEEK, [{"billing": billing}])
    lost = [(misses, hits) for hits, misses in counts]
    metrics = (
        MetricEvidence(metric="level", slices=_slices(counts)),
        MetricEvidence(metric="lost", slices=_slices(lost)),
    )
    return replace(base, parts=(replace(base.parts[0], metrics=metrics),))


def _with(evidence: Evidence, order: list[int]) -> Evidence:
    """The same evidence, its slices in another order."""
    [part] = evidence.parts
    metrics = tuple(
        replace(one, slices=tuple(one.slices[place] for place in order)) for one in part.metrics
    )
    return replace(evidence, parts=(replace(part, metrics=metrics),))


@settings(max_examples=25, deadline=None)
@given(CONTRACTS, COUNTS, SECONDS, st.permutations(range(14)))
def test_the_order_of_slices_does_not_matter(
    contract: Contract, counts: list[tuple[int, int]], seconds: int, order: list[int]
) -> None:
    evidence = _evidence(contract, counts, seconds)

    assert settle(contract, WEEK, _with(evidence, order)) == settle(contract, WEEK, evidence)


@settings(max_examples=25, deadline=None)
@given(CONTRACTS, COUNTS, SECONDS)
def test_amounts_add_up_and_caps_are_never_exceeded(
    contract: Contract, counts: list[tuple[int, int]], seconds: int
) -> None:
    totals = settle(contract, WEEK, _evidence(contract, counts, seconds)).totals

    fee = Fraction(totals.fees) + Fraction(totals.minimum)
    assert unrounded(totals) + totals.rounding == totals.total
    assert totals.total == round(totals.total, 2)
    assert totals.penalties - totals.penalties_capped <= fee / 10 + Fraction(1, 10**9)
    assert totals.bonuses - totals.bonuses_capped <= Decimal("9.99")


@settings(max_examples=25, deadline=None)
@given(COUNTS, SECONDS)
def test_both_ways_of_rounding_differ_by_half_a_cent_a_line_at_most(
    counts: list[tuple[int, int]], seconds: int
) -> None:
    by_line = settle(BY_LINE, WEEK, _evidence(BY_LINE, counts, seconds))
    by_total = settle(BY_TOTAL, WEEK, _evidence(BY_TOTAL, counts, seconds))

    lines = 6 + sum(len(part.steps) for part in by_line.parts)
    assert abs(by_line.totals.total - by_total.totals.total) <= Decimal("0.01") * lines


@settings(max_examples=25, deadline=None)
@given(CONTRACTS, COUNTS, SECONDS)
def test_where_all_is_exempt_nothing_is_owed(
    contract: Contract, counts: list[tuple[int, int]], seconds: int
) -> None:
    evidence = replace(_evidence(contract, counts, seconds), exemptions=(EXEMPT,))

    statement = settle(contract, WEEK, evidence)

    assert statement.totals.penalties == 0
    assert [part.steps for part in statement.parts] == [()]


@settings(max_examples=25, deadline=None)
@given(CONTRACTS, COUNTS, SECONDS, st.integers(0, 13))
def test_a_miss_that_becomes_a_hit_never_costs_more(
    contract: Contract, counts: list[tuple[int, int]], seconds: int, place: int
) -> None:
    hits, misses = counts[place]
    better = [*counts]
    better[place] = (hits + min(1, misses), misses - min(1, misses))

    before = settle(contract, WEEK, _evidence(contract, counts, seconds))
    after = settle(contract, WEEK, _evidence(contract, better, seconds))

    assert after.totals.total >= before.totals.total
