"""Warnings: what an accepted event says that is likely a mistake of its feed. It counts as it is
told.

    now ──────┬─────────┬──────────────────► at        zone of the floor: UTC + 8 h
            + 1 min   + 8 h ± 2 min
              future    local time marked as UTC
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.refusals import shortened

AHEAD = 60_000
"""Milliseconds that a source's clock may run ahead without a word"""
ABOUT = 120_000
"""Milliseconds within which an instant is a zone's offset away from now"""
MINUTE = 60_000


class WarningCode(StrEnum):
    """The closed list of warnings."""

    FUTURE = "future"
    LOCAL_TIME = "local_time_as_utc"
    UNKNOWN_QUEUE = "unknown_queue"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True)
class EventWarning:
    """What seems wrong, and what to do."""

    code: WarningCode
    detail: str


@dataclass(frozen=True)
class KnownFloor:
    """What is known of a tenant's floor: how many milliseconds its zone is ahead of UTC now, its
    queues (none: nobody defined any), and for how many milliseconds states of agents are believed
    that a source tells (as suits it, where a source is not named).
    """

    offset: int = 0
    queues: Collection[str] = frozenset()
    states_last: Mapping[str, int] = field(default_factory=dict)


NOTHING_KNOWN = KnownFloor()


def warnings_of(event: AnyEvent, at: int, now: int, floor: KnownFloor) -> tuple[EventWarning, ...]:
    """What seems wrong of an event of the instant `at` that arrived `now` (epoch milliseconds)."""
    found: tuple[EventWarning, ...] = ()
    if floor.offset and abs(at - now - floor.offset) <= ABOUT:
        found = (EventWarning(WarningCode.LOCAL_TIME, _local_time(floor.offset)),)
    elif at - now > AHEAD:
        found = (EventWarning(WarningCode.FUTURE, _future(at - now)),)
    if floor.queues:
        queue: str | None = getattr(event, "queue", None)
        if queue is not None and queue not in floor.queues:
            found += (EventWarning(WarningCode.UNKNOWN_QUEUE, _unknown(queue)),)
    return found


def contradiction(event: AnyEvent) -> EventWarning:
    """The id of an event came a short while ago with other content."""
    detail = (
        f"the id {event.id!r} came before with other content: both count as far as they can be "
        "joined; give every event an id of its own, and put right what was wrong by an amendment "
        "- at `$.id`"
    )
    return EventWarning(WarningCode.CONTRADICTION, shortened(detail))


def _unknown(queue: str) -> str:
    return shortened(
        f"no definition knows the queue {queue!r}: mend its name at the source, or define it "
        "- at `$.queue`"
    )


def _local_time(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // MINUTE, 60)
    sign = "+" if offset > 0 else "-"
    return (
        f"the instant is {sign}{hours:02}:{minutes:02} from now, which is the offset of the "
        "floor's zone: local time marked as UTC? Send it with its own offset - at `$.at`"
    )


def _future(ahead: int) -> str:
    return (
        f"the instant is {ahead / 1000:,.0f} s ahead of now: it counts when its time comes; mend "
        "the source's clock or zone - at `$.at`"
    )
