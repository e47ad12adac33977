"""Months in UTC, of which the tables that grow with time have one part each."""

from datetime import UTC, datetime
from typing import NamedTuple


class Month(NamedTuple):
    """One month: its name in a table's name, and its instants [begin, end) in epoch
    milliseconds.
    """

    name: str
    begin: int
    end: int


def month_of(at: int) -> Month:
    """The month that holds `at`, epoch milliseconds."""
    first = datetime.fromtimestamp(at // 1000, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Month(f"{first:%Y_%m}", int(first.timestamp()) * 1000, int(following.timestamp()) * 1000)
