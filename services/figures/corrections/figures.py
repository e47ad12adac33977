"""Corrections: figures that changed after they were final, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.figures.by_policy import counts, definition_of, narrowed
from floorpulse.figures.corrections.rows import CorrectionRow, changed
from floorpulse.figures.pages import PageOfRows
from floorpulse.figures.policies_in_force import PoliciesInForce, PoliciesOverTime
from floorpulse.figures.ports import CorrectionHistory, StoredCorrection
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.timestamps import text
from floorpulse.figures.turns import Turns


@dataclass(frozen=True)
class CorrectionQuery:
    """Which corrections are asked for: of quarters that touch `span`, recorded at or after
    `recorded_since`.
    """

    selection: Selection
    span: Span
    recorded_since: int
    zone: ZoneInfo
    question: Question


@dataclass(frozen=True, order=True)
class CorrectionRowPlace:
    """Where a row stands in an answer: the correction's begin and number, the KPI's number in the
    question.
    """

    start: int
    id: int
    kpi: int


class Corrections:
    """Answers from the record of corrections, each under what was in force when its quarter
    began.
    """

    def __init__(self, floors: Floors, turns: Turns, history: CorrectionHistory) -> None:
        self._floors = floors
        self._turns = turns
        self._history = history

    async def page(
        self, query: CorrectionQuery, after: CorrectionRowPlace | None, limit: int
    ) -> tuple[list[CorrectionRow], CorrectionRowPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time, record and question; and the
        last one's place if more follow.
        """
        told = PageOfRows[CorrectionRowPlace, CorrectionRow](after, limit)
        known = self._floors.view(query.selection.tenant).known
        terms = PoliciesOverTime(query.question.basis, known)
        reading = narrowed(query.selection, known.during(query.span.begin, query.span.end))
        since = after or CorrectionRowPlace(query.span.begin, 0, -1)
        async for portion in self._history.corrections(
            reading, query.span, query.recorded_since, (since.start, since.id)
        ):
            await self._turns.next()
            if told.full(
                placed
                for stored in portion
                for placed in rows(query, stored, terms.at(stored.start))
            ):
                break
        return told.rows, told.following

    async def arrived(self, query: CorrectionQuery) -> int:
        """How many quarters of the question were loaded after they had passed: nothing of them had
        been shown, so loading them corrected nothing.
        """
        known = self._floors.view(query.selection.tenant).known
        reading = narrowed(query.selection, known.during(query.span.begin, query.span.end))
        return await self._history.arrived(reading, query.span)


def rows(
    query: CorrectionQuery, stored: StoredCorrection, terms: PoliciesInForce
) -> Iterator[tuple[CorrectionRowPlace, CorrectionRow]]:
    """The rows of one correction, each with its place; none where its queue is not asked for."""
    if not counts(query.selection, terms.in_force, stored.queue, stored.channel):
        return
    policy = terms.policy(stored.queue, stored.channel)
    for number, kpi, was, became in changed(query.question.kpis, policy, stored.old, stored.new):
        yield (
            CorrectionRowPlace(stored.start, stored.id, number),
            CorrectionRow(
                time=text(stored.start, query.zone),
                end=text(stored.until, query.zone),
                tenant=query.selection.tenant,
                queue=stored.queue,
                channel=stored.channel,
                kpi=kpi.id,
                old_value=was.value,
                old_numerator=was.numerator,
                old_denominator=was.denominator,
                new_value=became.value,
                new_numerator=became.numerator,
                new_denominator=became.denominator,
                source=stored.source,
                event=stored.event,
                type=stored.type,
                reason=stored.reason,
                recorded_at=text(stored.recorded_at, query.zone),
                definition=definition_of(kpi, [policy]),
            ),
        )
