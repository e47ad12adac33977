"""Staleness: whether a queue's figures are old, and since when."""

from collections.abc import Sequence

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.staleness import judge
from floorpulse.alerts.rules.reading import PlaceJudged, of_all
from floorpulse.alerts.rules.watched import WatchedPlace
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import text


class StalenessReader:
    """Judges the places of staleness rules."""

    def __init__(self, growing: frozenset[str]) -> None:
        self.growing = growing
        self._view: TenantView | None = None

    async def open(self, view: TenantView, known_since: int | None) -> None:  # noqa: ARG002  age needs no past
        """Take the view."""
        self._view = view

    def rests(self, place: WatchedPlace) -> bool:  # noqa: ARG002  no place of it is marked by news
        """No."""
        return False

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:  # noqa: ARG002  figures cost little
        """The same for all alerts of a place: its age, seconds."""
        view = self._view
        assert view is not None  # noqa: S101  opened before
        stale = view.stale or view.silent.touches(place.queues)
        as_of = view.silent.as_of(place.queues, view.as_of)
        age = max(0, view.now - as_of) / 1000 if stale else 0.0
        figure = Figure("age", age, age, as_of=text(as_of, view.zone))
        return PlaceJudged(of_all([judge(figure, stale=stale)] * len(place.alerts)), None)
