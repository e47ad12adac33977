"""Columns of lonely visits: those of Python and those of the core are one question."""

from collections.abc import Sequence

import pytest

from floorpulse.contracts.visits import VisitKey
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.packed import NO_KEYS, KeyColumns
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.rows import NO_ROWS
from floorpulse.kpi_engine.postgres.lonely import lonely_columns

PACKED = KeyColumns("acme\nacme", "p1\np2", "1\n3")


def rows(
    partition: int, lonely: Sequence[VisitKey] = (), packed: KeyColumns = NO_KEYS
) -> FlushRows:
    return FlushRows(
        before=0,
        position=PartitionPosition(partition, "log", 1, 1, 7),
        new_visits=NO_ROWS,
        visits=NO_ROWS,
        new_panes=NO_ROWS,
        panes=NO_ROWS,
        agent_states=[],
        late=[],
        presence=[],
        presence_since=0,
        instants=frozenset(),
        lonely=lonely,
        lonely_packed=packed,
    )


def asked(*flushed: FlushRows) -> list[tuple[str, ...]]:
    columns = lonely_columns(flushed)
    assert columns is not None
    separator, *whole = columns
    return sorted(zip(*(column.split(separator) for column in whole), strict=True))


def test_without_lonely_visits_nothing_is_asked() -> None:
    assert lonely_columns([rows(1), rows(2)]) is None


@pytest.mark.parametrize("contact", ["c1", "c\n1", "\x1f\n"])
def test_all_are_asked_about_with_their_partitions(contact: str) -> None:
    found = asked(rows(2, [("acme", contact, 1)]), rows(7, packed=PACKED), rows(9))

    assert found == [
        ("2", "acme", contact, "1"),
        ("7", "acme", "p1", "1"),
        ("7", "acme", "p2", "3"),
    ]


def test_those_of_the_core_alone_are_asked_about() -> None:
    assert lonely_columns([rows(7, packed=PACKED)]) == ["\n", "7\n7", *PACKED]


def test_those_of_python_alone_are_asked_about() -> None:
    assert asked(rows(2, [("acme", "a\nb", 1)])) == [("2", "acme", "a\nb", "1")]
