"""What a worker hears of sources and what a reader makes of it, minute by minute over hours: the
two meet on updates alone.

live      ●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●►
burst     ●
history   ●●●● (of 2012)
dying     ●●●●●●●●●●●●●●●●●●●●†   silent 20 minutes later at the latest
"""

from collections.abc import Callable

import pytest

from floorpulse.board.domain.sources import HeardSources as Reader
from floorpulse.contracts.events import ContactOffered
from floorpulse.kpi_engine.publish.sources import PartitionSources as Worker
from tests.fakes.slices import told_by

NOON = 1_794_398_400_000
LONG_AGO = 1_350_000_000_000
SECOND = 1_000
MINUTE = 60_000
PARTITIONS = 4
DIES = 60
"""Minutes after which the dying source is dead"""

Speaks = Callable[[int], int | None]
"""The event time that a source tells of in a minute; None: nothing"""


def live(minute: int) -> int | None:
    return NOON + minute * MINUTE


def burst(minute: int) -> int | None:
    return NOON if minute == 0 else None


def history(minute: int) -> int | None:
    return LONG_AGO + minute if minute < 4 else None


def long_import(minute: int) -> int | None:
    return LONG_AGO + minute if minute < 90 else None


def dying(minute: int) -> int | None:
    return live(minute) if minute < DIES else None


def pilot(minute: int) -> int | None:
    return live(minute) if minute < 8 else None


def every_quarter(minute: int) -> int | None:
    return live(minute) if minute % 15 == 0 else None


def said(source: str, queue: str, at: int) -> ContactOffered:
    return ContactOffered(id="1", source=source, at=at, tenant="acme", contact="c", queue=queue)


def shown(minutes: int, *sources: tuple[str, str, Speaks]) -> tuple[set[str], set[str]]:
    """Which queues stand, and which a silent source touches, after so many minutes."""
    workers = [Worker() for _ in range(PARTITIONS)]
    reader = Reader(15 * MINUTE)
    for minute in range(minutes):
        for number, (name, queue, speaks) in enumerate(sources):
            at = speaks(minute)
            if at is not None:
                partition = (minute + number) % PARTITIONS
                told = told_by(said(name, queue, at), appended_at=NOON + minute * MINUTE)
                workers[partition].note(told, minute * MINUTE)
        for quarter in range(4):
            now = minute * MINUTE + quarter * 15 * SECOND
            for partition, worker in enumerate(workers):
                for heard in worker.take_unpublished(now):
                    reader.take(partition, heard, now)
    silence = reader.silence("acme", minutes * MINUTE)
    return set(silence.standing), set(silence.touched)


@pytest.mark.parametrize(
    ("minutes", "sources", "standing", "touched"),
    [
        (34, (("pbx", "sales", live), ("file", "sales", burst)), set(), set()),
        (34, (("pbx", "sales", live), ("file", "sales", history)), set(), set()),
        (34, (("pbx", "sales", live), ("file", "old", history)), set(), set()),
        (200, (("pbx", "sales", live), ("file", "old", long_import)), set(), set()),
        (200, (("pbx", "sales", live), ("new", "sales", pilot)), set(), set()),
        (200, (("batch", "mail", every_quarter),), set(), set()),
        (DIES + 10, (("pbx", "sales", dying),), set(), set()),
        (DIES + 20, (("pbx", "sales", dying),), {"sales"}, {"sales"}),
        (DIES + 20, (("pbx", "sales", live), ("two", "help", dying)), {"help"}, {"help"}),
        (DIES + 20, (("pbx", "sales", live), ("two", "sales", dying)), set(), {"sales"}),
        (DIES + 20, (("file", "sales", burst), ("two", "sales", dying)), {"sales"}, {"sales"}),
        (DIES + 25 * 60, (("pbx", "sales", dying),), set(), set()),
    ],
)
def test_only_a_source_with_a_rhythm_that_broke_off_is_told(
    minutes: int,
    sources: tuple[tuple[str, str, Speaks], ...],
    standing: set[str],
    touched: set[str],
) -> None:
    assert shown(minutes, *sources) == (standing, touched)
