"""A day as the alerts service lives through it: the floor told step by step, the rules evaluated,
incidents opened, notices owed. All of it the service's own parts, over tables in memory.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.alert import EvaluationBatch, TransitionKind
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.incidents.keeper import IncidentKeeper
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.incidents.timers import Timers
from floorpulse.alerts.metrics import IncidentMetrics, LeaseMetrics
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.events import ContactOffered
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpi_engine.publish.sources import PartitionSources
from tests.benchmarks.alert_days.days import Day
from tests.benchmarks.alert_days.queue_model import MINUTE, SECOND
from tests.fakes.alert_store import MemoryIncidents, StoredNotice
from tests.fakes.floor import MemoryFloor, MemoryHistory
from tests.fakes.slices import told_by

EVERY = 10 * SECOND
SOURCE = "asterisk:pbx1"
TOLD = (NoticeKind.RESOLVED, NoticeKind.FLAPPING)


@dataclass
class Page:
    """An incident: when it opened and when it was over (None: not on that day)."""

    rule: str
    opened_at: int
    resolved_at: int | None = None


@dataclass(frozen=True)
class Watched:
    """What a day brought: incidents, and the notices of each receiver."""

    day: Day
    pages: Sequence[Page]
    notices: Sequence[StoredNotice]

    def of(self, *rules: str) -> list[Page]:
        """The incidents of some rules."""
        return [page for page in self.pages if page.rule in rules]

    def most_an_hour(self) -> int:
        """The most notices that one receiver got within an hour, had somebody acknowledged each
        incident at once.
        """
        by_target: dict[str, list[int]] = {}
        for one in self.notices:
            if one.key.kind in TOLD or one.key.step == 1:
                by_target.setdefault(one.key.target, []).append(one.created_at)
        return max((_most(sorted(those)) for those in by_target.values()), default=0)


def _most(instants: Sequence[int]) -> int:
    """The most of some instants, ascending, that lie within an hour."""
    return max(
        bisect_left(instants, at + 60 * MINUTE) - number for number, at in enumerate(instants)
    )


class HeardFloor(PastFloor):
    """A floor whose source may be cut off: what happened meanwhile is heard afterwards."""

    def __init__(self, rules: Rules, day: Day) -> None:
        super().__init__(rules, day.model.tenant, day.span.begin)
        self._day = day
        self._sources = PartitionSources()
        self._offers = sorted(visit.offered_at or 0 for visit in day.model.visits)
        self._heard = 0
        self.take(day.model.visits)
        self.enter(day.model.states)

    def advance(self, to: int) -> set[QueueChannel]:
        """Let time pass, and tell of the source."""
        if any(to in span for span in self._day.unheard):
            self.now = to
            self.board.take(self._update([]), to)
        else:
            self._note(to)
            changed = super().advance(to)
        for heard in self._sources.take_unpublished(to):
            self.board.sources.take(0, heard, to)
        return set() if any(to in span for span in self._day.unheard) else changed

    def _note(self, to: int) -> None:
        """The contacts that were offered since."""
        until = bisect_left(self._offers, to + 1)
        for at in self._offers[self._heard : until]:
            event = ContactOffered(
                id="",
                source=SOURCE,
                tenant=self.tenant,
                at=at,
                contact="c",
                queue=self._day.model.queue,
            )
            self._sources.note(told_by(event, appended_at=to), max(at, to - EVERY))
        self._heard = until


async def _watched(day: Day, definitions: Definitions, silence: int) -> Watched:
    rules_of_floor = Rules(ZoneInfo("Asia/Shanghai"), silence=silence)
    floor = HeardFloor(rules_of_floor, day)
    floors = Floors(floor.board, lambda: floor.now, lambda: definitions)
    history = MemoryHistory(MemoryFloor())
    live = LiveFigures(
        floors,
        Lookup(history, history, lambda: floor.now / 1000),
        Turns(),
        lambda: {floor.tenant: day.slots},
    )
    states: dict[Subject, AlertState] = {}
    rules = FloorRules(floor.tenant, live, Turns(), states)
    store = MemoryIncidents(lambda: floor.now)
    keeper, timers = _kept(store, definitions, floor)
    pages: list[Page] = []
    for at in range(*_awake(day), EVERY):
        told = floor.advance(at)
        evaluation = await rules.evaluate(floors.view(floor.tenant), told)
        if evaluation.transitions:
            await keeper.take(EvaluationBatch(evaluation.transitions, evaluation.states))
        if at % MINUTE == 0:
            await timers.take_due(store.epoch)
        for one in evaluation.transitions:
            if one.kind is TransitionKind.FIRE:
                pages.append(Page(one.subject.rule, one.at))
            elif one.kind is TransitionKind.RESOLVE:
                last = [page for page in pages if page.rule == one.subject.rule][-1]
                last.resolved_at = one.at
    return Watched(day, pages, list(store.tables.notices.values()))


def _awake(day: Day) -> tuple[int, int]:
    """From an hour before the first contact to half an hour after the last; whole looks."""
    offers = [visit.offered_at or 0 for visit in day.model.visits]
    begin = max(day.span.begin + EVERY, min(offers) - 60 * MINUTE)
    return begin - begin % EVERY, min(day.span.end, max(offers) + 30 * MINUTE)


def _kept(
    store: MemoryIncidents, definitions: Definitions, floor: PastFloor
) -> tuple[IncidentKeeper, Timers]:
    """What keeps incidents, as the service puts it together."""
    around = Surroundings(lambda: definitions, floor.board.rules.zone)
    metrics = IncidentMetrics(CollectorRegistry())
    keeper = IncidentKeeper(
        store, around, RuleDescriptions(lambda: definitions), lambda: store.epoch, metrics
    )

    def monotonic() -> float:
        return floor.now / 1000

    lease = Lease(store, "days", monotonic, LeaseMetrics(CollectorRegistry()))
    return keeper, Timers(store, around, lease, asyncio.Event(), metrics, monotonic)


def watched(day: Day, definitions: Definitions, silence: int = 900 * SECOND) -> Watched:
    """Live through a day; `silence` is believed of sources, milliseconds."""
    return asyncio.run(_watched(day, definitions, silence))
