"""The plan of a row: which forecasts are about its contacts, and how they compare with those that
came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from floorpulse.board.domain.windows import Span
from floorpulse.figures.by_policy import Parted, counts, row_key_of
from floorpulse.figures.forecasts.in_force import Part, begin_of, cut, part, touching
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.kpis.figures import Plan, SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.plan import Ahead, Elapsed, Slot
from floorpulse.kpis.policies import ServiceLevelPolicy

Came = Callable[[Slot], int]
"""How many contacts came in the queue, channel and time of a slot"""


@dataclass(frozen=True)
class Times:
    """When a row is about: its span, how much of it has passed at `now`, and the span whose rest is
    yet to come.
    """

    span: Span
    rest: Span
    now: int

    @cached_property
    def passed(self) -> Span:
        """The part of the row's span that has passed."""
        return Span(self.span.begin, max(self.span.begin, min(self.span.end, self.now)))

    @cached_property
    def ahead(self) -> Span:
        """What is yet to come."""
        return Span(max(self.rest.begin, self.now), max(self.rest.end, self.now))


def by_row(
    selection: Selection, terms: PoliciesInForce, slots: Sequence[Slot]
) -> dict[RowKey, list[Slot]]:
    """The slots that are about a selection's contacts, by row.

    A forecast for a whole queue tells nothing of one channel: it is left out where channels are
    chosen or told apart.
    """
    fine = bool(selection.channels) or selection.by.channels
    found: dict[RowKey, list[Slot]] = {}
    for slot in slots:
        told = slot.channel or not fine
        if told and counts(selection, terms.in_force, slot.queue, slot.channel):
            found.setdefault(row_key_of(selection, terms, slot.queue, slot.channel), []).append(
                slot
            )
    return {row_key: sorted(mine, key=begin_of) for row_key, mine in found.items()}


def plan_of(slots: Sequence[Slot], times: Times, came: Came, needs: Need) -> Plan:
    """The plan that some slots make, as far as it is needed."""
    passed = times.passed
    before = parts_in(slots, passed)
    return Plan(
        seconds=_seconds(passed),
        elapsed=tuple(Elapsed(slot.volume, came(slot)) for slot in before)
        if Need.ARRIVALS in needs
        else (),
        ahead=to_come(slots, times) if Need.REST in needs else (),
        aht=_aht(before),
        staffed=_staffed(before, passed),
    )


def parts_in(slots: Sequence[Slot], span: Span) -> list[Slot]:
    """The parts of slots, in the order of their begin, that lie in a span."""
    return [cut(slot, span) for slot in touching(slots, span)]


def to_come(slots: Sequence[Slot], times: Times) -> tuple[Ahead, ...]:
    """What is yet to come of some slots."""
    span = times.ahead
    return tuple([_ahead(slot, part(slot, span)) for slot in touching(slots, span)])


def _ahead(slot: Slot, mine: Part) -> Ahead:
    rate = 1000 * mine.volume / (mine.end - mine.begin)
    return Ahead(mine.begin, mine.end, rate, slot.aht, slot.staffed)


def planned(
    counted: SpanFigures,
    parts: Sequence[Parted],
    plan: Callable[[Sequence[Slot]], Plan],
    slots: Sequence[Slot],
    terms: PoliciesInForce,
) -> tuple[SpanFigures, list[Parted]]:
    """A row's figures and those of its parts, each with the plan of its own slots."""
    whole = counted._replace(plan=plan(slots))
    if len(parts) == 1:
        return whole, [Parted(parts[0].policy, whole)]
    theirs = slots_by_policy([part.policy for part in parts], slots, terms)
    return whole, [
        Parted(part.policy, part.figures._replace(plan=plan(mine)))
        for part, mine in zip(parts, theirs, strict=True)
    ]


def slots_by_policy(
    policies: Sequence[ServiceLevelPolicy], slots: Sequence[Slot], terms: PoliciesInForce
) -> list[list[Slot]]:
    """Slots by policy; those of a queue whose channels all have others go with the first."""
    found: list[list[Slot]] = [[] for _ in policies]
    for slot in slots:
        own = terms.policy(slot.queue, slot.channel)
        found[policies.index(own) if own in policies else 0].append(slot)
    return found


def _aht(slots: Sequence[Slot]) -> float | None:
    volume = fsum(slot.volume for slot in slots)
    return fsum(slot.volume * slot.aht for slot in slots) / volume if volume else None


def _staffed(slots: Sequence[Slot], passed: Span) -> float | None:
    """Mean planned agents; None unless every slot tells."""
    told = [slot.staffed * (slot.end - slot.begin) for slot in slots if slot.staffed is not None]
    return sum(told) / (passed.end - passed.begin) if told and len(told) == len(slots) else None


def _seconds(span: Span) -> float:
    return (span.end - span.begin) / 1000
