"""Rows of a live answer as JSON, written anew only where they say something new.

    {"time":…,"end":…,"tenant":…, "queue":…,…,"definition":… ,"as_of":…,"watermark":…, "complete":…}
    └──────── heading ──────────┘ └──────── figure ────────┘ └──────── marks ────────┘ └── rest ──┘
         of the whole answer           of one row                of the whole answer     of one row

Instants move with every answer, figures do not. What is counted over a span holds until something
is counted, or the span moves over something; a service level also until one more has waited for too
long; a gauge as long as the same is there, which is rarely longer than nobody waits.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import msgspec

from floorpulse.board.domain.reading import WindowReading
from floorpulse.board.domain.windows import Window
from floorpulse.counting.families import Family
from floorpulse.figures.by_policy import Parted, definition_of
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

AT_ONCE = 400
"""Rows put together in one turn of the loop: some tenths of a millisecond"""
NO_FAMILY = Family(0)
NOBODY_THERE = MomentFigures()


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


class _Columns(NamedTuple):
    """What the rows of a question have of its KPIs, whatever the subject: their names, and which of
    several definitions each is computed with; `judged` are KPIs with one definition each.
    """

    names: tuple[bytes, ...]
    definitions: tuple[int, ...]
    judged: tuple[Kpi, ...]


@lru_cache(maxsize=512)
def _columns(kpis: Sequence[Kpi]) -> _Columns:
    judged = {kpi.judged_by: kpi for kpi in kpis}
    numbers = {kind: number for number, kind in enumerate(judged)}
    return _Columns(
        tuple(encode(kpi.id) for kpi in kpis),
        tuple(numbers[kpi.judged_by] for kpi in kpis),
        tuple(judged.values()),
    )


class SubjectText:
    """How a subject's rows are written, whatever their figures are."""

    __slots__ = ("_about", "_closing", "_columns", "_definitions", "_groups", "kpis", "labels")

    def __init__(
        self,
        question: Question,
        window: Window,
        labels: Labels,
        policies: Sequence[ServiceLevelPolicy],
    ) -> None:
        (queue, channel, *groups) = labels
        self.kpis = question.kpis
        self.labels = labels
        self._columns = _columns(question.kpis)
        self._about = b'"queue":%b,"channel":%b,"kpi":' % (encode(queue), encode(channel))
        self._definitions = tuple(
            b',"definition":%b' % encode(definition_of(kpi, policies))
            for kpi in self._columns.judged
        )
        named = zip(labels._fields[2:], groups, strict=True)
        self._groups = b"".join(
            [b',"%b":%b' % (name.encode(), encode(group)) for name, group in named if group]
        )
        self._closing = b',"window":%b}' % encode(window)

    def rows(self, seen: RowInput, final: Family) -> list[RowText]:
        """All rows."""
        return self.some(range(len(self.kpis)), seen, final)

    def some(self, numbers: Iterable[int], seen: RowInput, final: Family) -> list[RowText]:
        """The rows of the KPIs with these numbers."""
        found = []
        (names, defined, _) = self._columns
        rests = self._rests(seen.revision)
        are_complete = _complete(self.kpis, final)
        for number in numbers:
            value = value_in(self.kpis[number], seen)
            figure = b"%b%b,%b%b" % (
                self._about,
                names[number],
                encode(_Numbers(*value.cells))[1:-1],
                self._definitions[defined[number]],
            )
            rest, about = rests[are_complete[number]]
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
        open_end = rest.removesuffix(self._closing)
        return b'%b,"reason":%b%b' % (open_end, encode(reason), self._closing)


@lru_cache(maxsize=512)
def _complete(kpis: Sequence[Kpi], final: Family) -> tuple[bool, ...]:
    """Whether each KPI is complete where some families are final."""
    return tuple(complete(kpi, final) for kpi in kpis)


class KeptRows:
    """The rows of one subject as they were written last, and what they hold for.

    The subject's queues have one policy, which is judged by panes, and nothing is looked up for its
    KPIs.
    """

    __slots__ = (
        "_final",
        "_late",
        "_policy",
        "_present",
        "_rows",
        "_state",
        "_text",
        "_unresolved",
    )

    def __init__(self, text: SubjectText, policy: ServiceLevelPolicy) -> None:
        self._text = text
        self._policy = policy
        self._state: int | None = None
        self._final = NO_FAMILY
        self._late = 0
        self._unresolved = 0
        self._present = NOBODY_THERE
        self._rows: Sequence[RowText] = ()

    def as_of(self, reading: WindowReading, final: Family) -> Sequence[RowText]:
        """The rows as a reading has them; those that say the same as before are not written
        again.
        """
        figures = reading.counted
        kpis = self._text.kpis
        late = late_of(figures.waits, self._policy) if figures.waits else 0
        if reading.state is None or reading.state != self._state or final != self._final:
            numbers: Sequence[int] = range(len(kpis))
        else:
            other = late != self._late or figures.unresolved != self._unresolved
            numbers = _depending(kpis, other, reading.present != self._present)
        if numbers:
            parts = (Parted(self._policy, figures),)
            labels = self._text.labels
            seen = RowInput(labels, figures, parts, reading.present, reading.revision)
            self._write(numbers, seen, final)
            self._state = reading.state
            self._final = final
            self._late = late
            self._unresolved = figures.unresolved
            self._present = reading.present
        return self._rows

    def _write(self, numbers: Sequence[int], seen: RowInput, final: Family) -> None:
        written = self._text.some(numbers, seen, final)
        if len(numbers) < len(self._text.kpis):
            rows = list(self._rows)
            for number, row in zip(numbers, written, strict=True):
                rows[number] = row
            written = rows
        self._rows = written


@lru_cache(maxsize=512)
def _depending(kpis: Sequence[Kpi], late: bool, present: bool) -> tuple[int, ...]:  # noqa: FBT001
    """The numbers of the KPIs that say something new although the same was counted: where others
    are `late`, and where others are `present`.
    """
    return tuple(
        number
        for number, kpi in enumerate(kpis)
        if (present if isinstance(kpi, MomentKpi) else late and is_leveled(kpi))
    )


def is_leveled(kpi: Kpi) -> bool:
    """Whether a KPI is judged by a service-level policy: no other of a span looks at who waits."""
    return kpi.judged_by is Policy.SERVICE_LEVEL


class WrittenRows(NamedTuple):
    """Rows of one subject, and the frame they stand in."""

    frame: FrameText
    rows: Sequence[RowText]


class WrittenPage:
    """The rows of a page in portions, each of which is put together in one turn of the loop."""

    def __init__(self) -> None:
        self.size = 0
        self.portions: deque[list[WrittenRows]] = deque()
        self._room = 0

    def add(self, frame: FrameText, rows: Sequence[RowText]) -> None:
        """Add rows of one subject."""
        if self._room <= 0:
            self.portions.append([])
            self._room = AT_ONCE
        self.portions[-1].append(WrittenRows(frame, rows))
        self._room -= len(rows)
        self.size += len(rows)


def substance_of(portion: Iterable[WrittenRows]) -> bytes:
    """What is substantial in some rows, without the marks that move with every second."""
    parts: list[bytes] = []
    for frame, rows in portion:
        parts.append(frame.time)
        for row in rows:
            parts += (row.figure, row.about)
    return b"".join(parts)


def json_of(portion: Iterable[WrittenRows]) -> bytes:
    """The JSON of some rows, a comma before each."""
    parts: list[bytes] = []
    for (_, heading, marks), rows in portion:
        for row in rows:
            parts += (b",", heading, row.figure, marks, row.rest)
    return b"".join(parts)


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
