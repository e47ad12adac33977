"""What of the past a replay of rules reads, and what history cannot tell it."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from floorpulse.alerts.rules.before import MORE_DAYS
from floorpulse.alerts.rules.past_tables import DAY
from floorpulse.alerts.rules.under_test import UnderTest
from floorpulse.board.domain.windows import HOUR, Window
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.units import Group

BEFORE = 2 * HOUR
"""What windows, half hours and paces look back at most, where none is of the day"""
LATER = (Group.SATISFACTION, Group.QUALITY, Group.COMPLAINTS)
"""KPIs of what is said of contacts long after they came"""


def bodies_of(tried: UnderTest) -> Iterator[RuleBody]:
    """Every version of the rules under test."""
    for one in tried.definitions.of(tried.tenant).versions:
        if one.kind is Kind.RULE and isinstance(one.body, RuleBody):
            yield one.body


def known_from(bodies: Iterable[RuleBody], begin: int, zone: ZoneInfo) -> int:
    """From when on the floor must be known: the day's begin where a window is of the day."""
    windows = {_window(body) for body in bodies}
    if Window.TODAY not in windows:
        return begin - BEFORE
    return min(begin - BEFORE, first_instant(local_day(begin, zone), zone))


def looked_back(bodies: Iterable[RuleBody]) -> int:
    """How far before the span days and weeks are asked for at most, milliseconds."""
    streaks = [2 * one.streak.days + MORE_DAYS for one in bodies if one.streak is not None]
    spikes = [7 * one.spike.weeks + 1 for one in bodies if one.spike is not None]
    return DAY * max([*streaks, *spikes], default=0)


def _window(body: RuleBody) -> Window | None:
    for condition in (body.threshold, body.spike, body.concentration):
        if condition is not None:
            return Window(condition.window)
    return None


def queues_read(bodies: Sequence[RuleBody], queue: str | None) -> tuple[str, ...]:
    """The queues whose contacts are read; none: all."""
    if queue is not None:
        return (queue,)
    named = [body.scope.queues for body in bodies]
    return tuple(sorted({one for some in named for one in some})) if all(named) else ()


def of_feedback(body: RuleBody) -> bool:
    """Whether a rule looks at what is said of contacts long after they came."""
    return body.concentration is not None or not _groups(body).isdisjoint(LATER)


def _groups(body: RuleBody) -> set[Group]:
    """What the KPIs of a rule tell of."""
    conditions = (body.threshold, body.spike)
    return {ASKED[one.kpi].group for one in conditions if one is not None}


def untold(bodies: Iterable[RuleBody]) -> Iterator[str]:
    """What history cannot tell."""
    for body in bodies:
        if Group.WHOLE_CONTACTS in _groups(body):
            yield (
                f"{body.id}: history is told stay by stay here, so a contact that went through "
                "several queues counts once for each of them"
            )
        if body.tier is not None:
            yield (
                f"{body.id}: what was expected of a contract's window then is not known any more; "
                "this rule cannot be tested"
            )
        if body.staleness is not None:
            yield (
                f"{body.id}: history does not hold when each event came, so nothing of the past is "
                "old; this rule cannot be tested"
            )
