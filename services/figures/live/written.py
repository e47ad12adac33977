"""Rows of a live answer as JSON, written anew only where they say something new.

    {"time":…,"end":…,"tenant":…, "queue":…,…,"definition":… ,"as_of":…,"watermark":…, "complete":…}
    └──────── heading ──────────┘ └──────── figure ────────┘ └──────── marks ────────┘ └── rest ──┘
         of the whole answer           of one row                of the whole answer     of one row

Instants move with every answer, figures do not. What is counted over a span holds until something
is counted, or the span moves over something; a service level also until one more has waited for too
long; a gauge as long as the same is there, which is rarely longer than nobody waits.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from floorpulse.board.domain.board import WindowReading
from floorpulse.board.domain.windows import Window
from floorpulse.counting.families import Family
from floorpulse.figures.by_policy import definition_of
from floorpulse.figures.rows import Frame, Question, RowInput, complete, value_in
from floorpulse.figures.selection import Labels
from floorpulse.kpis.catalogue import Kpi, MomentKpi
from floorpulse.kpis.figures import MomentFigures, NoValue
from floorpulse.kpis.formulas.service_level import late_of
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy

encode = msgspec.json.Encoder().encode

KEPT_OF_ONE = 2_000
"""Rows of a question that are kept: no more than a wall shows"""
KEPT = 50_000
"""Rows of all questions together, some 30 MB"""


class RowText(msgspec.Struct, frozen=True, gc=False):
    """What a row's JSON has of its own; `about` tells what is substantial in its rest: the team,
    site or client, and whether it is complete.
    """

    figure: bytes
    rest: bytes
    about: bytes


class FrameText(NamedTuple):
    """What the JSON of all rows of one span shares."""

    time: bytes
    heading: bytes
    marks: bytes


def frame_text(frame: Frame) -> FrameText:
    """The text of a frame."""
    time = encode(frame.time)
    heading = b'{"time":%b,"end":%b,"tenant":%b,' % (time, encode(frame.end), encode(frame.tenant))
    marks = b',"as_of":%b,"watermark":%b,' % (encode(frame.as_of), encode(frame.watermark))
    return FrameText(time, heading, marks)


class _Numbers(msgspec.Struct, frozen=True, gc=False):
    value: float | None
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None


class SubjectText:
    """How a subject's rows are written, whatever their figures are: what stands before and behind
    the numbers of each KPI.
    """

    def __init__(
        self,
        question: Question,
        window: Window,
        labels: Labels,
        policies: Sequence[ServiceLevelPolicy],
    ) -> None:
        (queue, channel, *groups) = labels
        self.kpis = question.kpis
        self._about = b'"queue":%b,"channel":%b,' % (encode(queue), encode(channel))
        named = zip(labels._fields[2:], groups, strict=True)
        self._groups = b"".join(
            [b',"%b":%b' % (name.encode(), encode(group)) for name, group in named if group]
        )
        self._closing = b',"window":%b}' % encode(window)
        self._definitions: dict[Policy | None, bytes] = {}
        for kpi in self.kpis:
            if kpi.judged_by not in self._definitions:
                name = definition_of(kpi, policies)
                self._definitions[kpi.judged_by] = b',"definition":%b' % encode(name)

    def rows(self, seen: RowInput, final: Family) -> list[RowText]:
        """All rows."""
        return self.some(self.kpis, seen, final)

    def some(self, kpis: Sequence[Kpi], seen: RowInput, final: Family) -> list[RowText]:
        """The rows of some of the KPIs."""
        found = []
        before = self._about
        definitions = self._definitions
        rests = self._rests(seen.revision)
        for kpi in kpis:
            value = value_in(kpi, seen)
            numbers = encode(_Numbers(*value.cells))[1:-1]
            figure = b"%b%b%b%b" % (before, _name(kpi), numbers, definitions[kpi.judged_by])
            rest, about = rests[complete(kpi, final)]
            if value.reason is not None:
                rest = self._with_reason(rest, value.reason)
            found.append(RowText(figure, rest, about))
        return found

    def _rests(self, revision: int) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """The rest, and what is substantial in it, of rows that are not complete, and that are."""
        behind = b',"revision":%d%b%b' % (revision, self._groups, self._closing)
        return (
            (b'"complete":false%b' % behind, b"0" + self._groups),
            (b'"complete":true%b' % behind, b"1" + self._groups),
        )

    def _with_reason(self, rest: bytes, reason: NoValue) -> bytes:
        return b'%b,"reason":%b%b' % (
            rest.removesuffix(self._closing),
            encode(reason),
            self._closing,
        )


@cache
def _name(kpi: Kpi) -> bytes:
    return b'"kpi":%b,' % encode(kpi.id)


class DependsOn(Enum):
    """What a figure depends on, of queues with one policy that is judged by panes, where nothing is
    looked up.
    """

    CELLS = auto()
    """The cells of the span"""
    LATE = auto()
    """These, and how many of the span wait too long already or are not resolved"""
    PRESENCE = auto()
    """Who is there"""


def depends_on(kpi: Kpi) -> DependsOn:
    """What a KPI depends on."""
    if isinstance(kpi, MomentKpi):
        return DependsOn.PRESENCE
    return DependsOn.LATE if kpi.judged_by is Policy.SERVICE_LEVEL else DependsOn.CELLS


@lru_cache(maxsize=512)
def _numbers_of(kpis: Sequence[Kpi], what: Collection[DependsOn]) -> tuple[int, ...]:
    """The numbers of the KPIs that depend on some of these."""
    return tuple(number for number, kpi in enumerate(kpis) if depends_on(kpi) in what)


class Counted(NamedTuple):
    """The state of a subject's cells, and which families are final."""

    state: int | None
    final: Family


class Late(NamedTuple):
    """How many of a span wait too long already, and how many are not resolved."""

    waiting: int
    unresolved: int


class KeptRows:
    """The rows of one subject as they were written last, and what they hold for."""

    def __init__(self, text: SubjectText) -> None:
        self._text = text
        self._counted: Counted | None = None
        self._late = Late(0, 0)
        self._present = MomentFigures()
        self.rows: list[RowText] = []

    def renew(self, seen: RowInput, reading: WindowReading, final: Family) -> None:
        """Write anew what a reading, of which a row's input was made, says anew."""
        counted = Counted(reading.state, final)
        late = _late(seen)
        if counted.state is None or counted != self._counted:
            self.rows = self._text.rows(seen, final)
        else:
            changed = _CHANGED[late != self._late, seen.present != self._present]
            numbers = _numbers_of(self._text.kpis, changed) if changed else ()
            if numbers:
                kpis = [self._text.kpis[number] for number in numbers]
                rows = list(self.rows)
                for number, row in zip(numbers, self._text.some(kpis, seen, final), strict=True):
                    rows[number] = row
                self.rows = rows
        self._counted = counted
        self._late = late
        self._present = seen.present


_CHANGED: dict[tuple[bool, bool], frozenset[DependsOn]] = {
    (False, False): frozenset(),
    (True, False): frozenset({DependsOn.LATE}),
    (False, True): frozenset({DependsOn.PRESENCE}),
    (True, True): frozenset({DependsOn.LATE, DependsOn.PRESENCE}),
}


def _late(seen: RowInput) -> Late:
    (policy, figures) = seen.parts[0]
    waits = figures.waits
    return Late(late_of(waits, policy) if waits else 0, figures.unresolved)


class WrittenRows(NamedTuple):
    """Rows of one subject, and the frame they stand in."""

    frame: FrameText
    rows: Sequence[RowText]


class WrittenPage:
    """The rows of a page, subject by subject."""

    def __init__(self) -> None:
        self.subjects: deque[WrittenRows] = deque()
        self.size = 0

    def add(self, frame: FrameText, rows: Sequence[RowText]) -> None:
        """Add rows of one subject."""
        self.subjects.append(WrittenRows(frame, rows))
        self.size += len(rows)

    def substance(self) -> Iterator[bytes]:
        """What is substantial, without the marks that move with every second, subject by
        subject.
        """
        for frame, rows in self.subjects:
            parts = [frame.time]
            for row in rows:
                parts += (row.figure, row.about)
            yield b"".join(parts)

    def given_up(self) -> Iterator[bytes]:
        """The JSON of the rows with a comma before each, subject by subject; each leaves the page:
        thousands that are freed at once hold everybody up.
        """
        while self.subjects:
            (_, heading, marks), rows = self.subjects.popleft()
            parts: list[bytes] = []
            for row in rows:
                parts += (b",", heading, row.figure, marks, row.rest)
            yield b"".join(parts)


@dataclass(frozen=True)
class _KeptAnswer:
    layout: object
    size: int
    subjects: dict[int, KeptRows] = field(default_factory=dict)


class KeptAnswers:
    """The rows of questions as they were written last: a wall asks the same again and again."""

    def __init__(self) -> None:
        self._known: dict[object, _KeptAnswer] = {}
        self._rows = 0

    def of(self, query: object, layout: object, size: int) -> dict[int, KeptRows] | None:
        """The rows of a question, `size` in all, by the number of their subject in a layout; None
        where they are too many to be kept.
        """
        if size > KEPT_OF_ONE:
            return None
        known = self._known.get(query)
        if known is not None and known.layout is layout:
            return known.subjects
        if known is not None:
            self._rows -= known.size
        elif self._rows + size > KEPT:
            self._known.clear()
            self._rows = 0
        self._rows += size
        kept = self._known[query] = _KeptAnswer(layout, size)
        return kept.subjects
