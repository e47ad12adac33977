"""The complaint watch over real tables: lists come with the visits, whatever order they are written
in, and only what changed is read.
"""

import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.domain.contacts_at_risk import Risk
from floorpulse.alerts.domain.follow_up import Done, FollowUp, FollowUpState, ListedContact
from floorpulse.alerts.metrics import WatchMetrics
from floorpulse.alerts.watch.ports import ListQuery, StoredContact
from floorpulse.alerts.watch.settings import WatchSettings
from floorpulse.alerts.watch.store import PostgresRiskLists, PostgresVisitChanges
from floorpulse.alerts.watch.watch import ContactWatch
from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.feedback import Survey
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit, complaining, offer_at, queue_of
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered, partition_of
from tests.fakes.world import NOW, World

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

TODAY = date(2026, 11, 11)
WRITE = text("""
INSERT INTO visit (partition, tenant, contact, visit, offered_at, queue, channel, customer,
    complained_at, settled_at, body)
VALUES (:partition, 'demo', :contact, :visit, :offered_at, :queue, 'voice', :customer, NULL, NULL,
    :body)
ON CONFLICT (partition, tenant, contact, visit) DO UPDATE SET offered_at = excluded.offered_at,
    queue = excluded.queue, customer = excluded.customer, body = excluded.body
""")
OFFICE = """
tenant: demo
about:
  - {names: {en: Demo}, zone: UTC, calendar: office}
calendars:
  - {id: office, hours: {wednesday: ["09:00-13:00"], thursday: ["09:00-13:00"]}}
"""


class Rig:
    """The tables, and the watch over them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.world = World()
        self.changes = PostgresVisitChanges(engine)
        self.lists = PostgresRiskLists(engine)
        self.registry = CollectorRegistry()
        self._metrics = WatchMetrics(self.registry)
        self.watch = self._begun()

    def _begun(self) -> ContactWatch:
        stores = self.changes, self.lists
        return ContactWatch(
            stores, self.world.floors, lambda: ["demo"], WatchSettings().rules, self._metrics
        )

    def begin_again(self) -> None:
        """As after a start: the watch knows nothing yet."""
        self.watch = self._begun()

    async def write(self, contact: str, visit: Visit, number: int = 1) -> None:
        row = {
            "partition": partition_of(contact),
            "contact": contact,
            "visit": number,
            "offered_at": offer_at(visit),
            "queue": queue_of(visit),
            "customer": customer_mark(visit.customer),
            "body": encode_visit(visit),
        }
        assert complaining(visit) == (None, None)
        async with self.engine.begin() as connection:
            await connection.execute(WRITE, row)

    async def listed(self) -> dict[str, ListedContact]:
        await self.watch.look()
        return {
            line.contact: line
            for line in await self.lists.page(ListQuery("demo", TODAY), None, 1000)
        }

    async def reasons(self) -> dict[str, list[Risk]]:
        return {
            contact: [one.reason for one in line.reasons]
            for contact, line in (await self.listed()).items()
        }


@pytest.fixture
async def rig(database: DatabaseSettings) -> AsyncIterator[Rig]:
    engine = async_engine(database)
    yield Rig(engine)
    await engine.dispose()


def passed_on(at: int, wait: float, **more: Any) -> Visit:
    return answered(at, wait, 60, transferred_at=at + round(wait * 1000) + 50_000, **more)


def survey(visit: Visit, score: float, at: int) -> Visit:
    visit.surveys = {"s": Survey("csat", None, at - MINUTE, at, score, 5, 1)}
    return visit


async def test_a_contact_comes_on_the_list_when_its_visits_say_so(rig: Rig) -> None:
    await rig.write("calm", answered(NOW - HOUR, 5))
    await rig.write("waited", answered(NOW - HOUR, 240))
    assert await rig.reasons() == {}

    await rig.write("waited", passed_on(NOW - HOUR, 240))
    assert await rig.reasons() == {"waited": [Risk.LONG_WAIT, Risk.TRANSFERRED]}


async def test_a_low_score_of_the_next_hour_brings_it(rig: Rig) -> None:
    await rig.write("c1", answered(NOW - 2 * HOUR, 5))
    assert await rig.reasons() == {}

    await rig.write("c1", survey(answered(NOW - 2 * HOUR, 5), 1, NOW - MINUTE))
    assert await rig.reasons() == {"c1": [Risk.LOW_SCORE]}


async def test_what_turns_out_to_have_gone_well_leaves_the_list(rig: Rig) -> None:
    await rig.write("c1", survey(answered(NOW - HOUR, 5), 1, NOW - MINUTE))
    assert len(await rig.listed()) == 1

    await rig.write("c1", survey(answered(NOW - HOUR, 5), 5, NOW - MINUTE))
    assert await rig.listed() == {}


async def test_a_contact_before_it_that_is_told_late_makes_one_a_repeat(rig: Rig) -> None:
    await rig.write("second", answered(NOW - HOUR, 240, customer="x"))
    await rig.write("stranger", answered(NOW - HOUR, 240, customer="y"))
    assert await rig.reasons() == {}

    await rig.write("first", abandoned(NOW - 3 * HOUR, 10, customer="x"))
    assert await rig.reasons() == {"second": [Risk.LONG_WAIT, Risk.REPEATED]}


async def test_what_was_dismissed_does_not_come_back(rig: Rig) -> None:
    await rig.write("c1", passed_on(NOW - HOUR, 240))
    await rig.listed()
    await rig.lists.follow_up("demo", "c1", Done(FollowUp.DISMISS, "zhang"), NOW)
    await rig.write("c1", survey(passed_on(NOW - HOUR, 240), 1, NOW - MINUTE))
    (line,) = (await rig.listed()).values()

    assert line.state is FollowUpState.DISMISSED
    assert len(line.reasons) == 3


async def test_due_times_are_business_hours_and_follow_the_calendar(rig: Rig) -> None:
    await rig.write("c1", passed_on(NOW - HOUR, 240))
    always = (await rig.listed())["c1"].due_at
    rig.world.definitions = definitions(OFFICE)
    office = (await rig.listed())["c1"].due_at
    since = NOW - HOUR + 290_000  # 11:12:10 UTC: 1 h 47 min 50 s are left of the day

    assert always == since + 4 * HOUR
    noon = 1_794_398_400_000
    assert office == noon + 21 * HOUR + 4 * HOUR - (noon + HOUR - since)


async def test_only_what_changed_since_the_mark_is_read_again(rig: Rig) -> None:
    for number in range(50):
        await rig.write(f"c{number}", answered(NOW - HOUR, 5))
    mark = await rig.changes.mark()
    await rig.write("c7", answered(NOW - HOUR, 6))
    today = Span(NOW - 12 * HOUR, NOW + HOUR)

    assert await rig.changes.changed("demo", today, mark) == [
        StoredContact(partition_of("c7"), "c7")
    ]
    assert len(await rig.changes.changed("demo", today, None)) == 50
    assert await rig.changes.changed("other", today, None) == []


async def test_what_a_slow_transaction_wrote_is_found_once_it_commits(rig: Rig) -> None:
    await rig.listed()
    async with rig.engine.connect() as slow:
        visit = passed_on(NOW - HOUR, 240)
        row = {
            "partition": partition_of("c1"),
            "contact": "c1",
            "visit": 1,
            "offered_at": offer_at(visit),
            "queue": "sales",
            "customer": None,
            "body": encode_visit(visit),
        }
        await slow.execute(WRITE, row)
        await rig.write("c2", answered(NOW - HOUR, 5))
        assert await rig.listed() == {}
        await slow.commit()

    assert set(await rig.listed()) == {"c1"}


async def test_lists_made_by_and_by_are_those_made_at_once(rig: Rig) -> None:
    chance = random.Random(11)
    for _ in range(120):
        place = chance.randrange(24)
        contact, number = f"c{place // 2}", place % 2 + 1
        at = NOW - HOUR - (place * 7 % 40) * MINUTE
        known: dict[str, Any] = {"customer": f"x{place // 2 % 5}"}
        visit = chance.choice(
            [
                answered(at, chance.choice([5, 300]), 60, **known),
                passed_on(at, chance.choice([5, 300]), **known),
                survey(answered(at, 5, **known), chance.choice([1, 5]), at + HOUR),
            ]
        )
        await rig.write(contact, visit, number)
        if chance.random() < 0.5:
            await rig.listed()
    by_and_by = {name: (one.reasons, one.due_at) for name, one in (await rig.listed()).items()}
    async with rig.engine.begin() as connection:
        await connection.execute(text("DELETE FROM contact_at_risk"))
    rig.begin_again()
    at_once = {name: (one.reasons, one.due_at) for name, one in (await rig.listed()).items()}

    assert by_and_by == at_once
    assert at_once


async def test_the_metrics_tell_what_waits(rig: Rig) -> None:
    await rig.write("c1", passed_on(NOW - 10 * HOUR, 240))
    await rig.write("c2", passed_on(NOW - HOUR, 240))
    await rig.listed()
    labels = {"tenant": "demo", "state": "open"}

    assert rig.registry.get_sample_value("floorpulse_alerts_contacts_at_risk", labels) == 2
    assert rig.registry.get_sample_value("floorpulse_alerts_contacts_overdue", labels) == 1
