"""What the tables of alerts promise: on the fake, and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from floorpulse.alerts.domain.alert_states import INACTIVE, Firing
from floorpulse.alerts.domain.decisions import Decision, EventDetails, OwedNotice, changed, entry
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Matcher, Operator, Silence
from floorpulse.alerts.domain.tasks import Task
from floorpulse.alerts.incidents.lease_store import PostgresLease
from floorpulse.alerts.incidents.ports import (
    Change,
    ClaimedNotice,
    IncidentStore,
    LeaseLost,
    LeaseStore,
)
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.alert_definitions import TENANT, incident, policy, step
from tests.fakes.alert_store import MemoryIncidents

SPAN = 8000


class Stores(NamedTuple):
    """Both halves of one store."""

    incidents: IncidentStore
    lease: LeaseStore


@pytest.fixture
async def stores(real: DatabaseSettings | None) -> AsyncIterator[Stores]:
    if real is None:
        memory = MemoryIncidents(now_ms)
        yield Stores(memory, memory)
        return
    engine = async_engine(real)
    yield Stores(PostgresIncidents(engine), PostgresLease(engine))
    await engine.dispose()


@pytest.fixture
def store(stores: Stores) -> IncidentStore:
    return stores.incidents


def owing(*targets: str, at: int, number: int = 1, **more: object) -> Change:
    """A new incident that owes its first step to these targets."""
    new = incident(policy(step("ann")), id=f"i{number}", opened_at=at, level=1, next_at=at, **more)
    subject = replace(new.subject, queue=f"q{number}")
    new = replace(new, subject=subject)
    owed = tuple(OwedNotice(NoticeKind.OPENED, 1, target) for target in targets)
    details = EventDetails(figure=new.figure, targets=targets)
    return Change(None, Decision(new, (entry(new, Reason.BREACHED, at, details=details),), owed))


async def stored(store: IncidentStore, change: Change) -> Incident:
    async with store.transaction() as work:
        await work.store([change])
    return change.decision.incident


async def claimed(store: IncidentStore, epoch: int = 0, most: int = 10) -> list[ClaimedNotice]:
    async with store.transaction(epoch) as work:
        return await work.claim_notices(epoch, most, SPAN)


async def found(store: IncidentStore, id: str = "i1") -> Incident:  # noqa: A002
    async with store.transaction() as work:
        there = await work.incident(TENANT, id)
    assert there is not None
    return there


async def test_an_incident_comes_back_as_it_was_stored(store: IncidentStore) -> None:
    wanted = await stored(
        store,
        owing("ann/sms", at=5, labels={"zone": "北"}, runbook="https://x", passed_over=True),
    )

    assert await found(store) == wanted
    assert list(await store.open_incidents()) == [wanted]
    async with store.transaction() as work:
        assert await work.incident("another", "i1") is None
        assert await work.open_of(TENANT) == [wanted]
        assert await work.open_incidents([wanted.subject, Subject("t", "no")]) == {
            wanted.subject: wanted
        }


async def test_the_same_incident_again_stays_as_it_is(store: IncidentStore) -> None:
    change = owing("ann/sms", at=5)
    await stored(store, change)
    await stored(store, Change(None, Decision(changed(change.decision.incident, level=7))))

    assert (await found(store)).level == 1
    assert len(await claimed(store)) == 1


async def test_a_transaction_that_fails_leaves_nothing(store: IncidentStore) -> None:
    async def failing() -> None:
        async with store.transaction() as work:
            await work.store([owing("ann/sms", at=5)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()

    assert list(await store.open_incidents()) == []


async def test_each_change_raises_the_revision(store: IncidentStore) -> None:
    before = await stored(store, owing("ann/sms", at=5))
    await stored(store, Change(before, Decision(changed(before, owner="ann"))))

    after = await found(store)
    assert (after.revision, after.owner) == (1, "ann")


async def test_a_change_of_what_was_changed_meanwhile_is_refused(store: IncidentStore) -> None:
    before = await stored(store, owing("ann/sms", at=5))

    async def change(owner: str, reached: asyncio.Event, go: asyncio.Event) -> None:
        async with store.transaction() as work:
            reached.set()
            await go.wait()
            await work.store([Change(before, Decision(changed(before, owner=owner)))])

    reached, go = asyncio.Event(), asyncio.Event()
    late = asyncio.create_task(change("late", reached, go))
    await reached.wait()
    go_at_once = asyncio.Event()
    go_at_once.set()
    await change("first", asyncio.Event(), go_at_once)
    go.set()

    with pytest.raises(StoreUnavailable):
        await late
    assert (await found(store)).owner == "first"


async def test_only_due_incidents_are_due(store: IncidentStore) -> None:
    soon = await stored(store, owing(at=5))
    later = changed(incident(id="i2"), next_at=now_ms() + 60_000)
    await stored(store, Change(None, Decision(later)))
    never = changed(incident(id="i3", subject=Subject(TENANT, "other")), next_at=None)
    await stored(store, Change(None, Decision(never)))

    async with store.transaction() as work:
        assert await work.due_incidents(10) == [soon]
        assert await work.due_incidents(0) == []


async def test_states_are_replaced_and_go(store: IncidentStore) -> None:
    mine, other = Subject(TENANT, "a"), Subject(TENANT, "b", "q")
    firing = Firing(since=1, condition="c", depth=1.0, told_at=1)
    async with store.transaction() as work:
        await work.store_states({mine: firing, other: firing})
    async with store.transaction() as work:
        await work.store_states({mine: INACTIVE, other: firing})
    async with store.transaction() as work:
        await work.store_states({})


async def test_a_notice_is_claimed_once_and_sent_once(store: IncidentStore) -> None:
    wanted = await stored(store, owing("ann/sms", "bo/slack", at=5))
    first = await claimed(store)

    assert [str(one.key) for one in first] == ["i1.opened.1.ann/sms", "i1.opened.1.bo/slack"]
    assert [(one.attempts, one.about, one.tenant) for one in first] == [(1, wanted, TENANT)] * 2
    assert await claimed(store) == []
    async with store.transaction() as work:
        assert await work.notice_sent(first[0], 0, "ok")
        assert await work.notice_sent(first[0], 0, "ok"), "the answer may have been lost"
        assert not await work.notice_sent(first[1], 7, "ok"), "another epoch's"
        known = await work.known([wanted])
    assert known["i1"].told == ("ann/sms", "bo/slack")


async def test_what_is_under_way_is_not_claimed_again(store: IncidentStore) -> None:
    await stored(store, owing("ann/sms", at=5))
    async with store.transaction() as work:
        assert await work.claim_notices(0, 10, SPAN, ["i1.opened.1.ann/sms"]) == []
        assert len(await work.claim_notices(0, 10, SPAN, ["i1.opened.2.ann/sms"])) == 1


async def test_a_claim_that_ended_is_due_again_and_the_old_one_settles_nothing(
    stores: Stores,
) -> None:
    store, lease = stores
    await stored(store, owing("ann/sms", at=5))
    one = await lease.take("one", await lease.look(), 0)
    assert one is not None
    async with store.transaction(one) as work:
        old = await work.claim_notices(one, 10, 0)
    await asyncio.sleep(0.002)
    two = await lease.take("two", await lease.look(), 60_000)
    assert two == one + 1
    new = await claimed(store, two)

    assert [claim.attempts for claim in (*old, *new)] == [1, 2]
    async with store.transaction() as work:
        assert not await work.notice_sent(old[0], one, "late")
        assert not await work.notice_pending(old[0], one, 5, "late")
        assert not await work.notice_failed(old[0], one, "late")
        assert await work.notice_sent(new[0], two, "ok")


async def test_a_notice_waits_in_its_targets_line(store: IncidentStore) -> None:
    for number in (1, 2):
        await stored(store, owing("ann/sms", at=5, number=number))
    first, second = await claimed(store)
    late = now_ms() + 60_000
    async with store.transaction() as work:
        assert await work.first_in_line(first)
        assert await work.notice_pending(first, 0, late, "away")
        assert not await work.first_in_line(second)
        assert await work.notice_pending(second, 0, late, "away")
    assert await claimed(store) == []
    async with store.transaction() as work:
        await work.bring_forward(TENANT, "ann/sms")

    assert len(await claimed(store)) == 2


async def test_withdrawn_notices_leave_their_line_to_others(store: IncidentStore) -> None:
    waiting = await stored(store, owing("ann/sms", at=5))
    await stored(store, owing("ann/sms", at=5, number=2))
    late = now_ms() + 60_000
    async with store.transaction() as work:
        for claim in await work.claim_notices(0, 10, SPAN):
            await work.notice_pending(claim, 0, late, "away")
    over = changed(waiting, state=IncidentState.RESOLVED, resolved_at=9, next_at=None)
    async with store.transaction() as work:
        known = await work.known([waiting])
        await work.store([Change(waiting, Decision(over, withdraw=True))])

    assert known["i1"].told == ("ann/sms",), "an attempt may have arrived"
    assert await store.overdue_notices(-2000) == 1, "the other looks soon"


async def test_what_is_acknowledged_meanwhile_is_not_tried_again(store: IncidentStore) -> None:
    before = await stored(store, owing("ann/sms", at=5))
    (claim,) = await claimed(store)
    had = changed(before, state=IncidentState.ACKNOWLEDGED, owner="ann", next_at=None)
    await stored(store, Change(before, Decision(had)))
    async with store.transaction() as work:
        assert await work.notice_pending(claim, 0, 5, "away")

    assert await claimed(store) == []


async def test_a_failed_notice_is_told_by_its_step(store: IncidentStore) -> None:
    await stored(store, owing("ann/sms", "bo/sms", at=5))
    first, second = await claimed(store)
    async with store.transaction() as work:
        assert await work.notice_failed(first, 0, "no such number")
        assert await work.unfailed("i1", NoticeKind.OPENED, 1)
        assert await work.notice_failed(second, 0, "no such number")
        assert not await work.unfailed("i1", NoticeKind.OPENED, 1)

    assert await claimed(store) == []


async def test_overdue_notices_are_counted(store: IncidentStore) -> None:
    await stored(store, owing("ann/sms", at=5))

    assert await store.overdue_notices(-5) == 1
    assert await store.overdue_notices(60_000) == 0


async def test_silences_and_overrides_surround_until_they_end(store: IncidentStore) -> None:
    there = await stored(store, owing(at=5))
    end = now_ms() + 60_000
    quiet = Silence("s1", TENANT, (Matcher("queue", Operator.EQUAL, "q1"),), 0, end, "ann", "?", 0)
    span = Span(0, end, "bo")
    async with store.transaction() as work:
        await work.add_silence(quiet)
        await work.add_override(TENANT, "nights", span, ("o1", "ann"))
    async with store.transaction() as work:
        known = await work.known([there])
        assert not await work.end_silence("another", "s1")
        assert await work.end_silence(TENANT, "s1")
        assert not await work.end_override("another", "o1")
        assert await work.end_override(TENANT, "o1")
    async with store.transaction() as work:
        after = await work.known([there])
        assert not await work.end_silence(TENANT, "s1")
        assert not await work.end_override(TENANT, "o1")

    assert (known["i1"].silences, known["i1"].overrides) == ([quiet], {"nights": [span]})
    assert (after["i1"].silences, after["i1"].overrides) == ([], {})


async def test_the_last_notice_of_flapping_is_known_to_the_next_incident(
    store: IncidentStore,
) -> None:
    now = now_ms()
    first = incident(policy(step("ann")), flapping=True, opened_at=now)
    over = changed(first, state=IncidentState.RESOLVED, resolved_at=now)
    owed = (OwedNotice(NoticeKind.FLAPPING, 1, "ann/sms"),)
    await stored(store, Change(None, Decision(over, notices=owed)))
    async with store.transaction() as work:
        again = await work.known([changed(first, id="i2")])
        other = await work.known([changed(first, id="i2", subject=Subject(TENANT, "other"))])

    at = again["i2"].flapped_at
    assert at is not None
    assert abs(at - now) < 60_000
    assert other["i2"].flapped_at is None


async def test_the_lease_is_taken_from_whom_it_has_left(stores: Stores) -> None:
    lease = stores.lease
    nobody = await lease.look()
    assert (nobody.holder, nobody.epoch, nobody.until) == ("", 0, 0)
    assert await lease.take("one", nobody, 60_000) == 1
    held = await lease.look()
    assert (held.holder, held.epoch) == ("one", 1)
    assert held.until > held.now
    assert await lease.take("two", held, 60_000) is None, "it is held"
    assert await lease.renew("one", 1, 60_000)
    assert not await lease.renew("two", 1, 60_000)
    await lease.release("one", 1)
    left = await lease.look()
    assert await lease.take("two", held, 60_000) is None, "it was not seen as it is"
    assert await lease.take("two", left, 60_000) == 2
    assert not await lease.renew("one", 1, 60_000)
    await lease.release("one", 1)
    assert (await lease.look()).until > held.now, "it is another's by now"


async def test_whoever_lost_the_lease_stores_nothing(stores: Stores) -> None:
    await stores.lease.take("one", await stores.lease.look(), 60_000)
    with pytest.raises(LeaseLost):
        async with stores.incidents.transaction(7) as work:
            await work.store([owing(at=5)])

    assert list(await stores.incidents.open_incidents()) == []


async def test_a_figure_without_a_value_is_stored(store: IncidentStore) -> None:
    new = incident(figure=Figure("", None))
    await stored(store, Change(None, Decision(new)))

    assert (await found(store)).figure == new.figure


async def test_a_task_is_kept_and_finds_its_youngest_incident(store: IncidentStore) -> None:
    task = Task("ops", "OPS-12", "https://jira.example.org/OPS-12", "To Do", at=5)
    await stored(store, owing(at=100, number=1, tasks=(task,)))
    await stored(store, owing(at=200, number=2, tasks=(task, Task("jdy", "7"))))

    async with store.transaction() as work:
        mine = await work.incident_of_task(TENANT, "ops", "OPS-12")
        others = [
            await work.incident_of_task(*names)
            for names in (
                (TENANT, "ops", "OPS-1"),
                (TENANT, "ops", "7"),
                ("another", "ops", "OPS-12"),
            )
        ]

    assert mine is not None
    assert (mine.id, mine.tasks) == ("i2", (task, Task("jdy", "7")))
    assert others == [None, None, None]
