"""What an accepted event says that is likely a mistake of its feed is told, and counts all the
same.
"""

import msgspec
import pytest

from floorpulse.contracts.events import AnyEvent
from floorpulse.ingest.domain.judge import CanonicalEvent, EventLimits, Judge
from floorpulse.ingest.domain.warnings import KnownFloor
from tests.unit.ingest.builders import NOW, PSEUDONYMS

HOUR = 3_600_000
SHANGHAI = KnownFloor(8 * HOUR, frozenset({"orders"}))
NEW_YORK = KnownFloor(-5 * HOUR)
MUMBAI = KnownFloor(11 * HOUR // 2)


def warned(floor: KnownFloor, at: int, queue: str = "orders") -> list[tuple[str, str]]:
    text = msgspec.json.encode(
        {
            "type": "contact.offered",
            "id": "1",
            "source": "pbx",
            "at": at,
            "contact": "c",
            "queue": queue,
        }
    )
    judge = Judge("acme", NOW, EventLimits(), PSEUDONYMS, floor)
    verdict = judge.judge(text, lambda same: same)
    assert isinstance(verdict, CanonicalEvent)
    event = msgspec.json.decode(verdict.value, type=AnyEvent)
    assert event.at == at
    return [(one.code.value, one.detail) for one in verdict.warnings]


def codes(floor: KnownFloor, at: int, queue: str = "orders") -> list[str]:
    return [code for code, _ in warned(floor, at, queue)]


@pytest.mark.parametrize(
    ("floor", "at"),
    [
        (SHANGHAI, NOW),
        (SHANGHAI, NOW + 60_000),
        (SHANGHAI, NOW - 8 * HOUR),
        (NEW_YORK, NOW - 5 * HOUR - 120_001),
        (NEW_YORK, NOW - 30 * 24 * HOUR),
        (KnownFloor(), NOW),
    ],
)
def test_an_event_of_now_or_of_the_past_says_nothing_odd(floor: KnownFloor, at: int) -> None:
    assert codes(floor, at) == []


@pytest.mark.parametrize(
    ("floor", "at", "offset"),
    [
        (SHANGHAI, NOW + 8 * HOUR, "+08:00"),
        (SHANGHAI, NOW + 8 * HOUR + 120_000, "+08:00"),
        (NEW_YORK, NOW - 5 * HOUR - 120_000, "-05:00"),
        (MUMBAI, NOW + 11 * HOUR // 2 - 3000, "+05:30"),
    ],
)
def test_local_time_marked_as_utc_is_recognised_by_the_zones_offset(
    floor: KnownFloor, at: int, offset: str
) -> None:
    ((code, detail),) = warned(floor, at)

    assert code == "local_time_as_utc"
    assert offset in detail


def test_a_clock_that_is_ahead_is_told_by_how_much() -> None:
    ((code, detail),) = warned(SHANGHAI, NOW + 2 * HOUR)

    assert code == "future"
    assert detail.startswith("the instant is 7,200 s ahead of now: it counts when its time comes")
    assert codes(KnownFloor(), NOW + 60_001) == ["future"]


def test_a_queue_that_nobody_defined_is_named_where_any_is_defined() -> None:
    ((code, detail),) = warned(SHANGHAI, NOW, "ordres")

    assert code == "unknown_queue"
    assert "'ordres'" in detail
    assert codes(NEW_YORK, NOW, "ordres") == []
    assert codes(SHANGHAI, NOW + 2 * HOUR, "ordres") == ["future", "unknown_queue"]
