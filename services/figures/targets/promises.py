"""Promises and the stretches they are kept over: half hours, days or months, of which only business
hours count.

a day        00:00 ├──────────────────────────────────────────────┤ 24:00
its hours              09:00 ├─────┤ 12:00   13:30 ├──────┤ 18:00
tiles              closed    │ open │    closed     │ open │ closed         contiguous, as the
tables are read
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.bodies import TargetBody
from floorpulse.definitions.domain.calendars import Calendar, is_open, open_spans
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce, Version
from floorpulse.definitions.domain.terms import Comparison, Grouping, Stretch
from floorpulse.figures.contract_limits import covers
from floorpulse.figures.intervals import Interval, intervals, next_edge
from floorpulse.figures.selection import NamedGroups
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import OVER_SPANS, SpanKpi
from floorpulse.kpis.figures import Value
from floorpulse.kpis.formulas.recovery import fewest
from floorpulse.kpis.units import Better, Unit

GRID = {Stretch.INTERVAL: Interval.M30, Stretch.DAY: Interval.D1, Stretch.MONTH: Interval.MONTH}


class TargetStatus(StrEnum):
    """How a promise stands over a stretch: `met` is so far until the stretch is complete, `behind`
    is so far not kept, and `missed` comes once none of its business hours is left.
    """

    MET = "met"
    BEHIND = "behind"
    MISSED = "missed"
    NO_CONTACTS = "no_contacts"
    CLOSED = "closed"


@dataclass(frozen=True)
class Promise:
    """A target of one version, with the business hours it is kept in (None: always)."""

    version: Version
    body: TargetBody
    calendar: Calendar | None

    @property
    def kpi(self) -> SpanKpi:
        """What is promised."""
        return OVER_SPANS[self.body.metric]

    def covers(self, in_force: InForce, queue: str, channel: str) -> bool:
        """Whether the contacts of a queue and channel count."""
        scope = self.body.scope
        if scope.channels and channel not in scope.channels:
            return False
        if scope.queue is not None:
            return queue == scope.queue
        groups = ((one, scope.group(one)) for one in Grouping)
        return all(name is None or in_force.group(one, queue) == name for one, name in groups)


@dataclass(frozen=True, order=True)
class StretchPlace:
    """Where a row stands in an answer: the begin of its stretch, the target's id."""

    begin: int
    target: str


@dataclass(frozen=True)
class Stint:
    """One stretch of one promise."""

    place: StretchPlace
    span: Span
    promise: Promise


def shown(stint: Stint, view: TenantView) -> bool:
    """Whether a stretch of a promise is all of it seen so far: the contract that a view is limited
    to covered the target's queue since it began, and still holds.
    """
    if view.contract is None:
        return True
    scope = stint.promise.body.scope
    end = min(stint.span.end, view.now)
    covered = (
        covers(in_force, view.contract, scope.queue or "", channel)
        for in_force in view.known.during(stint.span.begin, end)
        for channel in scope.channels or view.channels
    )
    return end <= view.until and all(covered)


def promises(in_force: InForce) -> Iterator[Promise]:
    """The targets in force, each in its own hours or the tenant's."""
    own = in_force.tenant.calendar if in_force.tenant is not None else None
    for version in in_force.targets:
        body = version.body
        assert isinstance(body, TargetBody)  # noqa: S101  for the type checker: the kind says so
        yield Promise(version, body, in_force.calendars.get(body.calendar or own or ""))


@dataclass(frozen=True)
class PromiseChoice:
    """Which promises are asked for: of these targets, of these teams, sites and clients; all where
    none is named.
    """

    names: tuple[str, ...] = ()
    groups: tuple[NamedGroups, ...] = ()

    def wants(self, promise: Promise) -> bool:
        """Whether a promise is."""
        scope = promise.body.scope
        named = not self.names or promise.version.id in self.names
        return named and all(scope.group(one) in names for one, names in self.groups)


def stints(
    known: TenantDefinitions, span: Span, zone: ZoneInfo, asked: PromiseChoice
) -> list[Stint]:
    """The stretches that begin in `span`, or hold its first instant, of the promises asked for, in
    order.
    """
    found: list[Stint] = []
    for name, stretch in sorted(_kept_over(known, span, asked)):
        for one in intervals(
            Span(begin_of_stretch(span.begin, stretch, zone), span.end), GRID[stretch], zone
        ):
            whole = Span(one.begin, next_edge(one.begin, GRID[stretch], zone))
            found += [
                Stint(StretchPlace(whole.begin, name), whole, promise)
                for promise in promises(known.at(whole.begin))
                if promise.version.id == name
                and promise.body.window is stretch
                and asked.wants(promise)
            ]
    return sorted(found, key=lambda stint: stint.place)


def _kept_over(
    known: TenantDefinitions, span: Span, asked: PromiseChoice
) -> set[tuple[str, Stretch]]:
    """The targets of a span that are asked for, and over what they are kept."""
    states = known.during(0, span.end)
    return {
        (promise.version.id, promise.body.window)
        for state in states
        for promise in promises(state)
        if asked.wants(promise)
    }


def begin_of_stretch(at: int, stretch: Stretch, zone: ZoneInfo) -> int:
    """Where the stretch that holds an instant begins."""
    day = local_day(at, zone)
    if stretch is Stretch.MONTH:
        return first_instant(day.replace(day=1), zone)
    begin = first_instant(day, zone)
    if stretch is Stretch.DAY:
        return begin
    return max(one.begin for one in intervals(Span(begin, at + 1), Interval.M30, zone))


def hours_of(promise: Promise, span: Span, zone: ZoneInfo) -> list[Span]:
    """The business hours of a promise in a span, ascending, no piece longer than a day: definitions
    change at midnight.
    """
    opened = (
        [span]
        if promise.calendar is None
        else [Span(*one) for one in open_spans(promise.calendar, span.begin, span.end, zone)]
    )
    return [
        piece
        for one in opened
        if one.begin < one.end
        for piece in intervals(one, Interval.D1, zone)
    ]


def tiles(spans: Sequence[Span]) -> list[Span]:
    """The spans (ascending, apart) with what lies between them."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].end < span.begin:
            found.append(Span(found[-1].end, span.begin))
        found.append(span)
    return found


def standing(promise: Promise, value: Value, *, hours: bool, over: bool) -> TargetStatus:
    """How a promise stands with a figure; `hours`: whether there were business hours, `over`:
    whether none is left.
    """
    if not hours:
        return TargetStatus.CLOSED
    if value.value is None or value.denominator == 0:
        return TargetStatus.NO_CONTACTS
    at_least = promise.body.comparison is Comparison.AT_LEAST
    kept = value.value >= promise.body.value if at_least else value.value <= promise.body.value
    if kept:
        return TargetStatus.MET
    return TargetStatus.MISSED if over else TargetStatus.BEHIND


def recovering(promise: Promise, value: Value) -> int | None:
    """How many contacts in a row would have to go well for the promise to be kept; None of what is
    no share, and where none would do.
    """
    share = promise.kpi.unit is Unit.RATIO and promise.kpi.better is Better.HIGHER
    if not share or value.denominator is None or promise.body.comparison is not Comparison.AT_LEAST:
        return None
    return fewest(round(value.numerator or 0), round(value.denominator), promise.body.value)


def counts_visits(promise: Promise) -> bool:
    """Whether the visits behind a miss can be told one by one."""
    return promise.kpi.visits


class QueueTime(NamedTuple):
    """A pane of a queue and channel, which begins at an instant, epoch milliseconds."""

    queue: str
    channel: str
    begin: int


def counted(target: str, in_force: InForce, pane: QueueTime, zone: ZoneInfo) -> bool:
    """Whether the target of that id counts what a pane counts, by a zone's clocks."""
    mine = [promise for promise in promises(in_force) if promise.version.id == target]
    return any(
        bool(pane.queue)
        and promise.covers(in_force, pane.queue, pane.channel)
        and (promise.calendar is None or is_open(promise.calendar, pane.begin, zone))
        for promise in mine
    )
