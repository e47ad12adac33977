"""Incidents, notices, silences and overrides are read alike from PostgreSQL and from memory."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.acknowledging import Acknowledge, Comment
from floorpulse.alerts.domain.alert import EvaluationBatch, Transition, TransitionKind
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Matcher, Operator, Silence
from floorpulse.alerts.incidents.desk import Desk
from floorpulse.alerts.incidents.keeper import IncidentKeeper
from floorpulse.alerts.incidents.lease_store import PostgresLease
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.incidents.used_links import PostgresUsedLinks
from floorpulse.alerts.metrics import IncidentMetrics
from floorpulse.alerts.reading.ports import IncidentPlace, IncidentQuery, MessagePlace
from floorpulse.alerts.reading.store import PostgresReading
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.alert_reading import MemoryReading
from tests.fakes.alert_store import MemoryIncidents
from tests.fakes.alert_world import FIGURE, ON_CALL, MemoryLinks
from tests.fakes.definitions import definitions

DEFINED = definitions(ON_CALL)
HOUR = 3_600_000


@dataclass
class Alerts:
    """Incidents that can be made, changed and read."""

    store: MemoryIncidents | PostgresIncidents
    reading: MemoryReading | PostgresReading
    links: MemoryLinks | PostgresUsedLinks
    epoch: int
    names: Iterator[int]

    def __post_init__(self) -> None:
        around = Surroundings(lambda: DEFINED, ZoneInfo("UTC"))
        self.desk = Desk(self.store, around, lambda: f"made-{next(self.names)}")
        self.keeper = IncidentKeeper(
            self.store,
            around,
            RuleDescriptions(lambda: DEFINED),
            lambda: self.epoch,
            IncidentMetrics(CollectorRegistry()),
        )

    async def fire(self, rule: str, queue: str, at: int, tenant: str = "demo") -> Incident:
        await self._take(rule, queue, at, TransitionKind.FIRE, tenant)
        found = await self.reading.page(IncidentQuery(tenant, rules=(rule,)), None, 10)
        return next(one for one in found if one.subject.queue == queue)

    async def clear(self, rule: str, queue: str, at: int) -> None:
        await self._take(rule, queue, at, TransitionKind.RESOLVE, "demo")

    async def _take(
        self, rule: str, queue: str, at: int, kind: TransitionKind, tenant: str
    ) -> None:
        reason = Reason.HELD if kind is TransitionKind.FIRE else Reason.CLEARED
        change = Transition(
            subject=Subject(tenant, rule, queue),
            version=f"{rule}@1",
            kind=kind,
            reason=reason,
            figure=FIGURE,
            at=at,
        )
        await self.keeper.take(EvaluationBatch([change], {}))

    async def send(self) -> None:
        async with self.store.transaction(self.epoch) as work:
            for claim in await work.claim_notices(self.epoch, 100, 1000):
                await work.notice_sent(claim, self.epoch, "shown")


@pytest.fixture
async def alerts(real: DatabaseSettings | None) -> AsyncIterator[Alerts]:
    if real is None:
        store = MemoryIncidents(now_ms)
        yield Alerts(store, MemoryReading(store), MemoryLinks(), 0, count(1))
        return
    engine = async_engine(real)
    lease = PostgresLease(engine)
    epoch = await lease.take("test", await lease.look(), 600_000)
    assert epoch is not None
    try:
        stored = PostgresIncidents(engine), PostgresReading(engine), PostgresUsedLinks(engine)
        yield Alerts(*stored, epoch, count(1))
    finally:
        await engine.dispose()


async def test_incidents_come_newest_first_in_pages_and_by_every_filter(alerts: Alerts) -> None:
    now = now_ms()
    old = await alerts.fire("level", "sales", now - 3 * HOUR)
    new = await alerts.fire("waits", "help", now - HOUR)
    await alerts.fire("level", "sales", now, tenant="other")
    await alerts.clear("level", "sales", now)

    async def ids(**asked: object) -> list[str]:
        query = IncidentQuery("demo", **asked)  # type: ignore[arg-type]
        return [one.id for one in await alerts.reading.page(query, None, 10)]

    first = await alerts.reading.page(IncidentQuery("demo"), None, 1)
    place = IncidentPlace(first[0].opened_at, first[0].id)
    second = await alerts.reading.page(IncidentQuery("demo"), place, 1)
    assert [one.id for one in first + second] == [new.id, old.id]
    assert await ids(states=(IncidentState.RESOLVED,)) == [old.id]
    assert await ids(severities=(Severity.WARNING,)) == [new.id]
    assert await ids(queues=("sales",)) == [old.id]
    assert await ids(rules=("waits",)) == [new.id]
    assert await ids(since=now - 2 * HOUR) == [new.id]
    assert await ids(until=now - 2 * HOUR) == [old.id]


async def test_what_is_open_comes_with_what_ended_lately(alerts: Alerts) -> None:
    now = now_ms()
    ended = await alerts.fire("level", "sales", now)
    still = await alerts.fire("waits", "help", now - HOUR)
    await alerts.clear("level", "sales", now)

    assert [one.id for one in await alerts.reading.current("demo", 0, 10)] == [still.id, ended.id]
    assert [one.id for one in await alerts.reading.current("demo", 0, 1)] == [still.id]
    later = await alerts.reading.current("demo", now_ms() + HOUR, 10)
    assert [one.id for one in later] == [still.id]


async def test_an_incident_belongs_to_its_tenant(alerts: Alerts) -> None:
    mine = await alerts.fire("level", "sales", now_ms())

    assert await alerts.reading.incident("demo", mine.id) == mine
    assert await alerts.reading.incident("other", mine.id) is None
    assert await alerts.reading.incident("demo", "nothing") is None


async def test_a_timeline_is_numbered_and_says_who_did_what(alerts: Alerts) -> None:
    mine = await alerts.fire("level", "sales", now_ms())
    await alerts.desk.act("demo", mine.id, Comment("Two agents more"), "zhang")
    await alerts.desk.act("demo", mine.id, Acknowledge(), "zhang")

    told = await alerts.reading.timeline(mine.id)

    assert [(number, event.reason, event.actor) for number, event in told] == [
        (1, Reason.HELD, None),
        (2, Reason.STEP_DUE, None),
        (3, Reason.COMMENTED, "zhang"),
        (4, Reason.ACKNOWLEDGED, "zhang"),
    ]
    assert told[0][1].details.figure == FIGURE
    assert told[2][1].details.comment == "Two agents more"
    assert await alerts.reading.timeline("nothing") == []


async def test_notices_are_counted_by_how_far_they_came(alerts: Alerts) -> None:
    sent = await alerts.fire("level", "sales", now_ms())
    await alerts.send()
    owed = await alerts.fire("level", "help", now_ms())
    without = await alerts.fire("waits", "help", now_ms())

    counts = await alerts.reading.counts([sent.id, owed.id, without.id])

    assert {name: (one.sent, one.owed, one.failed) for name, one in counts.items()} == {
        sent.id: (1, 0, 0),
        owed.id: (0, 1, 0),
    }
    assert await alerts.reading.counts([]) == {}
    [notice] = await alerts.reading.notices(sent.id)
    assert (notice.key.target.partition("/")[2], notice.said, notice.attempts) == (
        "screen",
        "shown",
        1,
    )
    assert (notice.figure, notice.incident_state) == (FIGURE, IncidentState.FIRING)


async def test_messages_of_the_screen_come_newest_first_with_whom_was_told_before(
    alerts: Alerts,
) -> None:
    mine = await alerts.fire("level", "sales", now_ms())
    assert await alerts.reading.shown("demo", None, 10) == []
    await alerts.send()
    await alerts.clear("level", "sales", now_ms())
    await alerts.send()

    both = await alerts.reading.shown("demo", None, 10)

    assert [one.notice.key.kind for one in both] == ["resolved", "opened"]
    assert [one.incident.id for one in both] == [mine.id, mine.id]
    key = both[0].notice.key
    sent_at = both[0].notice.sent_at
    assert sent_at is not None
    place = MessagePlace(sent_at, key.incident, key.kind, key.step, key.target)
    assert [one.notice.key.kind for one in await alerts.reading.shown("demo", place, 10)] == [
        "opened"
    ]
    assert await alerts.reading.shown("other", None, 10) == []


async def test_silences_and_overrides_are_told_until_they_end(alerts: Alerts) -> None:
    now = now_ms()
    wanted = Silence(
        id="",
        tenant="demo",
        matchers=(Matcher("queue", Operator.EQUAL, "sales"),),
        begins_at=now,
        ends_at=now + HOUR,
        author="zhang",
        comment="new switch",
        created_at=now,
    )
    made = await alerts.desk.silence(wanted)
    name = await alerts.desk.override("demo", "leads", Span(now, now + HOUR, "li"), "zhang")

    arranged = await alerts.reading.arranged("demo", now)

    assert list(arranged.silences) == [made]
    assert [(one.id, one.rota, one.span.member) for one in arranged.overrides] == [
        (name, "leads", "li")
    ]
    after = await alerts.reading.arranged("demo", now + HOUR)
    assert (list(after.silences), list(after.overrides)) == ([], [])
    of_others = await alerts.reading.arranged("other", now)
    assert (list(of_others.silences), list(of_others.overrides)) == ([], [])


async def test_a_link_is_used_once_it_was_used(alerts: Alerts) -> None:
    before = await alerts.links.used("l1")
    await alerts.links.use("l1", 1)
    await alerts.links.use("l1", 2)

    assert (before, await alerts.links.used("l1"), await alerts.links.used("l2")) == (
        False,
        True,
        False,
    )
