"""A quarter of a small floor, and what it comes to under a contract: reckoned from the visits with
fractions, by nothing of what settles.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import Visit
from tests.fakes.floor import abandoned, answered

CONTRACT = """
contracts:
  - id: acme-quarter
    names: {en: Acme by the quarter}
    client: acme
    vendor: {en: Vendor}
    currency: CNY
    valid_from: "2026-01-01"
    minimum: {amount: "4000"}
    caps: {penalties: {percent: "12"}}
    billing:
      - {id: calls, names: {en: Calls}, per: contact, rate: "2.50"}
      - {id: minutes, names: {en: Minutes}, per: handled_minute, rate: "0.37", increment: 6}
    metrics:
      - id: level
        names: {en: Answered in 20 seconds of all}
        kpi: service_level
        formula: V3
        threshold: 20
        comparison: at_least
        target: "0.80"
        penalties:
          - {at_least: "0.70", below: "0.80", percent: "3"}
          - {below: "0.70", percent: "6.5"}
        streaks: [{windows: 2, amount: "150", again: window}]
      - id: lost
        names: {en: Abandoned}
        kpi: abandonment_rate
        window: day
        comparison: at_most
        target: "0.10"
        minimum_volume: 15
        penalties: [{above: "0.10", amount_per_point: "3.30", points: started}]
        streaks: [{windows: 3, amount: "20", again: run}]
        cap: {amount: "260"}
"""
MONTHS = ("2026-10", "2026-11", "2026-12")
QUICK = {10: 0.90, 11: 0.78, 12: 0.62}
"""Share of answered calls that wait no longer than 20 s, by month"""
BUSY = {10: 46, 11: 40, 12: 18}
"""Calls of a day, by month"""
CROWDED = {date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1)}
"""Days on which many gave up: three in a row over the end of a month"""
SECOND = 1000
ZONE = timedelta(hours=8)


def quarter(seed: int) -> list[Visit]:
    """The calls from October to December, in the order of days."""
    drawn = Random(seed)
    first = date(2026, 10, 1)
    days = [first + timedelta(days=day) for day in range(92)]
    return [call(drawn, day) for day in days for _ in range(BUSY[day.month])]


def call(drawn: Random, day: date) -> Visit:
    """A call of a day, between nine and six."""
    at = parse_instant(f"{day}T09:00:00+08:00") + drawn.randrange(9 * 3600 * SECOND)
    queue = drawn.choice(("sales", "help"))
    if drawn.random() < (0.30 if day in CROWDED else 0.07):
        return abandoned(at, drawn.randrange(3, 90), queue)
    quick = drawn.random() < QUICK[day.month]
    wait = drawn.randrange(0, 21) if quick else drawn.randrange(21, 120)
    return answered(at, wait, drawn.randrange(20, 400), queue)


@dataclass(frozen=True)
class Reckoned:
    """What a month comes to; `streaks` are the runs, by metric, for which something was due."""

    fees: Fraction
    minimum: Fraction
    penalties: Fraction
    capped: Fraction
    streaks: tuple[tuple[str, int], ...]

    @property
    def total(self) -> Fraction:
        """What is payable."""
        return self.fees + self.minimum - self.penalties + self.capped


def reckoned(visits: Iterable[Visit], months: Sequence[str] = MONTHS) -> dict[str, Reckoned]:
    """Months one after the other: runs of misses go on from month to month."""
    by_month: dict[str, list[Visit]] = {month: [] for month in months}
    for visit in visits:
        by_month[str(_day(visit))[:7]].append(visit)
    runs = Counter[str]()
    return {month: _month(of, runs) for month, of in by_month.items()}


def _month(visits: list[Visit], runs: Counter[str]) -> Reckoned:
    served = [_seconds(visit) for visit in visits if visit.answered_at is not None]
    blocks = sum(-(-talk // 6) for _, talk in served)
    fees = _half_up(len(served) * Fraction("2.5")) + _half_up(
        Fraction(blocks, 10) * Fraction("0.37")
    )
    minimum = max(Fraction(0), 4000 - fees)
    quick = Fraction(sum(wait <= 20 for wait, _ in served), len(visits))
    level, level_streaks = _level(quick, fees + minimum, runs)
    lost, lost_streaks = _lost(visits, runs)
    over = max(Fraction(0), lost - 260)
    limit = Fraction((fees + minimum) * 12 // 1, 100)
    rest = level + lost - over
    capped = over + max(Fraction(0), rest - limit)
    return Reckoned(fees, minimum, level + lost, capped, (*level_streaks, *lost_streaks))


def _level(
    value: Fraction, fee: Fraction, runs: Counter[str]
) -> tuple[Fraction, list[tuple[str, int]]]:
    if value >= Fraction(8, 10):
        runs["level"] = 0
        return Fraction(0), []
    runs["level"] += 1
    percent = Fraction(3) if value >= Fraction(7, 10) else Fraction("6.5")
    due = _half_up(fee * percent / 100)
    return (due + 150, [("level", runs["level"])]) if runs["level"] >= 2 else (due, [])


def _lost(visits: list[Visit], runs: Counter[str]) -> tuple[Fraction, list[tuple[str, int]]]:
    offered = Counter(map(_day, visits))
    gone = Counter(_day(visit) for visit in visits if visit.abandoned_at is not None)
    due, streaks = Fraction(0), []
    for day in sorted(offered):
        over = Fraction(gone[day], offered[day]) - Fraction(1, 10)
        if offered[day] < 15:
            continue
        runs["lost"] = runs["lost"] + 1 if over > 0 else 0
        if over > 0:
            due += -(-over * 100 // 1) * Fraction("3.30")
            if runs["lost"] % 3 == 0:
                due += 20
                streaks.append(("lost", runs["lost"]))
    return due, streaks


def _half_up(amount: Fraction) -> Fraction:
    """To the cent; amounts are not negative."""
    return Fraction((amount * 100 + Fraction(1, 2)) // 1, 100)


def _seconds(visit: Visit) -> tuple[int, int]:
    """Wait and talk of an answered call."""
    offered, answer, end = visit.offered_at, visit.answered_at, visit.ended_at
    assert offered is not None
    assert answer is not None
    assert end is not None
    return (answer - offered) // SECOND, (end - answer) // SECOND


def _day(visit: Visit) -> date:
    assert visit.offered_at is not None
    hours = timedelta(milliseconds=visit.offered_at) + ZONE
    return date(1970, 1, 1) + timedelta(days=hours.days)
