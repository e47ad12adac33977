"""How much cells grew, told in two numbers that no figure outgrows.

    change     {ANSWERED: 2, ABANDONED: 1, a histogram: 2, TALK: 340,000}
    growth     3 contacts, 340,000 of amounts

A count, or the part or whole of a share, sums counters of one family or one histogram: it grows by
no more than the family that grows most.
"""

from typing import NamedTuple

from floorpulse.contracts.cells import BUCKETS, COMPLAINTS, HANDLING, LEFT, Cell, Cells

AMOUNTS = frozenset(
    code for code in Cell if code.name.endswith(("_WAIT", "_SUM")) or code in HANDLING
)
"""Sums of milliseconds or thousandths; all other cells count"""
_TOGETHER = (
    (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values()),
    tuple(COMPLAINTS.values()),
    HANDLING,
)
_FAMILIES: dict[int, int] = {code: family[0] for family in _TOGETHER for code in family}


class Growth(NamedTuple):
    """How many more `contacts` any figure counts at most, and by how much any sum of `amounts`
    grew, milliseconds or thousandths.
    """

    contacts: int = 0
    amounts: int = 0


def growth_of(change: Cells) -> Growth | None:
    """The growth that a change of cells makes; None where a cell became less."""
    if min(change.values(), default=0) < 0:
        return None
    counts: dict[int, int] = {}
    amounts: dict[int, int] = {}
    for code, amount in change.items():
        family = _FAMILIES.get(code, code) if code < BUCKETS else code // BUCKETS * BUCKETS
        into = amounts if code in AMOUNTS else counts
        into[family] = into.get(family, 0) + amount
    return Growth(max(counts.values(), default=0), max(amounts.values(), default=0))
