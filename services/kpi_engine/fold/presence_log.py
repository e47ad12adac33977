"""The pages that a partition's owner writes of who is there: the changes of each flush, and
everything once they outweigh it.

    flush      1    2    3    4    5
    pages      +    +    +    +    all, and pages 1 to 4 go

So a claim never reads more than a few times what is there, however long the log of events is, and a
flush writes a few bytes for each visit that it writes anyway.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from services.contracts.presence import Entry, Home, Page, decode_page, encode_page
from services.contracts.visits import Longest, Visit, VisitKey
from services.kpi_engine.fold.presence import Presence

ENTRIES_A_PAGE = 10_000
FEW = 20_000
"""Words about visits that a claim may read beyond two for each visit that is there"""


@dataclass(frozen=True)
class Written:
    """Encoded pages, the first numbered `first`; all earlier ones go where `everything` is in
    them.
    """

    first: int
    pages: Sequence[bytes]
    everything: bool
    words: int
    changed: frozenset[Home]


class Claimed:
    """Who is there as the pages tell it, read one after the other when a partition is claimed."""

    def __init__(self, longest: Longest) -> None:
        """No page was read."""
        self.presence = Presence(longest)
        self.last = 0
        self._words = 0

    def read(self, number: int, page: bytes) -> None:
        """Take in the next page."""
        said = decode_page(page)
        self.presence.read(said)
        self.last = number
        self._words += len(said)

    @property
    def following(self) -> "PresenceLog":
        """The log that goes on behind these pages."""
        return PresenceLog(self.last + 1, self._words)


class PageBuilder:
    """Gathers what a page says of visits."""

    def __init__(self, presence: Presence) -> None:
        self.presence = presence
        self._since = presence.waits_since, presence.talks_since
        self._places: dict[Home, int] = {}
        self._waiting: list[Entry] = []
        self._answered: list[Entry] = []
        self._over: list[VisitKey] = []

    def __len__(self) -> int:
        return len(self._waiting) + len(self._answered) + len(self._over)

    def note(
        self, key: VisitKey, visit: Visit, home: Home | None, offered: int | None, *, stored: bool
    ) -> None:
        """What became of a visit that is written: of this queue and channel, offered then, as far
        as both are known.

        What was never `stored` need not be told as over. The conditions are those of
        `Presence.holds`, without its calls: each visit of each flush comes by here.
        """
        waits_since, talks_since = self._since
        answered = visit.answered_at
        if home is None or offered is None:
            there = False
        elif answered is None:
            there = offered >= waits_since and visit.abandoned_at is None and visit.left_at is None
        else:
            there = answered >= talks_since and visit.ended_at is None
        if there:
            place = self._places.setdefault(home, len(self._places))  # type: ignore[arg-type]  # it is known
            since: int = offered if answered is None else answered  # type: ignore[assignment]  # it is known
            (self._waiting if answered is None else self._answered).append(
                (place, key[1], key[2], since)
            )
        elif stored:
            self._over.append(key)

    def extend(self, home: Home, there: Iterable[tuple[VisitKey, int]], *, answered: bool) -> None:
        """All of these wait, or are in progress, since then in one queue and channel."""
        place = self._places.setdefault(home, len(self._places))
        entries = self._answered if answered else self._waiting
        entries += [(place, contact, number, at) for (_, contact, number), at in there]

    def page(self, unresolved: Iterable[Home] = ()) -> Page:
        """The page, with the counts of these queues and channels."""
        counts = self.presence.unresolved(unresolved)
        return Page(
            *self._since, list(self._places), self._waiting, self._answered, self._over, counts
        )


class PresenceLog:
    """Which page comes next, and how many words the pages up to it hold."""

    def __init__(self, following: int = 1, words: int = 0) -> None:
        """`following` is the number of the next page."""
        self._following = following
        self._words = words
        self._enough = 0

    def take(self, builder: PageBuilder) -> Written:
        """The pages to write along with the visits that `builder` noted, none where nobody came or
        went.
        """
        presence = builder.presence
        changed = presence.take_changed()
        if self._words + len(builder) > self._enough and self._outweigh(len(builder), presence):
            return self._written(everything(presence), changed, everything=True)
        pages = [builder.page(changed)] if builder or changed else []
        return self._written(pages, changed, everything=False)

    def _outweigh(self, more: int, presence: Presence) -> bool:
        """Whether the words of the pages, and `more`, outweigh who is there; counting them is work,
        so it is not done often.
        """
        self._enough = FEW + 2 * len(presence)
        return self._words + more > self._enough

    def _written(self, pages: Sequence[Page], changed: set[Home], *, everything: bool) -> Written:
        words = sum(map(len, pages))
        return Written(
            self._following,
            [encode_page(page) for page in pages],
            everything,
            words,
            frozenset(changed),
        )

    def flushed(self, written: Written) -> None:
        """These pages are durable."""
        self._following += len(written.pages)
        self._words = written.words if written.everything else self._words + written.words


def everything(presence: Presence) -> list[Page]:
    """All that is there, in pages of less than twice `ENTRIES_A_PAGE` visits; the last has all the
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
    return [*pages, builder.page(presence.counted())]
