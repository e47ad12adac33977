"""Settlements over real tables: frozen, verified, late data before and after issue, kills."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text as sql
from typer.testing import CliRunner, Result

from floorpulse.cli.app import app as cli
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.query.settings import QuerySettings
from floorpulse.reports.domain.document import SettlementDocument, decoded, document_of, read_signed
from floorpulse.reports.domain.settlement_states import NotPossible, SettlementAct, SettlementState
from floorpulse.reports.domain.visit_records import VisitPage
from floorpulse.reports.evidence.reader import (
    EvidenceQuery,
    EvidenceReader,
    NoEvidence,
    NotFinalError,
    Surroundings,
    UnknownContractError,
)
from floorpulse.reports.settlement.desk import DraftNotFinalError, Settled, SettlementDesk
from floorpulse.reports.settlement.periods import NamedPeriod, named_period
from floorpulse.reports.settlement.ports import (
    Actor,
    ChangedMeanwhileError,
    NewSettlement,
    SettledAlreadyError,
    StoredSettlement,
)
from floorpulse.reports.settlement.store import PostgresSettlements
from floorpulse.reports.wiring import new_id
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import CARE, FLOOR, at
from tests.fakes.definitions import entries
from tests.fakes.floor import abandoned, answered
from tests.integration.stored import Floor

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("logging_as_it_was"),
]

OCTOBER = named_period(month="2026-10")
QUERY = EvidenceQuery("demo", "acme-care", OCTOBER.of)
TOO_MANY = 2**40
"""More visits than the column of a page can say: its row is refused"""
ZHANG = Actor("zhang", at("11-03 10:00"), "checked")


class Settling:
    """A floor in real tables, and a desk beside it."""

    def __init__(
        self, database: DatabaseSettings, pool: asyncpg.Pool, desk: SettlementDesk
    ) -> None:
        self.floor = Floor(QuerySettings(database=database), pool, "log")
        self.floor.memory.watermark = at("11-02 00:00")
        self.pool = pool
        self.desk = desk

    async def store(self, *visits: Visit) -> None:
        """More visits, durable."""
        self.floor.memory.put(*visits)
        await self.floor.store()

    async def document(self, id_: str) -> SettlementDocument:
        return document_of(await self.desk.store.document(id_))


@asynccontextmanager
async def settling(database: DatabaseSettings) -> AsyncIterator[Settling]:
    """A desk over a floor with a contract and, on the 5th of October, ten calls: seven answered in
    10 s, one in 40 s, two given up after 25 s.
    """
    pool = await asyncpg_pool(database)
    engine = async_engine(database)
    try:
        await PostgresDefinitions(pool).save(entries(FLOOR + CARE), at("10-01 00:00"))
        desk = SettlementDesk(
            EvidenceReader(pool, Surroundings()), PostgresSettlements(engine), new_id
        )
        found = Settling(database, pool, desk)
        begin = at("10-05 09:00")
        quick = [answered(begin + minute * 60_000, 10) for minute in range(7)]
        foreign = answered(begin, 10, queue="other")
        before = answered(at("09-30 23:59"), 10)
        lost = [abandoned(begin + 60_000, 25), abandoned(begin + 90_000, 25)]
        await found.store(*quick, answered(begin, 40), *lost, foreign, before)
        yield found
    finally:
        await engine.dispose()
        await pool.close()


LATE = [answered(at("10-05 12:00"), 100), answered(at("10-31 23:59"), 100)]


async def test_a_period_is_counted_under_the_contracts_own_terms(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        result = await floor.desk.settle(QUERY, ZHANG)

        statement = result.document.statement
        level, lost = statement.parts[0].attainments
        billing = {one.rule: one.amount for one in statement.parts[0].billing}
        assert result.outcome is Settled.DRAFTED
        assert (level.numerator, level.denominator) == (Decimal(7), Decimal(8))
        assert (lost.numerator, lost.denominator) == (Decimal(2), Decimal(10))
        assert billing == {"calls": Decimal("20.00"), "minutes": Decimal("2.80")}
        assert statement.totals.total == Decimal("22.80")
        assert result.document.visits.count == 10


async def test_settling_again_gives_the_same_bytes_and_the_same_draft(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        first = await floor.desk.settle(QUERY, ZHANG)
        floor.floor.memory.offset += 1000
        floor.floor.memory.watermark = at("11-09 00:00")
        await floor.floor.store()

        again = await floor.desk.settle(QUERY, replace(ZHANG, at=ZHANG.at + 1))

        assert again.outcome is Settled.SAME_DRAFT
        assert again.stored == first.stored


async def test_late_data_before_issue_stands_in_the_draft_as_if_it_had_come_in_time(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        early = await floor.desk.settle(QUERY, ZHANG)
        await floor.store(*LATE)

        late = await floor.desk.settle(QUERY, ZHANG)
        [only] = await floor.desk.store.of_period(late.stored.place)

        assert late.outcome is Settled.DRAFTED
        assert only == late.stored != early.stored
        assert late.document.credit_note is None
        assert late.document.statement.totals.total == Decimal("27.07")
        assert late.document.statement.totals.penalties == Decimal("1.43")


async def test_late_data_after_issue_makes_a_credit_note_with_the_visits_that_caused_it(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        settled = await floor.desk.settle(QUERY, ZHANG)
        await floor.desk.act("demo", settled.stored.id, SettlementAct.ISSUE, ZHANG)
        text = await floor.desk.store.document(settled.stored.id)
        await floor.store(*LATE)

        noted = await floor.desk.settle(QUERY, ZHANG)

        note = noted.document.credit_note
        assert noted.outcome is Settled.NOTE_DRAFTED
        assert note is not None
        assert (note.of, note.number) == (settled.stored.sha256, 1)
        assert [one.after and one.after.offered_at for one in note.visits] == [
            visit.offered_at for visit in LATE
        ]
        assert [one.before for one in note.visits] == [None, None]
        assert note.difference == sum(one.difference for one in note.lines) == Decimal("4.27")
        assert settled.document.statement.totals.total + note.difference == Decimal("27.07")
        assert await floor.desk.store.document(settled.stored.id) == text


async def test_notes_follow_one_another_and_always_add_up(database: DatabaseSettings) -> None:
    async with settling(database) as floor:
        total = Decimal(0)
        for visits in ([], LATE[:1], LATE[1:]):
            await floor.store(*visits)
            result = await floor.desk.settle(QUERY, ZHANG)
            await floor.desk.act("demo", result.stored.id, SettlementAct.ISSUE, ZHANG)
            note = result.document.credit_note
            total += result.document.statement.totals.total if note is None else note.difference

        fresh = await floor.desk.settle(QUERY, ZHANG)

        known = await floor.desk.store.of_period(fresh.stored.place)
        assert [one.number for one in known] == [0, 1, 2]
        assert fresh.outcome is Settled.UNCHANGED
        assert fresh.document.statement.totals.total == total == Decimal("27.07")


async def test_a_draft_of_a_note_goes_where_nothing_is_to_be_corrected_any_more(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        settled = await floor.desk.settle(QUERY, ZHANG)
        await floor.desk.act("demo", settled.stored.id, SettlementAct.ISSUE, ZHANG)
        await floor.store(LATE[0])
        noted = await floor.desk.settle(QUERY, ZHANG)
        floor.floor.memory.change(noted_contact(noted.document), Visit())
        await floor.floor.store()

        again = await floor.desk.settle(QUERY, ZHANG)

        known = await floor.desk.store.of_period(again.stored.place)
        assert again.outcome is Settled.UNCHANGED
        assert [one.id for one in known] == [settled.stored.id]


def noted_contact(document: SettlementDocument) -> str:
    note = document.credit_note
    assert note is not None
    [change] = note.visits
    assert change.after is not None
    return change.after.contact


async def test_a_period_that_is_not_final_is_a_draft_at_most(database: DatabaseSettings) -> None:
    async with settling(database) as floor:
        floor.floor.memory.watermark = at("11-01 00:14")
        await floor.floor.store()
        with pytest.raises(NotFinalError, match=r"final once events are counted up to 15 minutes"):
            await floor.desk.settle(QUERY, ZHANG)
        floor.floor.memory.watermark = at("10-20 00:00")
        await floor.floor.store()
        with pytest.raises(NotFinalError, match="are counted up to 2026-10-20T00:00:00"):
            await floor.desk.settle(QUERY, ZHANG)

        draft = await floor.desk.settle(replace(QUERY, draft=True), ZHANG)

        assert not draft.document.final
        with pytest.raises(DraftNotFinalError, match="settle the period again"):
            await floor.desk.act("demo", draft.stored.id, SettlementAct.ISSUE, ZHANG)


async def test_what_cannot_be_settled_says_why(database: DatabaseSettings) -> None:
    async with settling(database) as floor:
        with pytest.raises(UnknownContractError, match="known are: acme-care"):
            await floor.desk.settle(replace(QUERY, contract="acme"), ZHANG)
        early = EvidenceQuery("demo", "acme-care", named_period(month="2025-10").of)
        with pytest.raises(NoEvidence, match="not in force"):
            await floor.desk.settle(early, ZHANG)
        week = EvidenceQuery("demo", "acme-care", named_period(week="2026-W41").of)
        with pytest.raises(ValueError, match="settled by the month: name a month, not a week"):
            await floor.desk.settle(week, ZHANG)
        await floor.pool.execute(
            "INSERT INTO retention VALUES ('visits', $1, $1, $1)", at("10-02 00:00")
        )
        with pytest.raises(NoEvidence, match=r"visits before 2026-10-02T00:00:00.* no longer kept"):
            await floor.desk.settle(QUERY, ZHANG)


async def test_states_are_kept_with_who_and_why_and_in_the_audit_log(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        stored = (await floor.desk.settle(QUERY, ZHANG)).stored
        li = Actor("li", ZHANG.at + 1, "two calls are missing")

        refused = await floor.desk.act("demo", stored.id, SettlementAct.AGREE, li)
        await floor.desk.act("demo", stored.id, SettlementAct.ISSUE, ZHANG)
        disputed = await floor.desk.act("demo", stored.id, SettlementAct.DISPUTE, li)
        unknown = await floor.desk.act("other", stored.id, SettlementAct.AGREE, li)

        events = await floor.desk.store.events(stored.id)
        audited = await floor.pool.fetch("SELECT entry FROM audit_entry ORDER BY number")
        assert refused == NotPossible(SettlementState.DRAFT, SettlementAct.AGREE)
        assert isinstance(disputed, StoredSettlement)
        assert disputed == replace(
            stored, state=SettlementState.DISPUTED, changed_at=li.at, frozen=disputed.frozen
        )
        assert unknown is None
        assert [(one.state, one.actor, one.reason) for one in events] == [
            (SettlementState.DRAFT, "zhang", "checked"),
            (SettlementState.ISSUED, "zhang", "checked"),
            (SettlementState.DISPUTED, "li", "two calls are missing"),
        ]
        told = [row["entry"] for row in audited if stored.id in row["entry"]]
        assert len(told) == len(events)


STREAK = CARE.replace(
    "        comparison: at_least\n",
    "        comparison: at_least\n        window: day\n"
    '        streaks: [{windows: 2, amount: "9.00"}]\n',
)


async def test_a_run_of_misses_goes_on_from_the_period_before_once_that_was_issued(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        await PostgresDefinitions(floor.pool).save(entries(FLOOR + STREAK), at("10-01 00:00"))
        await floor.store(answered(at("10-31 12:00"), 99), answered(at("11-01 12:00"), 99))
        floor.floor.memory.watermark = at("12-02 00:00")
        await floor.floor.store()
        november = EvidenceQuery("demo", "acme-care", named_period(month="2026-11").of)

        alone = await floor.desk.settle(november, ZHANG)
        october = await floor.desk.settle(QUERY, ZHANG)
        await floor.desk.act("demo", october.stored.id, SettlementAct.ISSUE, ZHANG)
        following = await floor.desk.settle(november, ZHANG)

        missed = [one.document.evidence.parts[0].metrics[0] for one in (alone, following)]
        assert [one.missed_before for one in missed] == [0, 1]
        streaks = [
            [step.exact for step in one.document.statement.parts[0].steps if step.kind == "streak"]
            for one in (alone, following)
        ]
        assert streaks == [[], [Decimal("9.00")]]


SEATS = CARE.replace(
    "    metrics:\n",
    '      - {id: seats, names: {en: Seats}, per: seat_hour, rate: "30"}\n    metrics:\n',
)


async def test_seat_hours_are_those_of_agents_who_were_there(database: DatabaseSettings) -> None:
    async with settling(database) as floor:
        await PostgresDefinitions(floor.pool).save(entries(FLOOR + SEATS), at("10-01 00:00"))
        for agent, queue in (("bea", "help"), ("cem", "other")):
            floor.floor.memory.enter(
                agent,
                Entered(at("10-06 09:00"), "available", (queue,)),
                Entered(at("10-06 12:00"), "break", (queue,)),
                Entered(at("10-06 12:30"), "offline", (queue,)),
            )
        await floor.floor.store()

        result = await floor.desk.settle(QUERY, ZHANG)

        seats = result.document.evidence.parts[0].billing[2]
        tuesday = [one for one in seats.days if one.begin == at("10-06 00:00")]
        assert seats.rule == "seats"
        assert [one.numerator / one.denominator for one in tuesday] == [3.5]


@pytest.mark.parametrize(
    ("kept", "contract", "why"),
    [
        ("agents", SEATS, "visits and agents before 2026-11-01"),
        ("rollups", CARE, "what was before 2026-10-31"),
    ],
)
async def test_what_retention_deleted_is_not_settled_as_nothing(
    database: DatabaseSettings, kept: str, contract: str, why: str
) -> None:
    """Anything else would draft a credit note that takes back what was billed and promised."""
    async with settling(database) as floor:
        await PostgresDefinitions(floor.pool).save(entries(FLOOR + contract), at("10-01 00:00"))
        await floor.desk.settle(QUERY, ZHANG)
        await floor.pool.execute(
            "INSERT INTO retention VALUES ($1, $2, $2, $2)", kept, at("11-01 00:00")
        )

        with pytest.raises(NoEvidence, match=why):
            await floor.desk.settle(QUERY, ZHANG)


async def test_what_dies_in_the_middle_of_keeping_changes_nothing(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        known = (await floor.desk.settle(QUERY, ZHANG)).stored
        torn = NewSettlement(
            id="torn",
            place=known.place,
            number=0,
            document=b"{}",
            sha256="0",
            pages=[VisitPage(1, b"one"), VisitPage(TOO_MANY, b"two")],
            before=None,
        )

        with pytest.raises(Exception, match="cannot be used"):
            await floor.desk.store.save(torn, ZHANG)

        assert await floor.desk.store.of_period(known.place) == [known]
        assert await floor.desk.store.page(known.id, 0) is not None
        assert await floor.desk.store.page("torn", 0) is None


async def test_a_connection_that_is_killed_in_the_middle_of_issuing_changes_nothing(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        stored = (await floor.desk.settle(QUERY, ZHANG)).stored
        engine = async_engine(database)
        store = PostgresSettlements(engine)
        async with engine.begin() as holding:
            await holding.execute(
                sql("SELECT 1 FROM settlement_event WHERE settlement = :id FOR UPDATE"),
                {"id": stored.id},
            )
            await holding.execute(sql("LOCK TABLE settlement_event"))
            issuing = asyncio.create_task(store.act("demo", stored.id, SettlementAct.ISSUE, ZHANG))
            await killed_where_it_waits(floor.pool)
            with pytest.raises(Exception, match="cannot be used"):
                await issuing
        await engine.dispose()

        [after] = await floor.desk.store.of_period(stored.place)

        assert after == stored
        assert len(await floor.desk.store.events(stored.id)) == 1


async def killed_where_it_waits(pool: asyncpg.Pool) -> None:
    """End the backend that waits for the lock, as a killed process would."""
    async with asyncio.timeout(30):
        while not await pool.fetchval(  # noqa: ASYNC110  another process's progress
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1"
        ):
            await asyncio.sleep(0.05)


async def test_a_draft_that_stands_on_something_else_meanwhile_is_refused(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        stored = (await floor.desk.settle(QUERY, ZHANG)).stored
        await floor.desk.act("demo", stored.id, SettlementAct.ISSUE, ZHANG)
        stale = NewSettlement("stale", stored.place, 0, b"{}", "0", [], None)

        with pytest.raises(ChangedMeanwhileError, match="settle it again"):
            await floor.desk.store.save(stale, ZHANG)


WEEKLY = CARE.replace("    billing:", "    period: week\n    billing:").replace(
    "        comparison:", "        window: week\n        comparison:"
)
OTHER_BOUNDS = [
    (FLOOR.replace("Asia/Shanghai", "Europe/Berlin") + CARE, OCTOBER),
    (FLOOR + WEEKLY, named_period(week="2026-W41")),
]
"""Definitions under which October is cut otherwise, and the period that holds the contacts then"""


@pytest.mark.parametrize(("text", "period"), OTHER_BOUNDS)
async def test_no_contact_is_settled_twice_where_the_bounds_of_periods_change(
    database: DatabaseSettings, text: str, period: NamedPeriod
) -> None:
    async with settling(database) as floor:
        october = (await floor.desk.settle(QUERY, ZHANG)).stored
        await floor.desk.act("demo", october.id, SettlementAct.ISSUE, ZHANG)
        await PostgresDefinitions(floor.pool).save(entries(text), at("11-02 00:00"))

        with pytest.raises(SettledAlreadyError, match="would be billed twice"):
            await floor.desk.settle(replace(QUERY, period=period.of), ZHANG)
        assert len(await floor.desk.store.listing("demo", None, None, 9)) == 1


@pytest.mark.parametrize(("text", "period"), OTHER_BOUNDS)
async def test_of_drafts_within_other_bounds_only_one_is_issued(
    database: DatabaseSettings, text: str, period: NamedPeriod
) -> None:
    async with settling(database) as floor:
        october = (await floor.desk.settle(QUERY, ZHANG)).stored
        await PostgresDefinitions(floor.pool).save(entries(text), at("11-02 00:00"))
        other = (await floor.desk.settle(replace(QUERY, period=period.of), ZHANG)).stored
        await floor.desk.act("demo", other.id, SettlementAct.ISSUE, ZHANG)

        with pytest.raises(SettledAlreadyError, match="acme-care is settled from 2026-"):
            await floor.desk.act("demo", october.id, SettlementAct.ISSUE, ZHANG)
        draft = await floor.desk.store.find("demo", october.id)
        assert draft is not None
        assert draft.state is SettlementState.DRAFT


RENAMED = FLOOR + CARE.replace("id: acme-care", "id: acme-care-2")
AS_RENAMED = replace(QUERY, contract="acme-care-2")


async def test_a_contract_whose_id_was_changed_is_not_settled_again(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        october = (await floor.desk.settle(QUERY, ZHANG)).stored
        await PostgresDefinitions(floor.pool).save(entries(RENAMED), at("11-02 00:00"))
        draft = (await floor.desk.settle(AS_RENAMED, ZHANG)).stored
        await floor.desk.act("demo", october.id, SettlementAct.ISSUE, ZHANG)

        refused = "of contract acme-care: it would be billed twice"
        with pytest.raises(SettledAlreadyError, match=refused):
            await floor.desk.act("demo", draft.id, SettlementAct.ISSUE, ZHANG)
        await floor.store(*LATE)
        with pytest.raises(SettledAlreadyError, match=refused):
            await floor.desk.settle(AS_RENAMED, ZHANG)


async def test_a_queue_that_went_to_another_contract_is_settled_there_after_the_credit_note(
    database: DatabaseSettings,
) -> None:
    without = "    scope: {queues: [help]}\n    billing:"
    moved = (
        FLOOR
        + CARE.replace("    billing:", without)
        + RENAMED[len(FLOOR) :]
        .replace("\ncontracts:\n", "")
        .replace("    billing:", "    scope: {queues: [sales]}\n    billing:")
    )
    async with settling(database) as floor:
        october = (await floor.desk.settle(QUERY, ZHANG)).stored
        await floor.desk.act("demo", october.id, SettlementAct.ISSUE, ZHANG)
        await PostgresDefinitions(floor.pool).save(entries(moved), at("11-02 00:00"))

        with pytest.raises(SettledAlreadyError, match="issue the credit note of acme-care first"):
            await floor.desk.settle(AS_RENAMED, ZHANG)
        note = (await floor.desk.settle(QUERY, ZHANG)).stored
        await floor.desk.act("demo", note.id, SettlementAct.ISSUE, ZHANG)
        other = await floor.desk.settle(AS_RENAMED, ZHANG)
        assert other.outcome is Settled.DRAFTED
        assert other.document.visits.count == 10
        after = await floor.desk.act("demo", other.stored.id, SettlementAct.ISSUE, ZHANG)
        assert isinstance(after, StoredSettlement)


# ---------------------------------------------------------------- the command line


def run(database: DatabaseSettings, *words: str) -> Result:
    env = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value(), "COLUMNS": "200"}
    return CliRunner().invoke(cli, ["settle", *words], env=env)


async def stored_floor(database: DatabaseSettings, *more: Visit) -> None:
    async with settling(database) as floor:
        await floor.store(*more)


def test_the_command_settles_issues_writes_and_verifies(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    asyncio.run(stored_floor(database))
    wanted = ("--contract", "acme-care", "--month", "2026-10", "--out", str(tmp_path))

    first = run(database, *wanted, "--issue")
    file = tmp_path / "acme-care-2026-10.json"
    written = file.read_bytes()
    again = run(database, *wanted, "--issue")
    verified = run(database, "--verify", str(file), "--stored")

    assert first.exit_code == 0, first.output
    assert ": issued" in first.stdout
    assert "total      22.80 CNY" in first.stdout
    assert "what was issued still holds" in again.stdout
    assert file.read_bytes() == written
    assert verified.exit_code == 0, verified.output
    assert "verified against its own evidence and the stored visits" in verified.stdout


def test_a_file_that_was_changed_or_is_outdated_does_not_verify(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    asyncio.run(stored_floor(database))
    wanted = ("--contract", "acme-care", "--month", "2026-10", "--out", str(tmp_path))
    run(database, *wanted, "--issue")
    file = tmp_path / "acme-care-2026-10.json"
    forged = tmp_path / "forged.json"
    forged.write_bytes(file.read_bytes().replace(b'"total":"22.80"', b'"total":"92.80"'))
    asyncio.run(stored_floor(database, *LATE))

    changed = run(database, "--verify", str(forged))
    outdated = run(database, "--verify", str(file), "--stored")
    whole = run(database, "--verify", str(file))
    noted = run(database, *wanted)

    assert changed.exit_code == outdated.exit_code == 1
    assert "sha256: the text has the hash" in changed.stderr
    assert "the file: 92.80, settled again: 22.80" in changed.stderr
    assert "visits.count: the file: 10, stored now: 12" in outdated.stderr
    assert whole.exit_code == 0, whole.output
    assert "difference 4.27 CNY, 2 visits" in noted.stdout
    text, _ = read_signed((tmp_path / "acme-care-2026-10-credit-note-1.json").read_bytes())
    assert decoded(text).credit_note is not None


REFUSED = [
    ((), "say which contract"),
    (("--contract", "acme-care"), "name one period"),
    (("--contract", "acme-care", "--month", "2026-13"), "is no month"),
    (("--contract", "acme", "--month", "2026-10"), "known are: acme-care"),
    (("--contract", "acme-care", "--month", "2026-10", "--tenant", "zz"), "has no contract"),
    (("--contract", "acme-care", "--month", "2027-10"), "settle it later"),
    (("--contract", "acme-care", "--month", "2026-10", "--draft", "--issue"), "never issued"),
    (("--verify", "/nowhere.json"), "cannot be read"),
]


def test_what_the_command_cannot_do_is_one_line(database: DatabaseSettings) -> None:
    asyncio.run(stored_floor(database))

    for words, said in REFUSED:
        done = run(database, *words)

        assert done.exit_code == 2, (words, done.output)
        assert said in done.stderr
