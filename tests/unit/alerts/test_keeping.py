"""Alerts become incidents, people act on them, the auditor looks, the heartbeat beats."""

import asyncio
from dataclasses import replace
from zoneinfo import ZoneInfo

import httpx
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.acknowledging import Acknowledge, Refused, Resolve, Unacknowledge
from floorpulse.alerts.domain.alert import EvaluationBatch, Transition, TransitionKind
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState, Firing
from floorpulse.alerts.domain.audit import Standing
from floorpulse.alerts.domain.decisions import Decision
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.notices import NoticeKind, NoticeState
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Matcher, Operator, Silence
from floorpulse.alerts.incidents.auditor import GOOD_FOR, Auditor, Heartbeat
from floorpulse.alerts.incidents.desk import Desk, UnknownIncident
from floorpulse.alerts.incidents.keeper import AT_ONCE, IncidentKeeper
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.ports import Change, LeaseLost
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.metrics import AuditMetrics, IncidentMetrics, LeaseMetrics
from floorpulse.definitions.domain.on_call import RotaBody
from tests.fakes.alert_definitions import TENANT, book, incident, policy, receiver, rule, step
from tests.fakes.alert_store import MemoryIncidents, StoredNotice

NOW = 1_772_539_200_000
MINE = Subject(TENANT, "calls", "orders")
LADDER = policy(step("ann"), step("bo"))
BOOK = book(
    rule(),
    LADDER,
    receiver("ann"),
    receiver("bo"),
    RotaBody(id="nights", names={"en": "Nights"}, members=["ann"], starts="2026-01-01"),
)
FIRING = Firing(since=NOW, condition="c", depth=1.0, told_at=NOW)


class World:
    """A keeper and a desk over one store; its clock stands where a test puts it."""

    def __init__(self) -> None:
        self.at = NOW
        self.seconds = 0.0
        self.epoch: int | None = 0
        self.store = MemoryIncidents(lambda: self.at)
        around = Surroundings(lambda: BOOK, ZoneInfo("UTC"))
        registry = CollectorRegistry()
        self.registry = registry
        self.keeper = IncidentKeeper(
            self.store,
            around,
            RuleDescriptions(lambda: BOOK),
            lambda: self.epoch,
            IncidentMetrics(registry),
        )
        names = iter(f"id{number}" for number in range(100))
        self.desk = Desk(self.store, around, lambda: next(names))
        lease = Lease(self.store, "one", lambda: self.seconds, LeaseMetrics(registry))
        self.auditor = Auditor(
            self.store, lease, lambda: self.seconds, lambda: self.at, AuditMetrics(registry)
        )

    async def tell(
        self,
        kind: TransitionKind,
        subject: Subject = MINE,
        state: AlertState = FIRING,
        **more: object,
    ) -> None:
        reason = Reason.CLEARED if kind is TransitionKind.RESOLVE else Reason.HELD
        given: dict[str, object] = {"reason": reason, "figure": Figure("offered", 3.0), **more}
        told = Transition(subject, "calls@1", at=self.at, kind=kind, **given)  # type: ignore[arg-type]
        await self.keeper.take(EvaluationBatch([told], {subject: state}))

    @property
    def incidents(self) -> list[Incident]:
        return list(self.store.tables.incidents.values())

    def notices(self, kind: NoticeKind = NoticeKind.OPENED) -> list[StoredNotice]:
        return [one for one in self.store.tables.notices.values() if one.key.kind is kind]

    def metric(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"floorpulse_alerts_{name}", labels)


@pytest.fixture
def world() -> World:
    return World()


async def test_an_alert_that_fires_opens_an_incident_with_its_first_step(world: World) -> None:
    await world.tell(TransitionKind.FIRE)

    (there,) = world.incidents
    assert (there.subject, there.policy, there.names["zh"]) == (MINE, LADDER, "来电")
    assert [str(one.key) for one in world.notices()] == [f"{there.id}.opened.1.ann/sms"]
    assert world.store.tables.states == {MINE: FIRING}
    assert world.keeper.news.is_set()
    assert world.metric("transitions_total", reason="held") == 1


async def test_the_same_batch_again_changes_nothing(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    first = world.incidents
    await world.tell(TransitionKind.FIRE)

    assert [one.id for one in world.incidents] == [one.id for one in first]
    assert len(world.notices()) == 1


async def test_the_same_batch_after_its_incident_was_resolved_opens_no_second(
    world: World,
) -> None:
    await world.tell(TransitionKind.FIRE)
    await world.desk.act(TENANT, world.incidents[0].id, Resolve(), "ann")
    await world.tell(TransitionKind.FIRE)

    assert [one.state for one in world.incidents] == [IncidentState.RESOLVED]


async def test_a_worse_figure_is_kept_and_told_to_nobody(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    await world.tell(TransitionKind.UPDATE, figure=Figure("offered", 9.0))
    await world.tell(TransitionKind.UPDATE, figure=None)

    assert world.incidents[0].figure.value == 9.0
    assert len(world.notices()) == 1


async def test_an_alert_that_resolves_ends_its_incident(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    world.at += 5000
    await world.tell(TransitionKind.RESOLVE, state=INACTIVE)
    await world.tell(TransitionKind.RESOLVE, state=INACTIVE)

    assert world.incidents[0].resolved_at == NOW + 5000
    assert world.store.tables.states == {}
    assert [one.state for one in world.notices()] == [NoticeState.WITHDRAWN]
    assert world.notices(NoticeKind.RESOLVED) == []


async def test_without_a_figure_an_incident_opens_all_the_same(world: World) -> None:
    await world.tell(TransitionKind.FIRE, figure=None)

    assert world.incidents[0].figure == Figure("", None)


async def test_flapping_is_told_instead_of_steps_until_it_is_steady(world: World) -> None:
    await world.tell(TransitionKind.FIRE, flapping=True)
    assert len(world.notices(NoticeKind.FLAPPING)) == 1
    await world.tell(TransitionKind.UPDATE, reason=Reason.STEADY)

    assert len(world.notices()) == 1
    assert not world.incidents[0].flapping


async def test_a_storm_is_written_in_parts(world: World) -> None:
    subjects = [Subject(TENANT, "calls", f"q{number}") for number in range(AT_ONCE + 5)]
    fired = [
        Transition(one, "calls@1", Reason.HELD, None, NOW, TransitionKind.FIRE) for one in subjects
    ]
    ended = replace(fired[0], kind=TransitionKind.RESOLVE, reason=Reason.CLEARED)
    other = Subject(TENANT, "other")
    states: dict[Subject, AlertState] = {**dict.fromkeys(subjects, FIRING), other: FIRING}
    states[subjects[0]] = INACTIVE
    await world.keeper.take(EvaluationBatch([*fired, ended], states))

    assert len(world.incidents) == AT_ONCE + 5
    assert sum(one.resolved_at is not None for one in world.incidents) == 1
    assert set(world.store.tables.states) == {*subjects[1:], other}


@pytest.mark.parametrize("epoch", [None, 7])
async def test_whoever_does_not_act_keeps_nothing(world: World, epoch: int | None) -> None:
    world.epoch = epoch
    with pytest.raises(LeaseLost):
        await world.tell(TransitionKind.FIRE)

    assert world.incidents == []


async def test_people_act_or_are_told_why_not(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    name = world.incidents[0].id
    refusal = await world.desk.act(TENANT, name, Unacknowledge(), "ann")
    done = await world.desk.act(TENANT, name, Acknowledge(), "ann")

    assert refusal is Refused.NOT_ACKNOWLEDGED
    assert isinstance(done, Incident)
    assert (done.owner, done.revision) == ("ann", world.incidents[0].revision)
    for tenant, wanted in (("another", name), (TENANT, "nothing")):
        with pytest.raises(UnknownIncident):
            await world.desk.act(tenant, wanted, Acknowledge(), "ann")


def silence(ends_at: int, queue: str = "orders") -> Silence:
    matchers = (Matcher("queue", Operator.EQUAL, queue),)
    return Silence("", TENANT, matchers, NOW, ends_at, "ann", "moving", NOW)


async def test_a_silence_reaches_what_climbs_already_and_its_end_wakes_it(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    kept = await world.desk.silence(silence(NOW + 60_000))
    quiet = world.incidents[0]
    assert await world.desk.end_silence(TENANT, kept.id, "li")
    awake = world.incidents[0]

    assert (quiet.silenced, quiet.next_at) == (True, NOW + 60_000)
    assert awake.next_at == NOW
    assert not await world.desk.end_silence(TENANT, kept.id, "li")


async def test_a_longer_silence_holds_longer_and_others_touch_nothing(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    before = world.incidents[0]
    await world.desk.silence(silence(NOW + 60_000, queue="chat"))
    assert world.incidents[0] == before
    await world.desk.silence(silence(NOW + 60_000))
    await world.desk.silence(silence(NOW + 90_000))

    assert world.incidents[0].next_at == NOW + 90_000


async def test_a_silence_that_cannot_be_kept_says_why(world: World) -> None:
    world.at = NOW + 100_000
    with pytest.raises(ValueError, match="ends in the past"):
        await world.desk.silence(silence(NOW + 60_000))
    with pytest.raises(ValueError, match="before it begins"):
        await world.desk.silence(silence(NOW))


async def test_somebody_else_is_on_call_for_a_span(world: World) -> None:
    name = await world.desk.override(TENANT, "nights", Span(NOW, NOW + 60_000, "bo"), "ann")

    assert world.store.tables.overrides[name] == (TENANT, "nights", Span(NOW, NOW + 60_000, "bo"))
    assert await world.desk.end_override(TENANT, name)
    assert not await world.desk.end_override(TENANT, name)


@pytest.mark.parametrize(
    ("rota", "span", "said"),
    [
        ("nights", Span(NOW, NOW, "bo"), "before it begins"),
        ("days", Span(NOW, NOW + 1, "bo"), "there is no rota"),
        ("nights", Span(NOW, NOW + 1, "di"), "can be reached"),
    ],
)
async def test_an_override_that_cannot_be_kept_says_why(
    world: World, rota: str, span: Span, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        await world.desk.override(TENANT, rota, span, "ann")


async def put(world: World, *some: Incident) -> None:
    async with world.store.transaction() as work:
        await work.store([Change(None, Decision(one)) for one in some])


async def test_an_audit_that_finds_nothing_is_well_for_a_while(world: World) -> None:
    assert not world.auditor.well
    await put(world, incident(LADDER, next_at=NOW))
    await world.auditor.look(0)

    assert world.auditor.well
    assert world.metric("audit_incidents", standing="timer") == 1
    world.seconds = GOOD_FOR
    assert not world.auditor.well


async def test_what_is_adrift_is_told_and_gets_a_timer(world: World) -> None:
    await world.auditor.look(0)
    await put(world, incident(LADDER, level=1), incident(None, id="i2", subject=MINE))
    await world.auditor.look(0)

    assert not world.auditor.well
    assert world.metric("audit_incidents", standing=Standing.ADRIFT) == 1
    assert world.store.tables.incidents["i1"].next_at == NOW
    assert world.store.tables.incidents["i2"].next_at is None
    await world.auditor.look(0)
    assert world.auditor.well


async def test_notices_that_nobody_tries_are_not_well(world: World) -> None:
    await world.tell(TransitionKind.FIRE)
    world.at += 60_000
    await world.auditor.look(0)

    assert world.metric("audit_overdue_notices") == 1
    assert not world.auditor.well


class Switch:
    """An outside switch; `fails` says how."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.called: list[str] = []
        self._fails = fails

    async def __call__(self, url: str) -> None:
        self.called.append(url)
        if self._fails is not None:
            raise self._fails


async def test_the_heart_beats_only_while_all_is_well() -> None:
    switch = Switch()
    await Heartbeat("https://switch", lambda: None, switch).beat()
    await Heartbeat("https://switch", lambda: "the auditor is worried", switch).beat()

    assert switch.called == ["https://switch"]


@pytest.mark.parametrize("failure", [httpx.ConnectError("away"), TimeoutError()])
async def test_a_switch_that_does_not_answer_stops_nothing(failure: Exception) -> None:
    switch = Switch(failure)
    beating = asyncio.create_task(Heartbeat("https://switch", lambda: None, switch).run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert not beating.done()
    beating.cancel()
