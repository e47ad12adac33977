"""Half hours of a contract: which of them count, and what each counted.

a day        00:00 ├──────────────────────────────────────────────┤ 24:00
its hours              09:00 ├───────────────┤ 12:15
slices                       ├─┼─┼─┼─┼─┼─┼┤        half hours by the zone's clock, cut to the hours
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.calendars import Calendar, open_spans
from floorpulse.definitions.domain.contract_terms import ContractBody, ContractScope
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.intervals import Interval, intervals


@dataclass(frozen=True)
class CountedSlice:
    """What a metric counted in [begin, end), epoch milliseconds; `volume` contacts were offered."""

    begin: int
    end: int
    numerator: Decimal
    denominator: Decimal
    volume: int


def covers(in_force: InForce, client: str, scope: ContractScope, queue: str, channel: str) -> bool:
    """Whether contacts of a queue and channel are in a contract's scope: of the queues that it
    names, else of all that are run for its client.
    """
    if scope.channels and channel not in scope.channels:
        return False
    if scope.sites and in_force.group(Grouping.SITE, queue) not in scope.sites:
        return False
    if scope.queues:
        return queue in scope.queues
    return in_force.group(Grouping.CLIENT, queue) == client


def contract_queues(
    in_force: InForce, contract: str, queue_channels: Iterable[QueueChannel]
) -> list[str]:
    """The queues of a contract as the definitions in force have it, sorted; none where there is no
    such contract.
    """
    found = in_force.versions.get(Kind.CONTRACT, {}).get(contract)
    body = None if found is None else found.body
    if not isinstance(body, ContractBody):
        return []
    return sorted(
        {
            queue
            for _, queue, channel in queue_channels
            if covers(in_force, body.client, body.scope, queue, channel)
        }
    )


def half_hours(begin: int, end: int, calendar: Calendar | None, zone: ZoneInfo) -> list[Span]:
    """The slices of [begin, end) in business hours, ascending; always open without a calendar."""
    opened = (
        [Span(begin, end)]
        if calendar is None
        else [Span(*one) for one in open_spans(calendar, begin, end, zone)]
    )
    return [
        piece
        for one in opened
        if one.begin < one.end
        for piece in intervals(one, Interval.M30, zone)
    ]


def within(slices: Iterable[CountedSlice], begin: int, end: int) -> list[CountedSlice]:
    """Those that begin in [begin, end)."""
    return [one for one in slices if begin <= one.begin < end]


def together(slices: Sequence[CountedSlice]) -> tuple[Decimal, Decimal, int]:
    """Numerator, denominator and volume of several."""
    return (
        sum((one.numerator for one in slices), Decimal(0)),
        sum((one.denominator for one in slices), Decimal(0)),
        sum(one.volume for one in slices),
    )
