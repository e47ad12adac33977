"""Half hours of contracts: which count, when they are read again, what is expected of the rest."""

import asyncio
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.domain.calendars import Calendar, hours_of
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contract_words import Window
from floorpulse.definitions.domain.contracts import ContractTerms
from floorpulse.figures.contracts.ahead import figure_of, window_at
from floorpulse.figures.contracts.counting import ContractCounts, chunks, stands_until
from floorpulse.figures.contracts.expected import usual_week
from floorpulse.figures.contracts.slices import CountedSlice, half_hours
from floorpulse.figures.tenant_view import TenantView
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered, waiting
from tests.fakes.world import NOW, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
DAY = 24 * HOUR
MIDNIGHT = parse_instant("2026-11-11T00:00:00+08:00")
TEXT = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai}
clients:
  - {id: acme, names: {en: Acme}}
sites:
  - {id: east, names: {en: East}}
teams:
  - {id: sellers, names: {en: Sellers}, site: east}
calendars:
  - {id: evening, hours: {wednesday: ["20:00-20:05"]}}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice], client: acme, team: sellers}
  - {id: help, names: {en: Help}, channels: [voice], client: acme}
contracts:
  - id: acme
    names: {en: Acme}
    client: acme
    vendor: {en: Vendor}
    currency: CNY
    metrics:
      - {id: all, names: {en: All}, kpi: service_level, formula: V3, threshold: 10,
         comparison: at_least, target: "0.8"}
      - {id: evening, names: {en: Evening}, kpi: service_level, formula: V3, threshold: 10,
         comparison: at_least, target: "0.8", calendar: evening}
      - {id: east, names: {en: East}, kpi: service_level, formula: V3, threshold: 10,
         comparison: at_least, target: "0.8", scope: {sites: [east]}}
      - {id: help, names: {en: Help}, kpi: aht, comparison: at_most, target: "300",
         scope: {queues: [help], channels: [voice]}}
      - {id: hours, names: {en: Hours}, kpi: service_level, formula: V3, threshold: 10,
         clock: calendar, comparison: at_least, target: "0.8"}
    billing:
      - {id: fee, names: {en: Fee}, per: month, rate: "100.00"}
"""


def test_half_hours_are_cut_to_business_hours() -> None:
    calendar = Calendar(tuple((hours_of("09:10-10:15"),) for _ in range(7)))
    spans = half_hours(MIDNIGHT, MIDNIGHT + DAY, calendar, SHANGHAI)
    begun = [(span.begin - MIDNIGHT) // MINUTE for span in spans]
    assert begun == [550, 570, 600]
    assert spans[-1].end == MIDNIGHT + 615 * MINUTE
    assert len(half_hours(MIDNIGHT, MIDNIGHT + DAY, None, SHANGHAI)) == 48


def test_a_day_of_twenty_five_hours_has_fifty_half_hours() -> None:
    begin = parse_instant("2026-11-01T00:00:00-04:00")
    assert len(half_hours(begin, begin + 25 * HOUR, None, NEW_YORK)) == 50


@pytest.mark.parametrize(
    ("span", "running", "read"),
    [
        # two closed days, the morning, the last half hours
        ((0, 10 * DAY), 2 * DAY + 9 * HOUR + 61_000,
         [(0, DAY), (DAY, 2 * DAY), (2 * DAY, 2 * DAY + 8 * HOUR + HOUR // 2),
          (2 * DAY + 8 * HOUR + HOUR // 2, 2 * DAY + 9 * HOUR + 61_000)]),
        # the first half hour of a day
        ((0, 10 * DAY), DAY + 60_000, [(0, DAY), (DAY, DAY + 60_000)]),
        # over since long, and from the middle of a day on
        ((HOUR, DAY), 9 * DAY, [(0, DAY)]),
        # yet to come
        ((5 * DAY, 6 * DAY), DAY, []),
    ],
)  # fmt: skip
def test_closed_days_are_read_whole_and_the_running_one_in_two_parts(
    span: tuple[int, int], running: int, read: list[tuple[int, int]]
) -> None:
    asked = Span(MIDNIGHT + span[0], MIDNIGHT + span[1])
    found = chunks(asked, MIDNIGHT + running, SHANGHAI)
    assert [(one.begin - MIDNIGHT, one.end - MIDNIGHT) for one in found] == read


def test_the_older_a_day_the_longer_it_stands() -> None:
    assert stands_until(1000, 900) == 900
    assert stands_until(0, 1000) == 1000 + 5 * MINUTE
    assert stands_until(0, 24 * DAY) == 25 * DAY


def counted(text: str, hit: int, total: int) -> CountedSlice:
    begin = parse_instant(text)
    return CountedSlice(begin, begin + HOUR // 2, Decimal(hit), Decimal(total), total)


def test_the_rest_is_expected_as_the_same_half_hour_of_the_week_went() -> None:
    """Tuesdays at 09:30: 18 of 20, 12 of 20; at 10:00 nothing ever came."""
    before = [
        counted("2026-11-03T09:30:00+08:00", 18, 20),
        counted("2026-11-10T09:30:00+08:00", 12, 20),
        counted("2026-11-10T10:00:00+08:00", 0, 0),
        counted("2026-11-09T09:30:00+08:00", 20, 40),
    ]
    week = usual_week(before, SHANGHAI)
    tuesday = parse_instant("2026-11-17T09:30:00+08:00")
    span = Span(tuesday, tuesday + HOUR // 2)
    usual = week.expected(span, None)
    assert (usual.numerator, usual.denominator, usual.volume) == (Decimal(15), Decimal(20), 20)
    more = week.expected(span, Decimal("44.5"))
    assert (more.numerator, more.denominator) == (Decimal("33.375"), Decimal("44.500"))
    ten = Span(span.end, span.end + HOUR // 2)
    assert week.expected(ten, Decimal(8)).numerator == Decimal(5)  # 50 of 80 of all of them
    assert week.expected(ten, None).volume == 0
    nothing = usual_week([], SHANGHAI).expected(span, Decimal(7))
    assert (nothing.denominator, nothing.volume) == (Decimal(0), 7)


# ------------------------------------------------------------- over a floor


def world_of() -> World:
    """At 20:07:20: sales 1 of 2 in time at 20:02, one waits for 40 s; help 1 of 1 at 20:06."""
    world = World()
    world.floor.put(
        answered(NOW - 5 * MINUTE, 5),
        abandoned(NOW - 5 * MINUTE, 8),
        waiting(NOW - 40_000),
        answered(NOW - MINUTE, 3, queue="help"),
    )
    world.tell()
    world.definitions = definitions(TEXT)
    return world


def terms_of(view: TenantView) -> ContractTerms:
    [contract] = contracts_of(view.known.versions, view.zone)
    return contract.versions[0]


def total(world: World, metric: str) -> tuple[Decimal, Decimal, int]:
    view = world.floors.view("demo")
    terms = terms_of(view)
    [wanted] = [one for one in terms.metrics["operation"] if one.id == metric]
    counts = ContractCounts(world.turns, world.history, world.history)
    span = Span(MIDNIGHT, MIDNIGHT + DAY)
    found = asyncio.run(counts.slices(view, terms, wanted, span))
    figure = figure_of(wanted, found)
    return figure.numerator, figure.denominator, figure.volume


@pytest.mark.parametrize(
    ("metric", "figure"),
    [
        ("all", (2, 4, 4)),  # who waits too long already is late
        ("evening", (1, 2, 2)),
        ("east", (1, 3, 3)),
        ("help", (60, 1, 1)),
        ("hours", (2, 4, 4)),  # counted visit by visit
    ],
)
def test_each_metric_counts_under_its_own_policy_scope_and_calendar(
    metric: str, figure: tuple[int, int, int]
) -> None:
    numerator, denominator, volume = figure
    assert total(world_of(), metric) == (Decimal(numerator), Decimal(denominator), volume)


def test_a_closed_day_is_not_read_again_until_it_is_due_or_definitions_change() -> None:
    world = world_of()
    view = world.floors.view("demo")
    terms = terms_of(view)
    metric = terms.metrics["operation"][0]
    counts = ContractCounts(world.turns, world.history, world.history)
    yesterday = Span(MIDNIGHT - DAY, MIDNIGHT)

    def volume() -> int:
        found = asyncio.run(counts.slices(world.floors.view("demo"), terms, metric, yesterday))
        return sum(one.volume for one in found)

    assert volume() == 0
    world.floor.put(answered(MIDNIGHT - HOUR, 1))
    assert volume() == 0
    world.definitions = definitions(TEXT)
    assert volume() == 1
    world.floor.put(answered(MIDNIGHT - HOUR, 1))
    world.now += 2 * HOUR
    world.tell()
    assert volume() == 2


@pytest.mark.parametrize(
    ("window", "begin", "days"),
    [
        (Window.INTERVAL, "2026-11-11T20:00:00+08:00", None),
        (Window.DAY, "2026-11-11T00:00:00+08:00", 1),
        (Window.WEEK, "2026-11-09T00:00:00+08:00", 7),
        (Window.MONTH, "2026-11-01T00:00:00+08:00", 30),
    ],
)
def test_the_running_window_is_that_of_the_contracts_clock(
    window: Window, begin: str, days: int | None
) -> None:
    span = window_at(window, NOW, terms_of(world_of().floors.view("demo")))
    assert span.begin == parse_instant(begin)
    assert span.end - span.begin == (days * DAY if days else HOUR // 2)
