"""A client's list of visits, read row by row: every row becomes a visit, or is told to be none."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from floorpulse.reports.compare.cells import is_empty, outcome_said, span_said, truth_said
from floorpulse.reports.compare.columns import Column, columns_of, named
from floorpulse.reports.compare.dates import DateOrder, Dates, ListedTime, order_of
from floorpulse.reports.compare.refused import UnreadableListError
from floorpulse.reports.compare.text_files import TextForm, form_of, rows_of
from floorpulse.reports.domain.comparison.listing import ListedVisit, Listing

T = TypeVar("T")
LOOKED_AT = 100_000
"""Rows whose dates are looked at to see in which order they are written"""
SHOWN = 20
"""Unreadable rows that are told one by one"""
MOST_UNKNOWN = 1000
"""Words that are not understood, of which it is counted how often"""
LONGEST_CONTACT = 256


@dataclass(frozen=True, kw_only=True)
class HowToRead:
    """What is said of a list beyond what it says itself: heads by what they are, the zone of its
    times, the ids of queues by their names in any spelling.
    """

    zone: ZoneInfo
    queues: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    dates: DateOrder | None = None


@dataclass
class ClientList:
    """A list that was read: how, its visits, and what could not be read. `unreadable` rows are
    told by line, the first of them; `unknown` words by column and how often they stand there.
    """

    form: TextForm
    visits: Listing = field(default_factory=Listing)
    rows: int = 0
    unreadable_rows: int = 0
    unreadable: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, why: str) -> None:
        """Tell a row that is no visit."""
        self.unreadable_rows += 1
        if len(self.unreadable) < SHOWN:
            self.unreadable.append(f"line {line}: {why}")


def columns_told(text: str | None) -> dict[str, str]:
    """Heads by what they are, as options write them: `contact=Call ref,offered=Begin`."""
    pairs = (part.partition("=") for part in (text or "").split(",") if part.strip())
    return {name.strip(): head.strip() for name, _, head in pairs}


def read_list(file: BinaryIO, how: HowToRead) -> ClientList:
    """The visits of a file that can be read from its begin again.

    Raises:
        UnreadableListError: the list as a whole cannot be read.
    """
    form = form_of(file, how.encoding, how.delimiter)
    found = ClientList(form)
    places = columns_of(form.columns, how.columns)
    reader = _RowReader(places, form.columns, how, _order(file, form, places, how))
    for line, cells in rows_of(file, form):
        found.rows += 1
        visit = reader.read(line, cells, found)
        if visit is not None:
            found.visits.add(visit)
    if not found.visits:
        raise _no_visits(found)
    return found


def _no_visits(found: ClientList) -> UnreadableListError:
    first = found.unreadable[0] if found.unreadable else "no row stands under its columns"
    return UnreadableListError(f"the list has no visit that can be read; {first}")


def _order(
    file: BinaryIO, form: TextForm, places: Mapping[Column, int], how: HowToRead
) -> DateOrder | None:
    place = places.get(Column.OFFERED, places.get(Column.DATE, 0))
    if how.dates is not None:
        return how.dates
    return order_of(
        cells[place] for _, cells in islice(rows_of(file, form), LOOKED_AT) if place < len(cells)
    )


class _RowReader:
    """Reads the rows of one list."""

    def __init__(
        self,
        places: Mapping[Column, int],
        heads: Sequence[str],
        how: HowToRead,
        order: DateOrder | None,
    ) -> None:
        self._places = places
        self._units = {column: named(heads[place])[1] for column, place in places.items()}
        self._queues = {name.strip().casefold(): queue for name, queue in how.queues.items()}
        self._dates = Dates(how.zone, order)

    def read(self, line: int, cells: Sequence[str], found: ClientList) -> ListedVisit | None:
        """The visit of a row; None where it is told to be none."""
        said = {
            column: cells[place]
            for column, place in self._places.items()
            if place < len(cells) and not is_empty(cells[place])
        }
        offered = self._offered(said)
        if offered is None:
            found.refuse(line, f"{_when(said)!r} is no time at which a visit was offered")
            return None
        contact = said.get(Column.CONTACT, "").strip()
        if len(contact) > LONGEST_CONTACT:
            found.refuse(line, f"the id of the contact has more than {LONGEST_CONTACT} characters")
            return None
        return ListedVisit(
            contact=contact,
            offered=offered.at,
            queue=self._queue(said.get(Column.QUEUE)),
            outcome=_said(said, Column.OUTCOME, outcome_said, found),
            wait=self._span(said, Column.WAIT, found),
            talk=self._span(said, Column.TALK, found),
            billable=_said(said, Column.BILLABLE, truth_said, found),
            within=_said(said, Column.WITHIN, truth_said, found),
            line=line,
            again=offered.again,
        )

    def _offered(self, said: Mapping[Column, str]) -> ListedTime | None:
        text = _when(said)
        return self._dates.read(text) if text else None

    def _queue(self, name: str | None) -> str | None:
        if name is None:
            return None
        return self._queues.get(name.strip().casefold(), name.strip())

    def _span(self, said: Mapping[Column, str], column: Column, found: ClientList) -> int | None:
        return _said(said, column, lambda text: span_said(text, self._units[column]), found)


def _when(said: Mapping[Column, str]) -> str:
    if Column.OFFERED in said:
        return said[Column.OFFERED]
    parts = (said.get(Column.DATE, ""), said.get(Column.CLOCK, ""))
    return " ".join(part.strip() for part in parts if part)


def _said(
    said: Mapping[Column, str],
    column: Column,
    meaning: Callable[[str], T | None],
    found: ClientList,
) -> T | None:
    """What a cell means; a word without meaning is counted, and says nothing of the visit."""
    text = said.get(column)
    if text is None:
        return None
    meant = meaning(text)
    if meant is None and len(found.unknown) < MOST_UNKNOWN:
        found.unknown[f"{column}: {text.strip()[:40]}"] += 1
    return meant


def unreadable_of(found: ClientList) -> Iterator[str]:
    """What could not be read, in sentences: rows first, then words."""
    yield from found.unreadable
    if found.unreadable_rows > len(found.unreadable):
        yield f"and {found.unreadable_rows - len(found.unreadable)} rows more"
    for word, times in found.unknown.most_common(SHOWN):
        yield f"{word!r} is not understood, {times} times"
