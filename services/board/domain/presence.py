"""Who is there: visits that wait or are in progress, as gauges tell of them, aged to an instant."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from floorpulse.board.domain.folded_team import AHEAD
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.updates import Gauge
from floorpulse.contracts.visits import Longest
from floorpulse.kpis.figures import MomentFigures


@dataclass(frozen=True)
class QueuePresence:
    """Visits going on now: offer instants of the waiting ones, ascending, and how many are in
    progress or unresolved; of those in progress for long the answers, ascending, apart.
    """

    offers: tuple[int, ...] = ()
    in_progress: int = 0
    unresolved: int = 0
    lasting: tuple[int, ...] = ()

    def figures(self, now: int) -> MomentFigures:
        """As the figures of this moment, everyone's wait so far."""
        in_progress = self.in_progress + len(self.lasting)
        return MomentFigures(waits(self.offers, now), in_progress, self.unresolved)

    def aged(self, longest: Longest, now: int) -> "QueuePresence":
        """The same where whoever was offered longer ago than the longest wait no longer waits, such
        a visit is unresolved; where who is offered only later than `now` does not wait yet; and
        whoever talks for longer than the longest conversation does not.
        """
        offers = self.offers
        gone = bisect_left(offers, now - longest.wait)
        come = bisect_right(offers, now + AHEAD) if offers and offers[-1] > now + AHEAD else None
        over = bisect_left(self.lasting, now - longest.conversation)
        if not gone and not over and come is None:
            return self
        return QueuePresence(
            offers[gone:come], self.in_progress, self.unresolved + gone, self.lasting[over:]
        )

    def within(self, span: Span) -> tuple[int, ...]:
        """The offers of `span`."""
        return self.offers[self.places(span)]

    def places(self, span: Span) -> slice:
        """Where among all offers those of `span` stand."""
        return slice(bisect_left(self.offers, span.begin), bisect_left(self.offers, span.end))


def waits(offers: tuple[int, ...], now: int) -> tuple[int, ...]:
    """Waits so far in milliseconds of offers, ascending; a source whose clock is ahead has not
    waited less than nothing.
    """
    if offers and offers[-1] > now:
        return tuple([max(0, now - offer) for offer in offers])
    return tuple([now - offer for offer in offers])


def present(gauges: Sequence[Gauge]) -> QueuePresence:
    """Several gauges as one."""
    if len(gauges) == 1:
        [one] = gauges
        waiting = tuple(sorted(one.waiting))
        return QueuePresence(waiting, one.in_progress, one.unresolved, tuple(sorted(one.lasting)))
    return QueuePresence(
        tuple(sorted(offer for gauge in gauges for offer in gauge.waiting)),
        sum(gauge.in_progress for gauge in gauges),
        sum(gauge.unresolved for gauge in gauges),
        tuple(sorted(answer for gauge in gauges for answer in gauge.lasting)),
    )


def by_channel(gauges: Sequence[Gauge]) -> dict[str, QueuePresence]:
    """Several gauges as one for each channel: each channel's visits age by themselves."""
    if len(gauges) == 1:
        return {gauges[0].channel: present(gauges)}
    told: dict[str, list[Gauge]] = {}
    for gauge in gauges:
        told.setdefault(gauge.channel, []).append(gauge)
    return {channel: present(theirs) for channel, theirs in told.items()}


def merged(presences: Sequence[QueuePresence]) -> QueuePresence:
    """Several presences as one."""
    if len(presences) == 1:
        return presences[0]
    return QueuePresence(
        tuple(sorted(offer for one in presences for offer in one.offers)),
        sum(one.in_progress for one in presences),
        sum(one.unresolved for one in presences),
        tuple(sorted(answer for one in presences for answer in one.lasting)),
    )


class Present:
    """Who is there in a group, by channel and in all; made anew when a gauge changes."""

    def __init__(self, channels: Mapping[str, QueuePresence]) -> None:
        self.channels = channels
        self._all = merged(list(channels.values()))
        self._quiet = not (self._all.offers or self._all.lasting)

    def aged(self, horizons: Horizons, now: int) -> QueuePresence:
        """In all, those that are too old left out."""
        if self._quiet:
            return self._all
        aged = [known.aged(horizons.of(one), now) for one, known in self.channels.items()]
        if len(aged) == 1:
            return aged[0]
        same = all(one is known for one, known in zip(aged, self.channels.values(), strict=True))
        return self._all if same else merged(aged)
