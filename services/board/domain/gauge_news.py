"""What an update tells of who waits and talks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from floorpulse.board.domain.positions import Position
from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.updates import Gauge, Update

GAUGES_AT_ONCE = 500
"""Gauges sorted by queue in one step, before any of them is merged: some tenths of a millisecond"""


@dataclass(frozen=True)
class GaugeNews:
    """What an update tells of gauges, None where nothing; of every queue where `everything`."""

    told: Sequence[Gauge] | None
    everything: bool = False

    def by_queue_channel(self, into: dict[QueueChannel, Gauge | None]) -> Iterator[bool]:
        """Put each queue's gauge, None where nobody is in it any more, into a dictionary in small
        steps.
        """
        told = self.told or ()
        for first in range(0, len(told), GAUGES_AT_ONCE):
            for one in told[first : first + GAUGES_AT_ONCE]:
                is_there = self.everything or _anybody(one)
                into[one.tenant, one.queue, one.channel] = one if is_there else None
            yield False


NO_GAUGES = GaugeNews(None)


def gauges_of(update: Update, known: Position | None) -> GaugeNews:
    """What an update tells a reader that stands at a position."""
    if update.changed is None:
        return GaugeNews(update.gauges, everything=update.gauges is not None)
    if known is None or not known.is_before(update):
        return NO_GAUGES
    return GaugeNews(update.changed)


def _anybody(gauge: Gauge) -> bool:
    return bool(gauge.waiting or gauge.in_progress or gauge.unresolved or gauge.lasting)
