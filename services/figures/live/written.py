"""Rows of a live answer as JSON.

{"time":…,"end":…,"tenant":…, "queue":…,…,"definition":… ,"as_of":…,"watermark":…, "complete":…}
└──────── heading ──────────┘ └──────── figure ────────┘ └──────── marks ────────┘ └── rest ──┘
     of the whole answer           of one row                of the whole answer     of one row
"""

from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from floorpulse.board.domain.windows import Window
from floorpulse.counting.families import Family
from floorpulse.figures.by_policy import definition_of
from floorpulse.figures.rows import Frame, Question, RowInput, complete, value_in
from floorpulse.figures.selection import Labels
from floorpulse.kpis.catalogue import Kpi
from floorpulse.kpis.figures import NoValue
from floorpulse.kpis.policies import ServiceLevelPolicy

encode = msgspec.json.Encoder().encode

AT_ONCE = 400
"""Rows put together in one turn of the loop: some tenths of a millisecond"""


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
