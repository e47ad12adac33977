"""Forecasts, seats and what panes tell, as evidence of a part."""

from collections.abc import Iterable
from decimal import Decimal

import pytest

from floorpulse.contracts.cells import Cell, Cells
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.kpis.plan import Slot
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.evidence import PartEvidence
from floorpulse.reports.domain.pane_tally import PaneTally
from floorpulse.reports.domain.part_evidence import PartFacts, SeatTime, part_evidence
from floorpulse.reports.domain.part_tally import PartTally, exact
from floorpulse.reports.domain.periods import parts_of
from tests.fakes.contracts import CARE, FLOOR, SHANGHAI, at, contract_in, known_of, october

HALF_HOUR = 1_800_000
HOUR = 2 * HALF_HOUR
NINE = at("10-05 09:00")
MONDAY = at("10-05 00:00")


def nobody(_day: int, _queues: Iterable[str]) -> int:
    return 0


def opened(text: str) -> tuple[TenantDefinitions, list[PartTally], PaneTally]:
    known = known_of(FLOOR + text)
    period = october()
    hours = ContractHours(known, SHANGHAI, period.begin, period.end)
    tallies = [
        PartTally(part, known, hours, period.end) for part in parts_of(contract_in(known), period)
    ]
    return known, tallies, PaneTally(tallies, known, hours)


def told(text: str, slots: Iterable[Slot] = (), seats: SeatTime = nobody) -> PartEvidence:
    known, [tally], _ = opened(text)
    facts = PartFacts(known, {}, list(slots), seats, {"level": 2})
    return part_evidence(tally, facts)


def forecast_of(part: PartEvidence) -> dict[int, Decimal | None]:
    return {one.begin: one.forecast for one in part.metrics[0].slices}


def slot(begin: int, volume: float, queue: str = "sales", channel: str = "voice") -> Slot:
    return Slot(queue, channel, begin, begin + HALF_HOUR, volume, 200.0, 6)


# ---------------------------------------------------------------- forecasts


def test_a_slices_forecast_is_that_of_its_queues_with_the_share_of_longer_intervals() -> None:
    half_past = NINE + HALF_HOUR
    slots = [
        slot(NINE, 40.5),
        slot(NINE, 9.5, "help", ""),
        slot(NINE, 99, "other"),
        slot(NINE + HALF_HOUR // 2, 10, "help", ""),
        slot(october().begin - HALF_HOUR, 7),
        slot(october().end, 7),
    ]

    part = told(CARE, slots)

    assert forecast_of(part) == {NINE: Decimal(55), half_past: Decimal(5)}
    assert [(one.numerator, one.volume) for one in part.metrics[0].slices] == [(Decimal(0), 0)] * 2


def test_a_forecast_of_another_channel_is_none_of_a_scope_that_names_channels() -> None:
    scoped = CARE.replace(
        '        target: "0.80"\n', '        target: "0.80"\n        scope: {channels: [voice]}\n'
    )

    part = told(scoped, [slot(NINE, 40, channel="chat"), slot(NINE, 2)])

    assert forecast_of(part) == {NINE: Decimal(2)}


def test_the_misses_before_the_part_stand_beside_the_slices() -> None:
    assert [one.missed_before for one in told(CARE).metrics] == [2, 0]


# ---------------------------------------------------------------- seats

SEATS = CARE.replace(
    "    metrics:\n",
    """      - {id: seats, names: {en: Seats}, per: seat_hour, rate: "30", scope: {queues: [help]}}
      - {id: planned, names: {en: Planned}, per: seat_hour, rate: "20", seats: scheduled}
      - {id: desk, names: {en: Desk}, per: month, rate: "1000"}
    metrics:
""",
)


def test_seat_hours_are_the_time_of_who_was_there_and_of_who_was_planned() -> None:
    asked = set[tuple[str, ...]]()

    def seats(day: int, queues: Iterable[str]) -> int:
        asked.add(tuple(queues))
        return 3 * HOUR if day == 4 else 0

    part = told(SEATS, [slot(NINE, 40), slot(NINE, 40, "other")], seats)

    billed = {
        one.rule: [(day.begin, day.numerator, day.denominator) for day in one.days]
        for one in part.billing
    }
    assert asked == {("help",)}
    assert billed == {
        "calls": [],
        "minutes": [],
        "seats": [(MONDAY, 3 * HOUR, HOUR)],
        "planned": [(MONDAY, 3 * HOUR, HOUR)],
    }


# ---------------------------------------------------------------- panes


def offered(number: int, abandoned: int) -> Cells:
    return {Cell.OFFERED: number, Cell.ABANDONED: abandoned, Cell.ANSWERED: number - abandoned}


def add(panes: PaneTally, at_: int, queue: str, cells: Cells) -> None:
    number = next(place for place, span in enumerate(panes.spans) if span.begin == at_)
    panes.add(number, queue, "voice", [cells])


def test_other_metrics_are_counted_by_panes_in_their_scope() -> None:
    _, _, panes = opened(CARE)

    add(panes, NINE, "sales", offered(10, 2))
    add(panes, NINE, "help", offered(5, 1))
    add(panes, NINE, "other", offered(50, 50))

    [(key, counts)] = panes.counts().items()
    assert key == (0, "lost", 18 + 4 * 48)
    assert (counts.numerator, counts.denominator) == (3, 15)


def test_numerators_and_denominators_of_queues_with_other_policies_are_added() -> None:
    rated = CARE.replace("kpi: abandonment_rate", "kpi: csat").replace("at_most", "at_least")
    policies = FLOOR.replace("id: help,", "id: help, csat: strict,")
    known = known_of(policies + rated + "csat:\n  - {id: strict, satisfied: 1.0}\n")
    period = october()
    hours = ContractHours(known, SHANGHAI, period.begin, period.end)
    [part] = parts_of(contract_in(known), period)
    panes = PaneTally([PartTally(part, known, hours, period.end)], known, hours)
    answers: Cells = {Cell.CSAT_COUNT: 1, Cell.CSAT_SUM: 4000, 4 * 100_000: 0}

    add(panes, NINE, "sales", answers)
    add(panes, NINE, "help", answers)

    [counts] = panes.counts().values()
    assert counts.denominator == 2


def test_panes_outside_the_hours_of_a_metric_do_not_count_for_it() -> None:
    office = CARE.replace(
        "        kpi: abandonment_rate\n",
        "        kpi: abandonment_rate\n        calendar: office\n",
    )
    _, _, panes = opened(office)

    add(panes, at("10-05 18:00"), "sales", offered(10, 2))
    add(panes, NINE, "sales", offered(4, 1))

    [counts] = panes.counts().values()
    assert (counts.numerator, counts.denominator) == (1, 4)


def test_nothing_is_read_of_panes_where_all_metrics_are_service_levels() -> None:
    text = CARE.partition("      - id: lost")[0]

    assert opened(text)[2].spans == []


def test_panes_count_in_the_part_that_they_lie_in() -> None:
    phased = CARE.replace(
        "    billing:\n",
        """    phases:
      - {id: start, kind: onboarding, first_day: "2026-01-01", last_day: "2026-10-05"}
      - {id: run, kind: operation, first_day: "2026-10-06"}
    billing:
""",
    )
    _, _, panes = opened(phased)

    add(panes, NINE, "sales", offered(10, 2))
    add(panes, at("10-06 00:00"), "sales", offered(4, 1))

    counted = {key: one.denominator for key, one in panes.counts().items()}
    assert counted == {(0, "lost", 18 + 4 * 48): 10, (1, "lost", 0): 4}


@pytest.mark.parametrize(("number", "told"), [(12, "12"), (12.5, "12.5"), (0.1 + 0.2, "0.3")])
def test_sums_of_seconds_are_exact_to_the_millisecond(number: float, told: str) -> None:
    assert exact(number) == Decimal(told)
