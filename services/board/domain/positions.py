"""Where each source partition stands, as last heard."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from floorpulse.contracts.updates import Update


@dataclass(frozen=True)
class Position:
    """One partition's place in its log: `next_offset` is the first record not included, `watermark`
    epoch milliseconds.

    `sequence` counts one owner's updates; the durable position has 0, and `age`, the milliseconds
    for which it stood when it was read, by the database's clock alone. `published_at` (epoch
    milliseconds) is by the clock of whoever wrote it, the worker's or the database's: it is shown,
    and nothing is decided by it.
    """

    partition: int
    log_id: str
    generation: int
    epoch: int
    next_offset: int
    published_at: int
    applied: int
    dead: int
    watermark: int | None
    sequence: int = 0
    age: int = 0

    @property
    def owner(self) -> tuple[int, int]:
        """Whose word it is: a newer log beats an older one, a newer owner an older one."""
        return self.generation, self.epoch

    @property
    def order(self) -> tuple[int, int, int, int]:
        """A newer log beats an older one, a newer owner an older one, a later place an earlier one,
        later news earlier ones.
        """
        return self.generation, self.epoch, self.next_offset, self.sequence

    def is_before(self, update: Update) -> bool:
        """Whether this is what the changes of an update follow."""
        mine = self.log_id, self.generation, self.epoch, self.sequence
        return mine == (update.log_id, update.generation, update.epoch, update.follows)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever read from the partition: no figure can be old because nobody
        speaks of it.
        """
        return not self.applied and not self.dead and not self.next_offset


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
        sequence=update.sequence,
    )


def current(positions: Iterable[Position]) -> list[Position]:
    """The positions of the newest log.

    A topic made anew with fewer partitions leaves rows behind that nobody will ever update: they
    are history, not stale. Partition 0 is in every log, so the newest log has the highest
    generation.
    """
    known = list(positions)
    if not known:
        return known
    log_id = max(known, key=attrgetter("generation")).log_id
    return [one for one in known if one.log_id == log_id]


def lowest_watermark(positions: Iterable[Position]) -> int | None:
    """Event time that all partitions have passed; partitions that never had an event do not
    count.
    """
    return min(
        (one.watermark for one in current(positions) if one.watermark is not None), default=None
    )
