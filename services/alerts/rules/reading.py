"""What a place's alerts are judged by, and from when on that may be otherwise though nobody tells.

A reader opens what many rows share once an evaluation, and then judges place by place.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.rules.watched import WatchedAlert, WatchedPlace
from floorpulse.figures.rows import Frame, KpiValue
from floorpulse.figures.tenant_view import TenantView


class FiguresLater(Protocol):
    """Makes the figures of judgements that come without, once somebody is told."""

    def of(self, alert: WatchedAlert) -> Figure:
        """The figure of an alert's judgement."""
        ...

    def advised(self, figure: Figure) -> Figure:
        """The figure of a breach with what helps whoever must act."""
        ...


class PlaceJudged(NamedTuple):
    """Judgements of a place's alerts, by their numbers and in that order; they hold before `until`
    unless something is told (None: for ever). Those that are left out are no breach, as at the last
    look.

    `later` makes their figures; None where they come with them.
    """

    judgements: Sequence[tuple[int, Judgement]]
    until: int | None
    later: FiguresLater | None = None


def of_all(judgements: Iterable[Judgement]) -> Sequence[tuple[int, Judgement]]:
    """Judgements of all alerts of a place, by their numbers."""
    return list(enumerate(judgements))


class PlaceReader(Protocol):
    """Judges the places of one group; figures of `growing` rules, by id, get worse by a second a
    second while nothing is told.
    """

    @property
    def growing(self) -> Collection[str]:
        """Rules by id."""
        ...

    async def open(self, view: TenantView, known_since: int | None) -> None:
        """Make ready what all places share, as of the instant of a view; the floor is known since
        an instant (None: not at all).
        """
        ...

    def rests(self, place: WatchedPlace) -> bool:
        """Whether what was told of a place makes none of its alerts a breach before its `until`,
        where none of them is active.
        """
        ...

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:
        """Judge the alerts of a place, as of that instant.

        A judgement that is no breach needs a figure only where its alert is `active`; elsewhere it
        need not be told again.
        """
        ...


def figure_of(answer: KpiValue, frame: Frame, window: str, bound: float | None) -> Figure:
    """A row of the API as a figure, and the bound that it is held against."""
    return Figure(
        answer.kpi.id,
        *answer.value.cells,
        answer.definition,
        window,
        frame.time,
        frame.end,
        frame.as_of,
        bound,
    )


def earliest(*instants: int | None) -> int | None:
    """The first of some instants that may be never."""
    return min([one for one in instants if one is not None], default=None)
