"""The packed visits of one partition, in the core."""

import ctypes
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

from floorpulse.contracts.events import Channel, SurveyKind
from floorpulse.contracts.feedback import Survey
from floorpulse.contracts.presence import Home
from floorpulse.contracts.updates import Talk
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.kpi_engine.fold.feedback import CONTACT, attach, homeless
from floorpulse.kpi_engine.fold.packed import (
    NOBODY,
    ContactKey,
    GaugeAges,
    KeyColumns,
    NothingPacked,
    OpenSince,
    PackedGauge,
    PageEntries,
    Since,
    VisitRows,
)
from floorpulse.kpi_engine.fold.panes import NEVER, Pane
from floorpulse.kpi_engine.fold.rows import EncodedRows
from floorpulse.kpi_engine.fold.visits import Visits
from floorpulse.kpi_engine.native.core import Ages, Core, Flush, Instants

CHANNELS = get_args(Channel)
NOT_TOLD = -(1 << 63)
MOST_MARKS = 1 << 16
"""Contacts that became Python's after which the core is told anew which ones are"""

COUNTS = 7
"""How many numbers `core_counts` gives"""


class PackedSurvey(NamedTuple):
    """The answer to a survey that its contact's packed visit keeps, and whether it is to be
    written, or being written, as the contact's own record.
    """

    name: str
    kind: SurveyKind
    at: int
    score: float
    best: float
    worst: float
    queue: str | None
    agent: str | None
    dirty: bool
    flying: bool

    def told(self) -> Visit:
        """The feedback of the contact."""
        survey = Survey(
            self.kind,
            self.queue,
            None,
            self.at,
            self.score,
            self.best,
            self.worst,
            self.agent,
        )
        return Visit(surveys={self.name: survey})


class WholeVisit(NamedTuple):
    """A packed visit with all that is known of it: whether it is to be written, being written, its
    conversation ended untold (None where nothing of that is so, else whether it is new, or over),
    where it is open, and the contact's feedback.
    """

    key: VisitKey
    visit: Visit
    dirty: bool | None
    flying: bool | None
    over: bool | None
    home: Home | None
    survey: PackedSurvey | None

    @property
    def contact_key(self) -> VisitKey:
        """The key of the contact's own record."""
        return (*self.key[:2], CONTACT)


def by_channel(since: Since) -> tuple["ctypes.Array[ctypes.c_int64]", ...]:
    """The instants of the offers, and those of the answers, as the core takes them."""
    waits, talks = Instants(), Instants()
    for place, channel in enumerate(CHANNELS):
        waits[place], talks[place] = since[channel]
    return waits, talks


class PackedVisits(NothingPacked):
    """The visits of a partition that its core keeps, and what it gathered for panes."""

    def __init__(self, core: Core, visits: Visits) -> None:
        """Begin without any, beside Python's `visits`."""
        self._core = core
        self.state = core.state()
        self._visits = visits
        self._places: dict[Home, int] = {}
        self._known: set[int] = set()
        self._most_marks = 0
        weakref.finalize(self, core.free, self.state)
        self.know_again()

    def __len__(self) -> int:
        counts = self._counts()
        return int(counts[0] + counts[5])

    @property
    def dirty(self) -> int:  # type: ignore[override]  # a number there, asked for here
        """How many are to be written."""
        counts = self._counts()
        return int(counts[1] + counts[6])

    @property
    def going_on(self) -> int:  # type: ignore[override]  # see above
        """How many wait, or are in progress."""
        return int(self._counts()[2])

    @property
    def marks(self) -> int:
        """How often a contact became Python's since the core was told anew of all of them."""
        return int(self._counts()[4])

    def _counts(self) -> "ctypes.Array[ctypes.c_int64]":
        counts = (ctypes.c_int64 * COUNTS)()
        self._core.counts(self.state, counts)
        return counts

    def settle(self) -> None:
        """See `NothingPacked.settle`."""
        self._core.settle(self.state)

    # ------------------------------------------------------------- leaving

    def know_again(self) -> None:
        """Tell the core of all contacts of which Python knows, and of no others."""
        visits = self._visits
        known = [(tenant, one) for tenant, ones in visits.contacts.known.items() for one in ones]
        parked = [key[:2] for key in visits.parked]
        self._core.unmark(self.state)
        for contact in (*known, *parked, *visits.chains.numbers, *visits.chains.unsure):
            self._core.find(self.state, *contact)
        self._most_marks = max(MOST_MARKS, 2 * self.marks)

    def forget_more(self, names: int) -> None:
        """Forget which contacts Python knew once, and, where there are more `names`, those, too:
        then all visits go.
        """
        counts = self._counts()
        if counts[3] > names:
            self._forget_names()
        elif counts[4] > self._most_marks:
            self.know_again()

    def _forget_names(self) -> None:
        self._release(self._numbers(flying=False))
        self._visits.presence.look_at_packed()
        self.settle()
        self._core.forget(self.state)
        self._places.clear()
        self._known.clear()
        self.know_again()

    def release(self, contact: ContactKey) -> None:
        """See `NothingPacked.release`."""
        found = self._core.find(self.state, *contact)
        if found:
            self._release([found - 1])

    def release_older(self, since: Since) -> None:
        """See `NothingPacked.release_older`."""
        found: list[int] = []
        self._core.older(self.state, *by_channel(since), found)
        self._release(found)

    def release_taken(self) -> None:
        """See `NothingPacked.release_taken`."""
        self._release(self._numbers(flying=True))

    def _numbers(self, *, flying: bool) -> list[int]:
        found: list[int] = []
        self._core.numbers(self.state, flying, found)
        return found

    def _release(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._restore(self.whole(number))
            self._core.unpack(self.state, number)

    def whole(self, number: int) -> WholeVisit:
        """All of a visit, which stays packed."""
        key, visit, dirty, flying, over, home, parts = self._core.whole(self.state, number)
        survey = None if parts is None else PackedSurvey(*parts)
        if survey is not None:
            visit = attach(visit, survey.told())
        return WholeVisit(key, visit, dirty, flying, over, home, survey)

    def _restore(self, whole: WholeVisit) -> None:
        """Hold a packed visit in Python's records, with all that is known of it there."""
        key, visit, dirty, flying, over, home, survey = whole
        visits = self._visits
        visits.rows[key] = visit
        visits.contacts.known[key[0]][key[1]] = key[2]
        if dirty is not None:
            visits.dirty[key] = dirty
        if flying is not None:
            visits.flying[key] = flying
        if home is not None:
            visits.presence.restore(home, key, visit)
        if over is not None:
            visits.presence.restore_talk(None if over else home, key)
        if survey is not None:
            self._restore_survey(whole.contact_key, survey, {key[2]})

    def _restore_survey(self, key: VisitKey, survey: PackedSurvey, numbers: set[int]) -> None:
        visits = self._visits
        visits.rows[key] = homeless(survey.told(), None)
        visits.chains.restore(key[:2], numbers)
        if survey.dirty:
            visits.dirty[key] = True
        if survey.flying:
            visits.flying[key] = True

    def peek(self, key: VisitKey) -> Visit | None:
        """See `NothingPacked.peek`."""
        found = self._core.find(self.state, key[0], key[1])
        if not found:
            return None
        whole = self.whole(found - 1)
        if whole.survey is not None and key == whole.contact_key:
            return homeless(whole.survey.told(), None)
        return whole.visit if whole.key == key else None

    # ------------------------------------------------------------- who is open

    def changed(self) -> list[Home]:
        """See `NothingPacked.changed`."""
        found: list[tuple[Home, int]] = []
        self._core.changed(self.state, found)
        self._note(found)
        return [home for home, _ in found]

    def gauges(self, ages: GaugeAges) -> list[PackedGauge]:
        """See `NothingPacked.gauges`."""
        by_age = (Instants(*(ages.since[one][place] for one in CHANNELS)) for place in range(3))
        found: list[PackedGauge] = []
        self._core.gauges(self.state, Ages(ages.now, ages.until, *by_age), found)
        self._note((home, number) for home, number, _, _, _ in found)
        return found

    def _note(self, places: Iterable[tuple[Home, int]]) -> None:
        """Know these places by their numbers."""
        known = self._known
        new = [(home, number) for home, number in places if number not in known]
        self._places.update(new)
        known.update(number for _, number in new)

    def instants(self, home: Home) -> OpenSince:
        """See `NothingPacked.instants`."""
        place = self._places.get(home)
        if place is None:
            return NOBODY
        found = OpenSince([], [])
        self._core.instants(self.state, place, *found)
        return found

    def open(self, home: Home, *, answered: bool) -> Mapping[VisitKey, int]:
        """See `NothingPacked.open`."""
        found: dict[VisitKey, int] = {}
        place = self._places.get(home)
        if place is not None:
            self._core.open(self.state, place, answered, found)
        return found

    def talks(self, *, everything: bool) -> list[Talk]:
        """See `NothingPacked.talks`."""
        found: list[Talk] = []
        self._core.talks(self.state, everything, found)
        return found

    # ------------------------------------------------------------- flushing

    def take(self, partition: int, entries: PageEntries) -> VisitRows:
        """See `NothingPacked.take`."""
        flush = Flush(
            partition,
            entries.places,
            entries.waiting,
            entries.answered,
            entries.agents,
            entries.over,
        )
        new, new_rows, known, known_rows, *lonely = self._core.take(self.state, flush)
        return VisitRows(
            EncodedRows(new, new_rows),
            EncodedRows(known, known_rows),
            lonely_packed=KeyColumns(*lonely),
        )

    def pane_rows(self, partition: int, panes: list[Pane]) -> EncodedRows:
        """See `NothingPacked.pane_rows`."""
        return EncodedRows(len(panes), self._core.panes(self.state, partition, panes, len(panes)))

    def flushed(self) -> None:
        """See `NothingPacked.flushed`."""
        self._core.taken(self.state, 0)

    def put_back(self) -> None:
        """See `NothingPacked.put_back`."""
        self._core.taken(self.state, 1)

    # ------------------------------------------------------------- memory

    def lasts(self, since: Since) -> Sequence[int]:
        """See `NothingPacked.lasts`."""
        found: list[int] = []
        self._core.lasts(self.state, by_channel(since)[1], found)
        return found

    def trim(self, since: Since, until: int, before: int) -> int:
        """See `NothingPacked.trim`."""
        found = (ctypes.c_int64 * 2)()
        over: list[VisitKey] = []
        self._core.trim(self.state, by_channel(since)[1], until, before, found, over)
        for key in over:
            self._visits.presence.restore_talk(None, key)
        if found[1]:
            return before
        return NEVER if found[0] == NOT_TOLD else min(found[0] + 1, before)
