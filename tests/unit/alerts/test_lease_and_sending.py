"""The lease, the sender and the timers, in virtual time on a store in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.decisions import Circumstances, Decision, changed
from floorpulse.alerts.domain.escalation import opened
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.notices import Delivery, NoticeState, Verdict
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.tasks import Task
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.ports import Change, ClaimedNotice, LeaseLost
from floorpulse.alerts.incidents.sending import Sender, Sending
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.incidents.timers import SET_ASIDE, Timers
from floorpulse.alerts.metrics import IncidentMetrics, LeaseMetrics, NoticeMetrics
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.alert_definitions import People, book, incident, policy, receiver, step
from tests.fakes.alert_store import MemoryIncidents, StoredNotice
from tests.fakes.virtual_time import run

TWO = policy(step("ann", "bo", wait=60), step("cy", wait=60))
BOOK = book(TWO, receiver("ann"), receiver("bo"), receiver("cy"))


@dataclass
class Scripted:
    """Channels that answer as they are told, OK unless told."""

    answers: dict[str, list[Delivery]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    hang: float = 0.0
    fail: bool = False

    async def deliver(self, claim: ClaimedNotice, still_ours: Callable[[], bool]) -> Delivery:
        await asyncio.sleep(self.hang)
        if self.fail:
            raise ZeroDivisionError
        if not still_ours():
            return Delivery(Verdict.GIVEN_UP)
        waiting = self.answers.get(claim.key.target, [])
        answer = waiting.pop(0) if waiting else Delivery(Verdict.ACCEPTED, "ok")
        if answer.verdict is Verdict.ACCEPTED:
            self.taken.append(str(claim.key))
        return answer


class World:
    """One replica over a store in memory."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        registry = CollectorRegistry()
        self.store = MemoryIncidents(self.now)
        self.lease = Lease(self.store, "one", loop.time, LeaseMetrics(registry))
        self.channels = Scripted()
        self.news = asyncio.Event()
        work = Sending(self.store, self.channels, self.lease, lambda: 0.0, NoticeMetrics(registry))
        self.sender = Sender(work, self.news)
        around = Surroundings(lambda: BOOK, ZoneInfo("UTC"))
        changes = IncidentMetrics(registry)
        self.timers = Timers(self.store, around, self.lease, self.news, changes, loop.time)
        self._tasks: list[asyncio.Task[None]] = []

    @staticmethod
    def now() -> int:
        return 1_000_000 + round(asyncio.get_running_loop().time() * 1000)

    def start(self) -> None:
        for part in (self.lease.run, self.sender.run, self.timers.run):
            self._tasks.append(asyncio.create_task(part()))

    async def open(self, name: str = "i1") -> Incident:
        new = incident(TWO, id=name)
        async with self.store.transaction() as work:
            decision = opened(new, Reason.HELD, Circumstances(People()), work.now)
            await work.store([Change(None, decision)])
        self.news.set()
        return decision.incident

    def notice(self, target: str, kind: str = "opened") -> StoredNotice:
        rows = self.store.tables.notices.values()
        return next(one for one in rows if (one.key.target, one.key.kind) == (target, kind))

    def there(self) -> Incident:
        return self.store.tables.incidents["i1"]


def test_what_is_owed_goes_out_at_once_and_is_recorded() -> None:
    async def course() -> tuple[float, World]:
        world = World()
        world.start()
        await asyncio.sleep(1)
        await world.open()
        began = world.now()
        await asyncio.sleep(0.2)
        return world.notice("ann/sms").sent_at or 0 - began, world

    _, world = run(course())

    assert world.channels.taken == ["i1.opened.1.ann/sms", "i1.opened.1.bo/sms"]
    assert world.notice("ann/sms").state is NoticeState.SENT
    assert world.notice("ann/sms").said == "ok"


def test_a_channel_that_is_away_is_tried_again_and_others_behind_come_forward_with_it() -> None:
    async def course() -> World:
        world = World()
        away = Delivery(Verdict.TRANSIENT, "503")
        world.channels.answers = {"ann/sms": [away] * 12, "bo/sms": [away] * 1}
        world.start()
        await asyncio.sleep(1)
        await world.open("i1")
        await world.open("i2")
        await asyncio.sleep(50)
        return world

    world = run(course())

    assert {one.state for one in world.store.tables.notices.values()} == {NoticeState.SENT}


def test_what_a_channel_asks_for_is_waited_for() -> None:
    async def course() -> StoredNotice:
        world = World()
        world.channels.answers = {"ann/sms": [Delivery(Verdict.TRANSIENT, "429", 40.0)]}
        world.start()
        await asyncio.sleep(1)
        await world.open()
        await asyncio.sleep(45)
        return world.notice("ann/sms")

    row = run(course())

    assert row.sent_at is not None
    assert row.sent_at - row.created_at >= 40_000


def test_a_channel_that_hangs_is_given_up_before_its_claim_ends() -> None:
    async def course() -> StoredNotice:
        world = World()
        world.channels.hang = 30
        world.start()
        await asyncio.sleep(1)
        await world.open()
        await asyncio.sleep(6.7)
        return world.notice("ann/sms")

    row = run(course())

    assert (row.state, row.said) == (NoticeState.PENDING, "the channel did not answer in time")


def test_where_a_whole_step_is_refused_the_next_comes_at_once() -> None:
    async def course() -> World:
        world = World()
        no = Delivery(Verdict.PERMANENT, "no such\0 number" + "x" * 1000)
        world.channels.answers = {"ann/sms": [no], "bo/sms": [no]}
        world.start()
        await asyncio.sleep(1)
        await world.open()
        await asyncio.sleep(2)
        return world

    world = run(course())
    reasons = [one.reason for one in world.store.tables.events["i1"]]

    assert world.channels.taken == ["i1.opened.2.cy/sms"]
    assert reasons.count(Reason.REFUSED) == 2
    assert world.notice("ann/sms").state is NoticeState.FAILED
    assert "\0" not in world.notice("ann/sms").said
    assert len(world.notice("ann/sms").said) == 500


def test_where_one_of_a_step_is_refused_the_ladder_waits() -> None:
    async def course() -> World:
        world = World()
        world.channels.answers = {"ann/sms": [Delivery(Verdict.PERMANENT, "no")]}
        world.start()
        await asyncio.sleep(1)
        await world.open()
        await asyncio.sleep(20)
        return world

    assert run(course()).channels.taken == ["i1.opened.1.bo/sms"]


def test_an_answer_is_kept_until_the_store_has_it() -> None:
    async def course() -> tuple[World, list[bool]]:
        world = World()
        world.start()
        await asyncio.sleep(1)
        plain = world.store.commit
        refused: list[bool] = []

        def commit(work: object) -> None:
            if world.channels.taken and len(refused) < 5:
                refused.append(True)
                raise StoreUnavailable
            plain(work)  # type: ignore[arg-type]

        world.store.commit = commit  # type: ignore[method-assign]
        await world.open()
        await asyncio.sleep(20)
        return world, refused

    world, refused = run(course())

    assert len(refused) == 5
    assert sorted(world.channels.taken) == ["i1.opened.1.ann/sms", "i1.opened.1.bo/sms"]
    assert world.notice("ann/sms").state is NoticeState.SENT


def test_a_defect_in_one_attempt_leaves_its_notice_to_a_later_one() -> None:
    async def course() -> World:
        world = World()
        world.channels.fail = True
        world.start()
        await asyncio.sleep(1)
        await world.open()
        await asyncio.sleep(1)
        world.channels.fail = False
        await asyncio.sleep(9)
        return world

    assert len(run(course()).channels.taken) == 2


def test_draining_finishes_what_is_under_way_and_begins_nothing() -> None:
    async def course() -> World:
        world = World()
        world.channels.hang = 3
        world.start()
        await asyncio.sleep(1)
        await world.open("i1")
        await asyncio.sleep(1)
        draining = asyncio.create_task(world.sender.drain())
        await asyncio.sleep(0.1)
        await world.open("i2")
        await draining
        return world

    world = run(course())

    assert {one.partition(".")[0] for one in world.channels.taken} == {"i1"}
    assert {one.state for one in world.store.tables.notices.values()} == {
        NoticeState.SENT,
        NoticeState.PENDING,
    }


def test_draining_gives_up_what_does_not_end() -> None:
    async def course() -> float:
        world = World()
        world.start()
        await asyncio.sleep(1)
        await world.open()

        async def for_ever(*_: object) -> Delivery:
            while True:
                try:
                    await asyncio.sleep(3600)
                except TimeoutError:
                    continue

        world.store.commit = lambda _: (_ for _ in ()).throw(StoreUnavailable("away"))  # type: ignore[assignment,method-assign]
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        await world.sender.drain()
        return asyncio.get_running_loop().time() - began

    assert run(course()) <= 8.0


def test_an_incident_that_cannot_be_decided_does_not_hold_others_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def course() -> World:
        world = World()
        world.start()
        await asyncio.sleep(1)
        await world.open()
        broken = changed(incident(TWO, id="i0"), next_at=world.now())
        async with world.store.transaction() as work:
            await work.store([Change(None, Decision(broken))])
        plain = Surroundings.of

        def of(self: Surroundings, one: Incident, *given: object) -> Circumstances:
            if one.id == "i0":
                raise ZeroDivisionError
            return plain(self, one, *given)  # type: ignore[arg-type]

        monkeypatch.setattr(Surroundings, "of", of)
        await asyncio.sleep(62)
        return world

    world = run(course())

    assert world.there().level == 2
    assert (world.store.tables.incidents["i0"].next_at or 0) > world.there().opened_at + SET_ASIDE


def test_a_replica_renews_its_lease_and_gives_it_up() -> None:
    async def course() -> list[object]:
        world = World()
        world.start()
        await asyncio.sleep(20)
        held = world.lease.term
        assert held is not None
        seen: list[object] = [world.lease.epoch, world.lease.still_ours(held)]
        await world.lease.give_up()
        await world.lease.give_up()
        return [*seen, world.lease.epoch, world.lease.still_ours(held), world.store.until]

    assert run(course()) == [1, True, None, False, 0]


def test_a_lease_that_cannot_be_renewed_ends_for_sending_before_it_ends_for_others() -> None:
    async def course() -> tuple[bool, int]:
        world = World()
        await world.lease.beat()
        term = world.lease.term
        assert term is not None
        await asyncio.sleep(4.0)
        return world.lease.still_ours(term), world.store.until - world.now()

    assert run(course()) == (False, 1000)


def test_whoever_finds_its_own_lease_goes_on_with_it() -> None:
    async def course() -> int | None:
        world = World()
        await world.store.take("one", await world.store.look(), 5000)
        await world.lease.beat()
        return world.lease.epoch

    assert run(course()) == 1


def test_work_runs_only_while_the_lease_is_held_and_begins_anew_with_each_term() -> None:
    async def course() -> list[str]:
        world = World()
        said: list[str] = []

        async def work() -> None:
            said.append(f"begins {world.lease.epoch}")
            try:
                await asyncio.sleep(3600)
            finally:
                said.append("ends")

        acting = asyncio.create_task(world.lease.while_acting(work))
        await asyncio.sleep(1)
        world.start()
        await asyncio.sleep(3)
        world.store.holder = "two"
        world.store.epoch = 2
        await asyncio.sleep(20)
        acting.cancel()
        await asyncio.wait({acting})
        return said

    assert run(course()) == ["begins 1", "ends", "begins 3", "ends"]


def test_work_that_fails_is_not_hidden() -> None:
    async def course() -> None:
        world = World()
        world.start()

        async def work() -> None:
            raise ZeroDivisionError

        await world.lease.while_acting(work)

    with pytest.raises(ZeroDivisionError):
        run(course())


def test_what_another_epoch_stores_is_refused() -> None:
    async def course() -> None:
        world = World()
        await world.lease.beat()
        world.store.epoch = 9
        await world.timers.take_due(1)

    with pytest.raises(LeaseLost):
        run(course())


def test_what_a_tracker_opened_stands_on_the_incident_with_the_notice_that_opened_it() -> None:
    async def course() -> World:
        world = World()
        task = Task("ann", "OPS-12", state="To Do")
        world.channels.answers = {"ann/sms": [Delivery(Verdict.ACCEPTED, "201", task=task)]}
        world.start()
        await asyncio.sleep(1)
        await world.open()
        await asyncio.sleep(1)
        return world

    world = run(course())

    assert [(one.receiver, one.id) for one in world.there().tasks] == [("ann", "OPS-12")]
    reasons = [one.reason for one in world.store.tables.events["i1"]]
    assert reasons.count(Reason.TASK_OPENED) == 1
    assert world.notice("ann/sms").state is NoticeState.SENT
