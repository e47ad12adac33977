"""Schedules of the alerts service in virtual time: two replicas of it over one store, people and
channels, and whatever can go wrong, at each await.

    breach ●                       acknowledged (in some)
    replica a  ├── acts ──✗ crash, or frozen ░░░░░░░ wakes
    replica b  ├── waits ─────────┬─ acts ──────────────────
    channel    ✓ ✗ ✗ (away) ✓                 what it took, with key and when

A replica's code is the product's; each of its calls to the store and to a channel passes a gate, at
which it may wait, be frozen for a while, die, or lose the answer. What it does between two gates
happens at once, as in a process.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.acknowledging import Acknowledge
from floorpulse.alerts.domain.alert import EvaluationBatch, Transition, TransitionKind
from floorpulse.alerts.domain.alert_states import INACTIVE, Firing
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.notices import Delivery, NoticeKey, NoticeKind, NoticeState, Verdict
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.incidents.desk import Desk
from floorpulse.alerts.incidents.keeper import IncidentKeeper
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.ports import ClaimedNotice, LeaseLost
from floorpulse.alerts.incidents.sending import Sender, Sending
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.incidents.timers import Timers
from floorpulse.alerts.metrics import IncidentMetrics, LeaseMetrics, NoticeMetrics
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.alert_definitions import TENANT, book, policy, receiver, rule, step
from tests.fakes.alert_store import MemoryIncidents, MemoryTransaction
from tests.fakes.virtual_time import run

EPOCH = 1_800_000_000_000
"""When virtual time begins, epoch milliseconds"""
LATE = 10_000
LENGTH = 75.0
"""Seconds of a schedule at most"""
QUIET = 10.0
"""Seconds after the last event in which nothing must happen any more"""
RULE = "calls"
EVER = 1e9
BOOK = book(
    rule(RULE),
    policy(step("ann", "room", wait=4), step("bo", wait=6), step("cy", wait=5), repeat=1),
    receiver("ann"),
    receiver("room", sms=False, slack=True),
    receiver("bo"),
    receiver("cy"),
)


def _definitions() -> Definitions:
    return BOOK


@dataclass(frozen=True)
class Trouble:
    """What happens to one replica at its gate number `at`: it is frozen for `span` seconds, or dies
    where that is None (another begins 3 s later).
    """

    replica: int
    at: int
    span: float | None


@dataclass(frozen=True)
class Schedule:
    """One course of events; instants and spans are seconds."""

    seed: int
    troubles: tuple[Trouble, ...] = ()
    latency: float = 0.0
    lost: tuple[float, ...] = ()
    """Instants from which on the next answer of the store to whoever acts is lost"""
    away: tuple[float, float] = (EVER, EVER)
    """When the store does not answer"""
    outage: tuple[float, float] = (EVER, EVER)
    """When the channels do not take anything"""
    refusing: str = ""
    """A target that refuses for good"""
    acknowledged: float = EVER
    resolved: float = EVER
    breaches: tuple[float, ...] = (2.0,)


def schedule(seed: int) -> Schedule:
    """A course of events for a seed."""
    dice = Random(seed)
    kind = dice.choice(("crash", "freeze", "freeze", "both", "none"))
    makers: dict[str, Callable[[], tuple[Trouble, ...]]] = {
        "crash": lambda: (Trouble(0, dice.randrange(200), None),),
        "freeze": lambda: (Trouble(0, dice.randrange(200), dice.uniform(0.5, 25)),),
        "both": lambda: (
            Trouble(0, dice.randrange(120), dice.uniform(3, 12)),
            Trouble(1, dice.randrange(400, 600), None),
        ),
        "none": lambda: (),
    }
    troubles = makers[kind]()
    begin = dice.uniform(3, 20)
    return Schedule(
        seed,
        troubles,
        latency=dice.choice((0.0, 0.004, 0.02)),
        lost=tuple(sorted(dice.uniform(1, 40) for _ in range(dice.choice((0, 0, 1, 3))))),
        away=(begin, begin + dice.uniform(0.5, 12)) if dice.random() < 0.2 else (EVER, EVER),
        outage=(begin, begin + dice.uniform(1, 25)) if dice.random() < 0.3 else (EVER, EVER),
        refusing=dice.choice(("", "", "", "ann/sms")),
        acknowledged=dice.choice((EVER, EVER, dice.uniform(2, 30))),
        resolved=dice.choice((EVER, EVER, dice.uniform(10, 40))),
        breaches=tuple(sorted(dice.uniform(0.5, 12) for _ in range(dice.randint(1, 3)))),
    )


@dataclass(frozen=True)
class Taken:
    """A message that a channel took; `held` is how its notice stood in the store then."""

    key: str
    at: int
    replica: int
    held: NoticeState
    notice: NoticeKey


@dataclass
class World:
    """What all replicas share, and what the judgement afterwards looks at."""

    plan: Schedule
    store: MemoryIncidents
    dice: Random
    taken: list[Taken] = field(default_factory=list)
    attempts: int = 0
    gates: Counter[int] = field(default_factory=Counter)
    acknowledged_at: int | None = None
    acknowledged: set[str] = field(default_factory=set)
    """The incidents that were there to be acknowledged, by id"""
    hit: set[int] = field(default_factory=set)
    """Replicas that were frozen, died, or had no answer from the store"""
    disturbed: list[int] = field(default_factory=list)
    """When something began to go wrong, or what was away came back"""
    lost: list[float] = field(default_factory=list)
    """Answers that are still to be lost"""
    thawed: list[float] = field(default_factory=list)
    """When those that were frozen go on"""

    @property
    def seconds(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def now(self) -> int:
        return EPOCH + round(self.seconds * 1000)

    def within(self, span: tuple[float, float]) -> bool:
        return span[0] <= self.seconds < span[1]


class Gate:
    """Where a replica waits, freezes, dies."""

    def __init__(self, world: World, number: int, troubles: tuple[Trouble, ...]) -> None:
        self.world = world
        self.number = number
        self._troubles = {one.at: one for one in troubles if one.replica == number}
        self._until = 0.0
        self.died = asyncio.Event()

    async def __call__(self) -> None:
        """Go on when the replica does."""
        world = self.world
        trouble = self._troubles.get(world.gates[self.number])
        world.gates[self.number] += 1
        if trouble is not None:
            world.hit.add(self.number)
            world.disturbed.append(world.now)
            self._strike(trouble)
        elif world.plan.latency:
            await asyncio.sleep(world.dice.expovariate(1 / world.plan.latency))
        while world.seconds < self._until:  # noqa: ASYNC110  another task may freeze it anew
            await asyncio.sleep(self._until - world.seconds)

    def _strike(self, trouble: Trouble) -> None:
        if trouble.span is None:
            self._until = EVER
            self.died.set()
        else:
            self._until = self.world.seconds + trouble.span
            self.world.thawed.append(self._until)

    async def asked(self) -> None:
        """A call reaches the store, unless that is away."""
        await self()
        if self.world.within(self.world.plan.away):
            self.world.hit.add(self.number)
            message = "away"
            raise StoreUnavailable(message)

    async def answered(self) -> None:
        """The answer comes back, or is lost."""
        await self()
        world = self.world
        if world.lost and world.seconds >= world.lost[0]:
            world.lost.pop(0)
            world.hit.add(self.number)
            world.disturbed.append(world.now)
            message = "the answer is lost"
            raise StoreUnavailable(message)


class GatedTransaction:
    """A transaction of a replica: each of its statements passes the gate."""

    def __init__(self, work: MemoryTransaction, gate: Gate) -> None:
        self._work = work
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._work, name)
        if not callable(found):
            return found

        async def gated(*given: object) -> object:
            await self._gate.asked()
            return await found(*given)

        return gated


class GatedStore:
    """The store as one replica reaches it."""

    def __init__(self, store: MemoryIncidents, gate: Gate) -> None:
        self._store = store
        self._gate = gate

    @asynccontextmanager
    async def transaction(self, epoch: int | None = None) -> AsyncIterator[Any]:
        await self._gate.asked()
        work = self._store.begin(epoch)
        yield GatedTransaction(work, self._gate)
        await self._gate.asked()
        self._store.commit(work)
        await self._gate.answered()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)

        async def gated(*given: object) -> object:
            await self._gate.asked()
            answer = await found(*given)
            await self._gate.answered()
            return answer

        return gated


class GatedChannels:
    """All channels, as one replica reaches them."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def deliver(self, claim: ClaimedNotice, still_ours: Callable[[], bool]) -> Delivery:
        world = self._gate.world
        await self._gate()
        if not still_ours():
            return Delivery(Verdict.GIVEN_UP)
        world.attempts += 1
        if claim.key.target == world.plan.refusing:
            return Delivery(Verdict.PERMANENT, "no such number")
        if world.within(world.plan.outage):
            await asyncio.sleep(world.dice.choice((0.01, 30)))
            return Delivery(Verdict.TRANSIENT, "away")
        held = world.store.tables.notices[claim.key].state
        world.taken.append(Taken(str(claim.key), world.now, self._gate.number, held, claim.key))
        await self._gate()
        return Delivery(Verdict.ACCEPTED, "ok")


class Replica:
    """One process of the service."""

    def __init__(self, world: World, number: int) -> None:
        registry = CollectorRegistry()
        self.gate = Gate(world, number, world.plan.troubles)
        self._world = world
        store = GatedStore(world.store, self.gate)
        loop = asyncio.get_running_loop()
        holder = f"replica {number}"
        self.lease = Lease(store, holder, loop.time, LeaseMetrics(registry))
        around = Surroundings(_definitions, ZoneInfo("UTC"))
        changes = IncidentMetrics(registry)
        describing = RuleDescriptions(_definitions)
        self.keeper = IncidentKeeper(
            store,
            around,
            describing,
            lambda: self.lease.epoch,
            changes,
        )
        news = self.keeper.news
        timers = Timers(store, around, self.lease, news, changes, loop.time)
        work = Sending(
            store,
            GatedChannels(self.gate),
            self.lease,
            world.dice.random,
            NoticeMetrics(registry),
        )
        self.parts: tuple[Callable[[], Awaitable[None]], ...] = (
            self.lease.run,
            timers.run,
            Sender(work, news).run,
            lambda: self.lease.while_acting(self._evaluate),
        )

    async def _evaluate(self) -> None:
        """What the evaluator does: it finds what its predecessor left, and tells what changed."""
        firing: set[Subject] | None = None
        while True:
            with suppress(StoreUnavailable, LeaseLost):
                if firing is None:
                    await self.gate.asked()
                    firing = set(self._world.store.tables.states)
                await self._tell(firing)
            await asyncio.sleep(0.25)

    async def _tell(self, firing: set[Subject]) -> None:
        world = self._world
        for number, at in enumerate(world.plan.breaches):
            subject = Subject(TENANT, RULE, f"q{number}")
            over = world.seconds >= at + world.plan.resolved
            if world.seconds >= at and not over and subject not in firing:
                await self.keeper.take(_batch(subject, TransitionKind.FIRE, at))
                firing.add(subject)
            elif over and subject in firing:
                await self.keeper.take(_batch(subject, TransitionKind.RESOLVE, at))
                firing.discard(subject)


def _batch(subject: Subject, kind: TransitionKind, at: float) -> EvaluationBatch:
    began = EPOCH + round(at * 1000)
    fires = kind is TransitionKind.FIRE
    reason = Reason.BREACHED if fires else Reason.CLEARED
    told = Transition(subject, "calls@1", reason, Figure("offered", 1.0), began, kind)
    state = Firing(since=began, condition="c", depth=1.0, told_at=began)
    return EvaluationBatch([told], {subject: state if fires else INACTIVE})


async def _people(world: World) -> None:
    """Somebody acknowledges all that is open; the page they use is no replica."""
    await asyncio.sleep(world.plan.acknowledged)
    desk = Desk(world.store, Surroundings(_definitions, ZoneInfo("UTC")), lambda: "id")
    for incident in await world.store.open_incidents():
        await desk.act(TENANT, incident.id, Acknowledge(), "ann")
        world.acknowledged.add(incident.id)
    world.acknowledged_at = world.now


async def _lives(world: World, number: int) -> None:
    """A replica, and another in its place when it dies."""
    await asyncio.sleep(number * 0.2)
    while True:
        replica = Replica(world, number)
        living = [asyncio.ensure_future(part()) for part in replica.parts]
        died = asyncio.ensure_future(replica.gate.died.wait())
        ended, _ = await asyncio.wait({died, *living}, return_when=asyncio.FIRST_COMPLETED)
        for one in ended:
            one.result()
        await asyncio.sleep(3)
        number += 2


async def course(plan: Schedule) -> World:
    """The whole course of a schedule."""
    loop = asyncio.get_running_loop()
    store = MemoryIncidents(lambda: EPOCH + round(loop.time() * 1000))
    world = World(plan, store, Random(plan.seed), lost=list(plan.lost))
    spans = (plan.outage, plan.away)
    world.disturbed += [EPOCH + round(end * 1000) for _, end in spans if end < EVER]
    tasks = [asyncio.ensure_future(_lives(world, number)) for number in (0, 1)]
    tasks.append(asyncio.ensure_future(_people(world)))
    while world.seconds < LENGTH and not _over(world):
        ended, _ = await asyncio.wait(tasks[:2], timeout=1)
        for one in ended:
            one.result()
    return world


def _over(world: World) -> bool:
    """Nothing is due any longer, nothing is to come, and whoever was frozen has been awake for a
    while.
    """
    rest = world.seconds - QUIET
    plan = world.plan
    spans = (plan.away[1], plan.outage[1], plan.acknowledged, *world.thawed)
    if max(plan.breaches) > rest or any(rest < at < EVER for at in spans):
        return False
    tables = world.store.tables
    climbing = any(one.next_at is not None for one in tables.incidents.values())
    owed = any(one.due_at is not None for one in tables.notices.values())
    return bool(tables.incidents) and not climbing and not owed and plan.resolved == EVER


@dataclass(frozen=True)
class Judged:
    """What came of a schedule: mistakes, messages that went out twice, and how late the latest
    was, milliseconds.
    """

    wrong: tuple[str, ...]
    taken: int
    doubled: int
    latest: int


def judged(world: World) -> Judged:
    """Hold what channels took against what had to be."""
    wrong = [*_doubles(world), *_missing(world), *_climbs(world), *_after_acknowledgement(world)]
    counted = Counter(one.key for one in world.taken)
    return Judged(
        tuple(wrong),
        len(world.taken),
        sum(number - 1 for number in counted.values()),
        max((late for _, late in _lateness(world)), default=0),
    )


def _doubles(world: World) -> list[str]:
    """A message may go out again only with its key, and only where its replica could not record
    that a channel had taken it.
    """
    first: dict[str, Taken] = {}
    wrong = []
    for one in world.taken:
        known = first.setdefault(one.key, one)
        if known is one:
            continue
        if known.replica not in world.hit:
            wrong.append(f"{one.key} went out twice, and nothing had happened to {known.replica}")
        if one.held is not NoticeState.SENDING:
            wrong.append(f"{one.key} went out again though it was {one.held}")
    return wrong


def _lateness(world: World) -> list[tuple[NoticeKey, int]]:
    """How long after it was owed, or after the last disturbance before that, each was taken."""
    at: dict[NoticeKey, int] = {}
    for one in world.taken:
        at.setdefault(one.notice, one.at)
    found = []
    for key, row in world.store.tables.notices.items():
        if key in at:
            found.append((key, at[key] - _disturbed(world, row.created_at, at[key])))
    return found


def _disturbed(world: World, since: int, until: int) -> int:
    """The last disturbance within [since, until], epoch milliseconds; `since` where none was."""
    return max((at for at in world.disturbed if since <= at <= until), default=since)


def _missing(world: World) -> list[str]:
    wrong = [f"{key} was {late} ms late" for key, late in _lateness(world) if late > LATE]
    taken = {one.notice for one in world.taken}
    settled = (NoticeState.WITHDRAWN, NoticeState.FAILED)
    for key, row in world.store.tables.notices.items():
        owed_at = _disturbed(world, row.created_at, world.now)
        if key not in taken and row.state not in settled and owed_at < world.now - LATE:
            wrong.append(f"{key} never went out: {row.state}, {world.now - row.created_at} ms")
        if row.state is NoticeState.FAILED and key.target != world.plan.refusing:
            wrong.append(f"{key} failed, and no channel had refused it")
    return wrong


def _climbs(world: World) -> list[str]:
    """Each breach opens one incident in time, and each step follows the one before in time."""
    wrong = []
    for number, at in enumerate(world.plan.breaches):
        subject = Subject(TENANT, RULE, f"q{number}")
        mine = [one for one in world.store.tables.incidents.values() if one.subject == subject]
        breach = EPOCH + round(at * 1000)
        if len(mine) != 1:
            gone = at + world.plan.resolved < at + LATE / 1000 + 10
            if mine or not gone:
                wrong.append(f"{len(mine)} incidents of {subject.queue}")
            continue
        wrong += _steps_in_time(world, mine[0], breach)
    return wrong


def _steps_in_time(world: World, incident: Incident, breach: int) -> list[str]:
    events = world.store.tables.events[incident.id]
    due = breach
    wrong = []
    for event in events:
        if event.reason in (Reason.STEP_DUE, Reason.EXHAUSTED):
            late = event.at - _disturbed(world, due, event.at)
            if late > LATE:
                wrong.append(f"{incident.id}: {event.reason} {event.level} was {late} ms late")
            due = event.details.until or due
    last = _disturbed(world, due, world.now)
    if incident.state is IncidentState.FIRING and incident.next_at and last < world.now - LATE:
        wrong.append(f"{incident.id} stands still at {incident.level}")
    return wrong


def _after_acknowledgement(world: World) -> list[str]:
    at = world.acknowledged_at
    if at is None:
        return []
    opened = (row for row in world.store.tables.notices.values() if row.key.step > 1)
    late = [
        row
        for row in opened
        if row.key.kind is NoticeKind.OPENED
        and row.created_at > at
        and row.key.incident in world.acknowledged
    ]
    return [f"{row.key} was owed after the acknowledgement" for row in late]


def tried(plan: Schedule) -> Judged:
    """A schedule, carried out and judged."""
    return run(_tried(plan))


async def _tried(plan: Schedule) -> Judged:
    return judged(await course(plan))


AWAITS = 260
"""Gates that a replica passes in a plain course until its ladder's end, and some more"""


def at_each_await() -> Iterator[Schedule]:
    """A crash, and freezes of several lengths, at each await of the replica that acts."""
    for at in range(AWAITS):
        for span in (None, 2.5, 7.0, 12.0, 30.0):
            yield Schedule(at, (Trouble(0, at, span),), latency=0.002)
