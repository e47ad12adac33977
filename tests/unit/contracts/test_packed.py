"""Cells in tables, and events in partitions."""

import pytest

from floorpulse.contracts.cells import Cell
from floorpulse.contracts.events import ComplaintOpened, partition_key
from floorpulse.contracts.packed import pack, unpack, unpack_joined

ONE = {int(Cell.OFFERED): 1, int(Cell.ANSWERED_WAIT): 70_000}
OTHER = {int(Cell.OFFERED): -2}


def test_cells_read_back_as_they_were_packed_one_by_one_and_joined() -> None:
    assert unpack(pack(ONE)) == ONE
    assert unpack_joined(3, pack(ONE) + pack({}) + pack(OTHER)) == [ONE, {}, OTHER]
    assert unpack_joined(0, b"") == []


def opened(**subject: str) -> ComplaintOpened:
    return ComplaintOpened(id="1", source="s", tenant="acme", at=0, complaint="k", **subject)  # type: ignore[arg-type]


def test_events_are_kept_together_by_contact_else_agent_else_queue() -> None:
    keys = [
        partition_key(opened(contact="c", agent="ann", queue="sales")),
        partition_key(opened(agent="ann", queue="sales")),
        partition_key(opened(queue="sales")),
    ]

    assert keys == [b"acme|c", b"acme|ann", b"acme|sales"]
    with pytest.raises(ValueError, match="event 1 names neither contact nor agent nor queue"):
        partition_key(opened())
