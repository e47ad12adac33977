"""The floor as Prometheus metrics: counters since this process started, exact gauges per window,
and how far to trust them.

Counters tell of the live span only: a replay of last year must not look like a rush today.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.conservation import residual
from floorpulse.board.domain.positions import current
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Window
from floorpulse.definitions.domain.calendars import is_open
from floorpulse.figures.by_policy import Parted, by_policy, value_of
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce
from floorpulse.figures.sources.silent import SilentQueues
from floorpulse.figures.staff.by_queue import staff_of_states
from floorpulse.figures.state import State, state_of, volume_of
from floorpulse.figures.tenant_view import Floors
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import MomentFigures, Value
from floorpulse.kpis.formulas.staffing import LOGGED_IN
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.query.prometheus.births import Births
from floorpulse.query.prometheus.configured import ConfiguredQueues
from floorpulse.query.prometheus.counters import SERIES, Counters, counted
from floorpulse.query.prometheus.folding import OTHER, Fold, Folding, Folds, SeriesBounds, moved
from floorpulse.query.prometheus.samples import Samples, escaped, labelled, owner
from floorpulse.query.prometheus.windowed import put_window

SERIES_PER_QUEUE = 125
"""Series of one queue and channel, rounded up; `test_exposition` counts them."""
SERIES_PER_TENANT = 124
"""Series of a tenant beside those; `test_query_routes` counts them."""

SERVICE_LEVEL = OVER_SPANS["service_level"]
RECENT = Window.M30
"""The window whose service level says in which state figures are"""


@dataclass(frozen=True)
class ShownQueues:
    """What one set of series stands for: a queue and channel, or all that are shown together."""

    subject: QueueChannel
    queue_channels: Sequence[QueueChannel]

    @cached_property
    def labels(self) -> str:
        """The labels of its series."""
        return labelled(*self.subject)


@dataclass(frozen=True)
class View:
    """How a tenant's floor is seen now; `as_of` is epoch milliseconds."""

    terms: PoliciesInForce
    as_of: int
    zone: ZoneInfo
    stale: bool

    def of(self, subject: ShownQueues, silent: SilentQueues) -> "View":
        """How one subject is seen: at the last word of its sources, where they are silent."""
        queues = {queue for _, queue, _ in subject.queue_channels}
        if not silent.touches(queues):
            return self
        return replace(self, as_of=silent.as_of(queues, self.as_of), stale=True)

    def closed(self, queue_channels: Sequence[QueueChannel]) -> bool:
        """Whether all these queues are outside their business hours."""
        calendars = {queue: self.terms.in_force.calendar(queue) for _, queue, _ in queue_channels}
        return all(
            one is not None and not is_open(one, self.as_of, self.zone)
            for one in calendars.values()
        )


class RecentLevel(NamedTuple):
    """The recent service level of a subject, and who is there now."""

    level: Value
    present: MomentFigures


Parts = Sequence[tuple[ServiceLevelPolicy, Sequence[QueueChannel]]]
"""Queues and channels with the same policies together"""


class Exposition:
    """Renders a board; remembers what its counters told, because a counter never falls."""

    def __init__(
        self,
        floors: Floors,
        most_series: int,
    ) -> None:
        self._floors = floors
        self._board = floors.board
        self._most = most_series
        self._folding = Folding(floors.board)
        self._configured = ConfiguredQueues(floors)
        self._folded: Folds = {}
        self._births = Births()
        self._counters = Counters()

    def folds(self, now: int) -> Folds:
        """What is shown at `now` and what is folded, of every tenant that had a contact lately or
        has queues among its definitions.
        """
        bounds = SeriesBounds(self._most, SERIES_PER_TENANT, SERIES_PER_QUEUE)
        return self._folding.folds(now, bounds, self._configured.at(now))

    def tell(self, page: Samples, now: int, folds: Folds) -> None:
        """Add all metrics of the floor at `now`."""
        self._births.look(folds, now)
        for tenant, fold in folds.items():
            view = self._view(tenant, now)
            silent = self._floors.view(tenant).silent
            self._carry(tenant, fold, view)
            for subject in _subjects(tenant, fold):
                seen = view.of(subject, silent)
                parts = by_policy(view.terms, subject.queue_channels)
                self._count(page, subject, parts, now)
                recent = self._measure(page, subject, seen, parts)
                self._watch(page, subject, seen, parts, recent)
            self._staff(page, tenant, view, fold)
            page.put("floorpulse_metrics_folded_queues", owner(tenant), len(fold.other))
            unknown = self._floors.view(tenant).unknown_queues
            page.put("contactcenter_unknown_queues", owner(tenant), len(unknown))
        self._folded = folds
        self._trust(page, now)

    def _carry(self, tenant: str, fold: Fold, view: View) -> None:
        """Let the counters of what is folded go on where they were although queues and channels
        came to it or left it.
        """
        came, left = moved(self._folded.get(tenant), fold)
        others = labelled(tenant, OTHER, OTHER)
        for queue_channels, sign in ((came, -1), (left, 1)):
            if queue_channels:
                parts = by_policy(view.terms, queue_channels)
                self._counters.carry(others, self._values(queue_channels, parts), sign)

    def _view(self, tenant: str, now: int) -> View:
        known = self._floors.view(tenant)
        as_of = self._board.as_of(now)
        stale = self._board.stale_since(now) is not None
        return View(AS_IN_FORCE.terms(known.known, as_of), as_of, known.zone, stale)

    def _count(self, page: Samples, subject: ShownQueues, parts: Parts, now: int) -> None:
        labels = subject.labels
        told = (
            self._counters.told(labels)
            if self._births.waits(subject.subject, now)
            else self._counters.tell(labels, self._values(subject.queue_channels, parts))
        )
        for series, value in zip(SERIES, told, strict=True):
            page.put(series.name, labels + series.labels, value, series.family)

    def _values(self, queue_channels: Sequence[QueueChannel], parts: Parts) -> list[float]:
        cells = self._board.counted(queue_channels)
        judged = [
            (policy, cells if len(parts) == 1 else self._board.counted(theirs))
            for policy, theirs in parts
        ]
        return counted(cells, judged)

    def _measure(
        self, page: Samples, subject: ShownQueues, view: View, parts: Parts
    ) -> RecentLevel:
        readings = self._board.read_all(subject.queue_channels, view.as_of, view.zone)
        of_parts = [
            (policy, self._board.read_all(theirs, view.as_of, view.zone))
            for policy, theirs in (parts if len(parts) > 1 else ())
        ] or [(policy, readings) for policy, _ in parts]
        for window, reading in readings.items():
            parted = [Parted(policy, theirs[window].counted) for policy, theirs in of_parts]
            put_window(page, subject.labels, window, reading.counted, parted)
        recent = [Parted(policy, theirs[RECENT].counted) for policy, theirs in of_parts]
        level = value_of(SERVICE_LEVEL, readings[RECENT].counted, recent)
        level = volume_of(level, readings[RECENT].counted)
        return RecentLevel(level, readings[RECENT].present)

    def _watch(
        self,
        page: Samples,
        subject: ShownQueues,
        view: View,
        parts: Parts,
        recent: RecentLevel,
    ) -> None:
        as_of = view.as_of
        present = recent.present
        page.put("contactcenter_contacts_waiting", subject.labels, len(present.waits))
        page.put(
            "contactcenter_longest_wait_seconds",
            subject.labels,
            max(present.waits, default=0) / 1000,
        )
        page.put("contactcenter_contacts_in_progress", subject.labels, present.in_progress)
        page.put("contactcenter_contacts_unresolved", subject.labels, present.unresolved)
        page.put(
            "contactcenter_service_level_target_ratio",
            subject.labels,
            max(policy.target for policy, _ in parts),
        )
        page.put(
            "contactcenter_conservation_residual",
            subject.labels,
            residual(self._board, subject.queue_channels, as_of),
        )
        state = state_of(
            stale=view.stale, closed=view.closed(subject.queue_channels), level=recent.level
        )
        for one in State:
            page.put(
                "contactcenter_kpi_state",
                f'{subject.labels},state="{one.value}"',
                int(one is state),
            )

    def _staff(self, page: Samples, tenant: str, view: View, fold: Fold) -> None:
        """Agents by state, of all others who serve any of the folded queues once: never by name."""
        staff_by_queue = staff_of_states(self._board.agents.of(tenant, view.as_of).values())
        serving = [(queue, staff_by_queue.together((queue,))) for queue in fold.queues]
        if fold.other_queues:
            serving.append((OTHER, staff_by_queue.together(fold.other_queues)))
        for name, labels, known in (
            ("contactcenter_floor_agents", owner(tenant), staff_by_queue.together(None)),
            *(
                ("contactcenter_agents", f'{owner(tenant)},queue="{escaped(queue)}"', there)
                for queue, there in serving
            ),
        ):
            for state in LOGGED_IN:
                page.put(name, f'{labels},state="{state}"', known.get(state, 0))

    def _trust(self, page: Samples, now: int) -> None:
        positions = current(self._board.positions.values())
        oldest = now - self._board.ages.oldest(now) if positions else None
        page.put(
            "contactcenter_kpi_last_update_timestamp_seconds",
            "",
            None if oldest is None else oldest / 1000,
        )
        for position in sorted(positions, key=lambda one: one.partition):
            at = None if position.watermark is None else position.watermark / 1000
            page.put(
                "contactcenter_source_watermark_timestamp_seconds",
                f'partition="{position.partition}"',
                at,
            )


def _subjects(tenant: str, fold: Fold) -> list[ShownQueues]:
    """Those with series of their own, and what is left as one."""
    own = [ShownQueues(queue_channel, [queue_channel]) for queue_channel in fold.shown]
    return [*own, ShownQueues((tenant, OTHER, OTHER), fold.other)] if fold.other else own
