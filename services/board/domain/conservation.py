"""The law of conservation: who was offered was answered, was abandoned, left or waits."""

from collections.abc import Sequence

from floorpulse.board.domain.picture import Picture
from floorpulse.board.domain.reading import without_outcome
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import MINUTE, Span

SLACK = 5 * MINUTE
"""Panes so close to the longest wait are left out"""


def residual(picture: Picture, queue_channels: Sequence[QueueChannel], now: int) -> int:
    """Offered − answered − abandoned − left − waiting of queues and channels of one tenant,
    over the panes young enough to hold only waiting visits; must be 0.
    """
    channels: dict[str, list[QueueChannel]] = {}
    for queue_channel in queue_channels:
        if queue_channel in picture.series:
            channels.setdefault(queue_channel[2], []).append(queue_channel)
    return sum(_of_channel(picture, theirs, now) for theirs in channels.values())


def _of_channel(picture: Picture, queue_channels: Sequence[QueueChannel], now: int) -> int:
    tenant, _, channel = queue_channels[0]
    longest = picture.horizons_of(tenant, now).of(channel)
    youngest = max(now - longest.wait, picture.since)
    pane = picture.rules.pane
    span = Span(youngest - youngest % pane + SLACK, now - now % pane + pane)
    cells = picture.chosen(queue_channels, channel).cells("conservation", span)
    waiting = picture.waits(list(queue_channels), span, now)
    return without_outcome(cells) - len(waiting)
