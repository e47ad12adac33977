"""The pages of open visits that a partition's owner writes: the changes of each flush, and all open
visits once the changes outweigh them.

    flush      1    2    3    4    5
    pages      +    +    +    +    all, and pages 1 to 4 go

So a claim never reads more than a few times the open visits, however long the log of events is, and
a flush writes a few bytes for each visit that it writes anyway.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.presence import Home, Page, decode_page, encode_page
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.kpi_engine.fold.packed import PageEntries
from floorpulse.kpi_engine.fold.presence import PartitionPresence

ENTRIES_A_PAGE = 10_000
FEW = 20_000
"""Entries of pages that a claim may read beyond two for each open visit"""


@dataclass(frozen=True)
class WrittenPages:
    """Encoded pages, the first numbered `first`; all earlier ones go where `everything` is in
    them.
    """

    first: int
    pages: Sequence[bytes]
    everything: bool
    entries: int
    changed: frozenset[Home]


class ClaimedPresence:
    """The open visits by the pages, read one after the other when a partition is claimed."""

    def __init__(self, horizons: Horizons) -> None:
        """No page was read."""
        self.presence = PartitionPresence(horizons)
        self.last = 0
        self._entries = 0

    def read(self, number: int, page: bytes) -> None:
        """Take in the next page."""
        said = decode_page(page)
        self.presence.read(said)
        self.last = number
        self._entries += len(said)

    @property
    def following(self) -> "PresenceLog":
        """The log that goes on behind these pages."""
        return PresenceLog(self.last + 1, self._entries)


class PageBuilder:
    """Gathers the entries of a page."""

    def __init__(self, presence: PartitionPresence) -> None:
        self.presence = presence
        self._since = presence.since
        self.entries = PageEntries()

    def __len__(self) -> int:
        return len(self.entries)

    def note(
        self, key: VisitKey, visit: Visit, home: Home | None, offered: int | None, *, stored: bool
    ) -> None:
        """Add the entry of a visit that is written; `home` and `offered` are None where they are
        not known.

        The end of a visit that was never `stored` needs no entry. The conditions are those of
        `Presence.holds`, without its calls: each visit of each flush comes by here.
        """
        waits_since, talks_since = self._since[visit.channel]
        answered = visit.answered_at
        if home is None or offered is None:
            there = False
        elif answered is None:
            there = offered >= waits_since and visit.abandoned_at is None and visit.left_at is None
        else:
            there = answered >= talks_since and visit.ended_at is None
        entries = self.entries
        if there:
            place = entries.places.setdefault(home, len(entries.places))  # type: ignore[arg-type]  # it is known
            since: int = offered if answered is None else answered  # type: ignore[assignment]  # it is known
            if answered is None:
                entries.waiting.append((place, key[1], key[2], since))
            else:
                entries.answered.append((place, key[1], key[2], since))
                entries.agents.append(visit.agent or "")
        elif stored:
            entries.over.append(key)

    def extend(self, home: Home, there: Iterable[tuple[VisitKey, int]], *, answered: bool) -> None:
        """Add visits of one queue and channel that wait, or are in progress, each since its
        instant.
        """
        entries = self.entries
        place = entries.places.setdefault(home, len(entries.places))
        into = entries.answered if answered else entries.waiting
        for key, at in there:
            into.append((place, key[1], key[2], at))
            if answered:
                entries.agents.append(self.presence.agent_of(key))

    def page(self, unresolved: Iterable[Home] = ()) -> Page:
        """The page, with the counts of these queues and channels."""
        counts = self.presence.unresolved.counts(unresolved)
        waits, talks = (min(one[place] for one in self._since.values()) for place in (0, 1))
        entries = self.entries
        return Page(
            waits,
            talks,
            list(entries.places),
            entries.waiting,
            entries.answered,
            entries.over,
            counts,
            self._since,
            entries.agents,
        )


class PresenceLog:
    """The number of the next page, and how many entries the pages up to it hold."""

    def __init__(self, following: int = 1, entries: int = 0) -> None:
        """`following` is the number of the next page."""
        self._following = following
        self._entries = entries
        self._enough = 0

    def take(self, builder: PageBuilder) -> WrittenPages:
        """The pages to write along with the visits that `builder` noted; none where nothing
        changed.
        """
        presence = builder.presence
        changed = presence.unresolved.take_changed()
        if self._entries + len(builder) > self._enough and self._outweigh(len(builder), presence):
            return self._written(everything(presence), changed, everything=True)
        pages = [builder.page(changed)] if builder or changed else []
        return self._written(pages, changed, everything=False)

    def _outweigh(self, more: int, presence: PartitionPresence) -> bool:
        """Whether the entries of the pages, and `more`, outweigh the open visits; counting those is
        work, so it is not done often.
        """
        self._enough = FEW + 2 * len(presence)
        return self._entries + more > self._enough

    def _written(
        self, pages: Sequence[Page], changed: set[Home], *, everything: bool
    ) -> WrittenPages:
        entries = sum(map(len, pages))
        return WrittenPages(
            self._following,
            [encode_page(page) for page in pages],
            everything,
            entries,
            frozenset(changed),
        )

    def flushed(self, written: WrittenPages) -> None:
        """These pages are durable."""
        self._following += len(written.pages)
        self._entries = written.entries if written.everything else self._entries + written.entries


def everything(presence: PartitionPresence) -> list[Page]:
    """All open visits, in pages of less than twice `ENTRIES_A_PAGE` visits; the last has all the
    counts.
    """
    pages: list[Page] = []
    builder = PageBuilder(presence)
    for home, answered, there in presence.listed():
        entries = iter(there.items())
        while portion := list(islice(entries, ENTRIES_A_PAGE)):
            builder.extend(home, portion, answered=answered)
            if len(builder) >= ENTRIES_A_PAGE:
                pages.append(builder.page())
                builder = PageBuilder(presence)
    return [*pages, builder.page(presence.unresolved.homes())]
