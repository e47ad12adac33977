"""Answers that are read subject by subject, in parts."""

from dataclasses import dataclass
from typing import NamedTuple

from floorpulse.board.domain.reading import WindowReading
from floorpulse.figures.live.context import LiveContext, LiveContexts
from floorpulse.figures.live.layout import Layout, RowLayout
from floorpulse.figures.selection import RowKey


class LivePlace(NamedTuple):
    """Where a row stands in a live answer: its subject, the KPI's number in the question."""

    row_key: RowKey
    kpi: int


@dataclass(frozen=True)
class OpenAnswer:
    """An answer whose rows are read one by one: the context they share, and where each stands."""

    context: LiveContext
    layout: Layout


class Part(NamedTuple):
    """Rows of an answer by their numbers: from `first` up to, not including, `end`; and the place
    of the last where more follow.
    """

    first: int
    end: int
    more: LivePlace | None


class OpenedAnswer(NamedTuple):
    """An answer to be read subject by subject, each of which has as many rows as there are KPIs;
    `looked_up` tells whether the board alone does not know it.
    """

    contexts: LiveContexts
    layout: Layout
    kpis: int
    looked_up: bool

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(self.layout.row_keys) * self.kpis

    def part(self, after: LivePlace | None, limit: int) -> Part:
        """Up to `limit` rows behind a place."""
        first = 0
        if after is not None:
            index = self.layout.index(after.row_key)
            row_keys = self.layout.row_keys
            is_there = index < len(row_keys) and row_keys[index] == after.row_key
            first = index * self.kpis + (after.kpi + 1 if is_there else 0)
        end = min(first + limit, self.size)
        if end == self.size:
            return Part(first, end, None)
        index, kpi = divmod(end - 1, self.kpis)
        return Part(first, end, LivePlace(self.layout.row_keys[index], kpi))


class RowReading(NamedTuple):
    """A row's place, and what the board has of it: nothing is looked up yet."""

    layout: RowLayout
    reading: WindowReading
