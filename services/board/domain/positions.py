"""Where each source partition stands, as last heard, and how old that news is."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.updates import Update


@dataclass(frozen=True)
class Position:
    """One partition's place in its log: `next_offset` is the first record not included; instants are epoch milliseconds."""

    partition: int
    log_id: str
    generation: int
    epoch: int
    next_offset: int
    published_at: int
    applied: int
    dead: int
    watermark: int | None

    @property
    def order(self) -> tuple[int, int, int]:
        """A newer log beats an older one, a newer owner an older one, later news earlier ones."""
        return self.generation, self.epoch, self.published_at


def position_of(update: Update) -> Position:
    """The position an update tells."""
    return Position(
        partition=update.partition,
        log_id=update.log_id,
        generation=update.generation,
        epoch=update.epoch,
        next_offset=update.next_offset,
        published_at=update.published_at,
        applied=update.applied,
        dead=update.dead,
        watermark=update.watermark,
    )


def current(positions: Iterable[Position]) -> list[Position]:
    """The positions of the log that was heard of last.

    A topic made anew with fewer partitions leaves rows behind that nobody will ever update: they are history, not stale.
    """
    known = list(positions)
    newest = max(known, key=lambda one: one.published_at, default=None)
    return [one for one in known if newest is not None and one.log_id == newest.log_id]


def stale_since(positions: Iterable[Position], now: int, grace: int) -> int | None:
    """The oldest news of a partition that was silent for more than `grace` milliseconds; None while all are fresh."""
    return min((one.published_at for one in current(positions) if now - one.published_at > grace), default=None)


def lowest_watermark(positions: Iterable[Position]) -> int | None:
    """Event time that all partitions have passed; partitions that never had an event do not count."""
    return min((one.watermark for one in current(positions) if one.watermark is not None), default=None)
