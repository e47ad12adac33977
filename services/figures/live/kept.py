"""Rows of questions that are asked again and again, written anew only where they say something new.

Instants move with every answer, figures do not. What is counted over a span holds until something
is counted, or the span moves over something; a service level also until one more has waited for too
long; a gauge as long as the same is there, which is rarely longer than nobody waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from floorpulse.board.domain.reading import WindowReading
from floorpulse.counting.families import Family
from floorpulse.figures.by_policy import Parted
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.written import RowText, SubjectText
from floorpulse.figures.rows import RowInput
from floorpulse.kpis.catalogue import Kpi, MomentKpi
from floorpulse.kpis.figures import NOBODY_THERE
from floorpulse.kpis.formulas.service_level import late_of
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy

KEPT_OF_ONE = 2_000
"""Rows of a question that are kept: no more than a wall shows"""
KEPT = 50_000
"""Rows of all questions together, some 30 MB"""
NO_FAMILY = Family(0)


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


@dataclass(eq=False)
class KeptAnswer:
    """The rows of a question by the number of their subject in a layout, `size` in all, and how
    often it was asked since somebody looked.
    """

    layout: object
    size: int
    subjects: dict[int, KeptRows] = field(default_factory=dict)
    asked: int = 0


class KeptAnswers:
    """The rows of questions as they were written last: a wall asks the same again and again."""

    def __init__(self) -> None:
        self._known: dict[LiveQuery, KeptAnswer] = {}
        self._rows = 0

    def of(self, query: LiveQuery, layout: object, size: int) -> KeptAnswer | None:
        """The answer to a question, `size` rows in all; None where they are too many to be kept."""
        if size > KEPT_OF_ONE:
            return None
        known = self._known.get(query)
        if known is not None and known.layout is layout:
            return known
        if known is not None:
            self._rows -= known.size
        elif self._rows + size > KEPT:
            self._known.clear()
            self._rows = 0
        self._rows += size
        asked = 0 if known is None else known.asked
        kept = self._known[query] = KeptAnswer(layout, size, asked=asked)
        return kept

    def asked_again(self, rows: int) -> list[LiveQuery]:
        """Questions with so many rows or more that were asked more than once since the last
        look.
        """
        again = [
            query for query, kept in self._known.items() if kept.asked > 1 and kept.size >= rows
        ]
        for kept in self._known.values():
            kept.asked = 0
        return again
