"""A quarter settled month by month, as a careful person would reckon it: the same bytes whatever
died or came late on the way, and a credit note for what came after.

October    ├──── kept ────┤ many give up on the last two days
November   ├── first tier ─┤ … and on the first: three days missed in a row
December   ├─ second tier, second month in a row, little volume: minimum charge and cap ─┤
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.reports.domain.document import signed
from floorpulse.reports.domain.settlement_states import SettlementAct
from floorpulse.reports.domain.statement import Statement
from floorpulse.reports.evidence.reader import EvidenceQuery, EvidenceReader, Surroundings
from floorpulse.reports.settlement.desk import Settled, SettlementDesk, SettleResult
from floorpulse.reports.settlement.periods import named_period
from floorpulse.reports.settlement.store import PostgresSettlements
from floorpulse.reports.wiring import new_id
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import FLOOR
from tests.fakes.definitions import entries
from tests.fakes.floor import abandoned, answered
from tests.fakes.quarter import CONTRACT, MONTHS, Reckoned, quarter, reckoned
from tests.integration.test_settlements import ZHANG, Settling, killed_where_it_waits, settling

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

SEED = 17
COMMAND = Path(sys.executable).with_name("floorpulse")


def month(name: str) -> EvidenceQuery:
    return EvidenceQuery("demo", "acme-quarter", named_period(month=name).of)


def told(statement: Statement) -> Reckoned:
    totals = statement.totals
    [part] = statement.parts
    return Reckoned(
        Fraction(totals.fees),
        Fraction(totals.minimum),
        Fraction(totals.penalties),
        Fraction(totals.penalties_capped),
        tuple((one.metric, one.missed) for one in part.steps if one.kind == "streak"),
    )


class Quarter:
    """The floor of the quarter, and all its visits as they are known by now."""

    def __init__(self, floor: Settling, database: DatabaseSettings) -> None:
        self.floor = floor
        self._database = database
        self.known = quarter(SEED)

    async def store(self, visits: dict[str, Visit]) -> None:
        """These are what is known, by contact."""
        rows = self.floor.floor.memory.visits_of
        rows.clear()
        rows.update({("demo", contact): visit for contact, visit in visits.items()})
        await self.floor.floor.store()

    @property
    def by_contact(self) -> dict[str, Visit]:
        return {f"q{number}": visit for number, visit in enumerate(self.known)}

    @asynccontextmanager
    async def process(self) -> AsyncIterator[SettlementDesk]:
        """A desk of its own, which remembers nothing of those before."""
        pool, engine = await asyncpg_pool(self._database), async_engine(self._database)
        yield SettlementDesk(
            EvidenceReader(pool, Surroundings()), PostgresSettlements(engine), new_id
        )
        await engine.dispose()
        await pool.close()

    async def settled(self, name: str) -> SettleResult:
        async with self.process() as desk:
            return await desk.settle(month(name), ZHANG)

    async def issued(self, name: str) -> bytes:
        """The file of a month, issued by another process than the one that drafted it."""
        result = await self.settled(name)
        async with self.process() as desk:
            await desk.act("demo", result.stored.id, SettlementAct.ISSUE, ZHANG)
            return signed(await desk.store.document(result.stored.id))

    async def killed(self, name: str) -> None:
        """A process that is killed while it keeps the draft of a month."""
        env = {"FLOORPULSE_DATABASE__URL": self._database.url.get_secret_value()}
        words = "settle", "--contract", "acme-quarter", "--month", name
        engine = async_engine(self._database)
        async with engine.begin() as holding:
            await holding.execute(sql("LOCK TABLE settlement_visits"))
            process = await asyncio.create_subprocess_exec(COMMAND, *words, env=env)
            await waiting(self.floor)
            process.kill()
            await process.wait()
            await killed_where_it_waits(self.floor.pool)
        await engine.dispose()


async def waiting(floor: Settling) -> None:
    """Somebody waits for the lock."""
    async with asyncio.timeout(60):
        while not await floor.pool.fetchval(  # noqa: ASYNC110  another process's progress
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def a_quarter(database: DatabaseSettings) -> AsyncIterator[Quarter]:
    async with settling(database) as floor:
        await PostgresDefinitions(floor.pool).save(entries(FLOOR + CONTRACT), 0)
        floor.floor.memory.watermark = parse_instant("2027-01-02T00:00:00+08:00")
        yield Quarter(floor, database)


async def disturbed(floor: Quarter) -> list[bytes]:
    """The files of the quarter, where a process died over November's draft, and some of its visits
    came after the draft that another made.
    """
    november = [name for name, visit in floor.by_contact.items() if in_november(visit)]
    late = november[::20]
    early = {name: one for name, one in floor.by_contact.items() if name not in late}
    await floor.store(early)
    october = await floor.issued("2026-10")
    await floor.killed("2026-11")
    assert await floor.floor.pool.fetchval("SELECT count(*) FROM settlement") == 1
    draft = await floor.settled("2026-11")
    assert draft.document.visits.count == len(november) - len(late)
    await floor.store(floor.by_contact)
    return [october, await floor.issued("2026-11"), await floor.issued("2026-12")]


async def test_a_quarter_comes_to_what_its_visits_come_to_whatever_happened_on_the_way(
    database: DatabaseSettings,
) -> None:
    async with a_quarter(database) as floor:
        files = await disturbed(floor)
        again = [await floor.settled(name) for name in MONTHS]
        await floor.floor.pool.execute("TRUNCATE settlement CASCADE")
        undisturbed = [await floor.issued(name) for name in MONTHS]

        expected = list(reckoned(floor.known).values())
        statements = [one.document.statement for one in again]
        assert [one.outcome for one in again] == [Settled.UNCHANGED] * 3
        assert [told(one) for one in statements] == expected
        assert [one.totals.total for one in statements] == [one.total for one in expected]
        assert undisturbed == files


def test_the_quarter_has_tiers_a_streak_over_months_a_minimum_and_caps() -> None:
    october, november, december = reckoned(quarter(SEED)).values()
    alone = reckoned(filter(in_november, quarter(SEED)), ["2026-11"])["2026-11"]

    assert october.minimum == november.minimum == 0 < december.minimum
    assert ("lost", 3) in november.streaks
    assert ("lost", 3) not in alone.streaks
    assert ("level", 2) in december.streaks
    assert december.capped > 0


def in_november(visit: Visit) -> bool:
    begin, end = (parse_instant(f"2026-{one}-01T00:00:00+08:00") for one in (11, 12))
    return begin <= (visit.offered_at or 0) < end


def corrected(visits: list[Visit]) -> tuple[int, int]:
    """One of November's that gave up was answered after all, and some were not known: which it
    was, and how many came.
    """
    place = next(
        number
        for number, one in enumerate(visits)
        if in_november(one) and one.abandoned_at is not None
    )
    given_up = visits[place]
    visits[place] = answered(given_up.offered_at or 0, 12, 300, given_up.queue or "")
    noon = parse_instant("2026-11-17T12:00:00+08:00")
    came = [abandoned(noon + second * 1000, 40) for second in range(9)]
    visits += came
    return place, len(came)


async def test_what_came_after_issue_makes_the_quarter_whole_by_one_credit_note(
    database: DatabaseSettings,
) -> None:
    async with a_quarter(database) as floor:
        await floor.store(floor.by_contact)
        before = reckoned(floor.known)
        for name in MONTHS:
            await floor.issued(name)
        place, came = corrected(floor.known)
        await floor.store(floor.by_contact)

        noted = await floor.settled("2026-11")
        async with floor.process() as desk:
            await desk.act("demo", noted.stored.id, SettlementAct.ISSUE, ZHANG)
        after = reckoned(floor.known)
        again = [(await floor.settled(name)).outcome for name in MONTHS]

        note = noted.document.credit_note
        assert note is not None
        assert Fraction(note.difference) == after["2026-11"].total - before["2026-11"].total != 0
        assert note.difference == sum(one.difference for one in note.lines)
        changed = [one for one in note.visits if one.before is not None]
        assert [one.before and one.before.contact for one in changed] == [f"q{place}"]
        assert len(note.visits) == 1 + came
        assert again == [Settled.UNCHANGED] * 3
        issued = sum(one.total for one in before.values())
        assert issued + Fraction(note.difference) == sum(one.total for one in after.values())
