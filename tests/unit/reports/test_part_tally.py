"""What of a part of a period is counted: by slices, by days, under the contract's own terms."""

from decimal import Decimal

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.evidence import DayQuantity, MetricEvidence, PartEvidence
from floorpulse.reports.domain.part_evidence import PartFacts, part_evidence
from floorpulse.reports.domain.part_tally import PartTally
from floorpulse.reports.domain.periods import Period, parts_of
from floorpulse.reports.domain.visit_records import VisitRecord
from tests.fakes.contracts import CARE, FLOOR, SHANGHAI, at, call, contract_in, known_of, october

ABANDONED = Outcome.ABANDONED
HALF_HOUR = 1_800_000
AS_OF = at("11-02 00:00")


def tallies_of(known: TenantDefinitions, period: Period) -> list[PartTally]:
    hours = ContractHours(known, SHANGHAI, period.begin, period.end)
    return [PartTally(part, known, hours, AS_OF) for part in parts_of(contract_in(known), period)]


def counted(text: str, *records: VisitRecord) -> list[PartEvidence]:
    """The evidence of October's parts."""
    known = known_of(FLOOR + text)
    tallies = tallies_of(known, october())
    for record in records:
        for tally in tallies:
            if tally.part.begin <= record.offered_at < tally.part.end:
                tally.take(record)
    facts = PartFacts(known, {}, (), lambda _day, _queues: 0, {})
    return [part_evidence(one, facts) for one in tallies]


def slices(metric: MetricEvidence) -> list[tuple[int, int, int, int]]:
    return [
        (one.begin, int(one.numerator), int(one.denominator), one.volume) for one in metric.slices
    ]


def test_a_service_level_is_counted_by_half_hours_under_its_own_threshold() -> None:
    nine = at("10-05 09:00")

    [part] = counted(
        CARE,
        call(nine, wait=30),
        call(nine + 1, wait=30.001),
        call(nine + 2, ABANDONED, wait=5),
        call(nine + HALF_HOUR, wait=1, queue="help"),
        call(nine, wait=1, queue="other"),
    )

    assert slices(part.metrics[0]) == [(nine, 1, 2, 3), (nine + HALF_HOUR, 1, 1, 1)]


def test_half_hours_in_which_nothing_happened_are_left_out_and_edges_are_the_days() -> None:
    begin, last = at("10-01 00:00"), at("10-31 23:59")

    [part] = counted(CARE, call(begin), call(last))

    [first, end] = part.metrics[0].slices
    assert (first.begin, end.end) == (october().begin, october().end)


def test_who_still_waits_counts_as_late_once_past_the_threshold() -> None:
    [part] = counted(CARE, call(at("10-31 23:59"), None), call(AS_OF - 1000, None))

    [only] = part.metrics[0].slices
    assert (only.numerator, only.denominator, only.volume) == (Decimal(0), Decimal(1), 1)


def test_contacts_and_minutes_are_billed_by_days() -> None:
    monday, tuesday = at("10-05 23:59"), at("10-06 00:00")

    [part] = counted(
        CARE, call(monday, talk=90_500), call(tuesday, wrap=500), call(tuesday, ABANDONED)
    )

    calls, minutes = part.billing
    days = [(at("10-05 00:00"), tuesday), (tuesday, at("10-07 00:00"))]
    assert calls.days == tuple(
        DayQuantity(begin=begin, end=end, numerator=1, contacts=1) for begin, end in days
    )
    assert [(one.numerator, one.denominator) for one in minutes.days] == [
        (90_500, 60_000),
        (60_500, 60_000),
    ]


SCOPED = CARE.replace(
    '        target: "0.80"\n',
    '        target: "0.80"\n        scope: {queues: [sales], channels: [voice], sites: [north]}\n'
    "        calendar: office\n",
)


def test_a_metrics_scope_and_calendar_narrow_what_counts_for_it_alone() -> None:
    monday = at("10-05 10:00")

    [part] = counted(
        SCOPED,
        call(monday),
        call(monday, channel="chat"),
        call(monday, queue="help"),
        call(at("10-05 18:00")),
        call(at("10-05 08:59")),
        call(at("10-04 10:00")),
    )

    level, lost = part.metrics
    assert slices(level) == [(monday, 1, 1, 1)]
    assert sum(one.volume for one in lost.slices) == 6
    assert sum(one.contacts for one in part.billing[0].days) == 6


WAITS = CARE.replace("        threshold: 30\n", "        threshold: 600\n        clock: calendar\n")


def test_a_wait_by_the_calendar_runs_in_business_hours_only() -> None:
    night = 15.2 * 3600

    def hits(text: str, queue: str) -> list[int]:
        late = call(at("10-05 17:55"), wait=night, queue=queue)
        [part] = counted(text, late, late)
        return [int(one.numerator) for one in part.metrics[0].slices]

    calendar = WAITS.replace(
        "        clock: calendar\n", "        clock: calendar\n        calendar: office\n"
    )
    assert hits(WAITS, "sales") == [0]
    assert hits(calendar, "sales") == [0]
    long = calendar.replace("threshold: 600", "threshold: 1200")
    assert hits(long, "sales") == [2]


PHASED = CARE.replace(
    "    billing:\n",
    """    phases:
      - {id: start, kind: onboarding, first_day: "2026-01-01", last_day: "2026-10-10"}
      - {id: run, kind: operation, first_day: "2026-10-11"}
    billing:
""",
)


def test_a_part_takes_only_visits_that_were_offered_in_it() -> None:
    before, after = at("10-10 23:59"), at("10-11 00:00")

    start, run = counted(PHASED, call(before), call(after), call(after))

    assert (start.phase, run.phase) == ("start", "run")
    assert [sum(one.contacts for one in part.billing[0].days) for part in (start, run)] == [1, 2]


def test_a_visit_that_counts_nowhere_is_no_evidence() -> None:
    known = known_of(FLOOR + CARE)
    [tally] = tallies_of(known, october())

    assert tally.take(call(at("10-05 10:00")))
    assert not tally.take(call(at("10-05 10:00"), queue="other"))


def test_what_is_read_are_the_queues_of_all_metrics_and_rules() -> None:
    known = known_of(FLOOR + CARE)
    [tally] = tallies_of(known, october())

    assert tally.reach.all_queues(known.states) == {"sales", "help"}
