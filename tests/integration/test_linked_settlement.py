"""Every figure of a settlement leads to what it was made of, and what was issued bears a place of
the audit log.

settlement ─► links ─► the floor's API ─► the same counts, the visits, the contract's text
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from floorpulse.access.audit_chain import Anchor, anchor_of
from floorpulse.access.audit_log import AuditLog, EntryChoice
from floorpulse.cli import audit as command
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings, Settings
from tests.fakes.contracts import CARE, FLOOR, at
from tests.fakes.definitions import entries
from tests.fakes.floor import MemoryFloor
from tests.fakes.world import World
from tests.integration.test_settlements import LATE
from tests.integration.test_settlements_api import OCTOBER, Asked, asking

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

OF_SEPTEMBER = 1
"""Calls that were offered before midnight and completed after it: not billed in October, and among
what the API says was completed in it
"""
LINKED = CARE.replace(
    "    metrics:\n",
    '      - {id: seats, names: {en: Seats}, per: seat_hour, rate: "30"}\n'
    "      - {id: came, names: {en: Came}, per: contact, rate: "
    '"0.10", billable: {contacts: offered}}\n'
    "    metrics:\n"
    "      - {id: daily, names: {en: Daily}, kpi: service_level, formula: V6, threshold: 12,\n"
    '         short: 8, window: day, comparison: at_least, target: "0.5"}\n'
    "      - {id: halves, names: {en: Half hours}, kpi: answer_rate, window: interval,\n"
    '         judged: share, comparison: at_least, target: "0.5", share_target: "0.9"}\n'
    "      - {id: volume, names: {en: Volume}, kpi: offered, comparison: at_most, target: "
    '"900"}\n'
    "      - {id: office, names: {en: In office hours}, kpi: answer_rate, calendar: office,\n"
    '         comparison: at_least, target: "0.5"}\n',
)


class FloorOf(World):
    """The floor's API over the very visits that were settled."""

    def __init__(self, memory: MemoryFloor, known: Definitions) -> None:
        self._memory = memory
        super().__init__()
        self.definitions = known
        self.now = at("11-03 10:00")
        self.tell()

    def stored(self) -> MemoryFloor:
        return self._memory

    async def get(self, address: str) -> Any:
        answer = await asyncio.to_thread(self.client().get, address)
        assert answer.status_code == 200, (address, answer.text)
        return answer.json()


@asynccontextmanager
async def linked(database: DatabaseSettings) -> AsyncIterator[tuple[Asked, FloorOf]]:
    known = [NOTHING]
    async with asking(database, lambda: known[0]) as ask:
        stored = PostgresDefinitions(ask.floor.pool)
        await stored.save(entries(FLOOR + LINKED), at("10-01 00:00"))
        known[0] = await stored.load()
        yield ask, FloorOf(ask.floor.floor.memory, known[0])


async def test_every_link_of_a_settlement_answers_with_the_figure_it_stands_beside(
    database: DatabaseSettings,
) -> None:
    async with linked(database) as (ask, floor):
        settled = await ask("vendor", "POST", "/v1/settlements", 201, json=OCTOBER)
        links = settled["links"]

        told = {one["name"]: one["inexact"] for one in links}
        assert told == {
            "calls": "not_completed",
            "minutes": "when_completed",
            "seats": "no_contacts",
            "came": None,
            "daily": None,
            "halves": None,
            "volume": None,
            "office": "calendar",
            "level": None,
            "lost": None,
        }
        for one in links:
            if one["inexact"] is None and one["numerator"] is not None:
                [row] = (await floor.get(one["figure"]))["rows"]
                assert counts(row) == (Decimal(one["numerator"]), of(one["denominator"])), one


def counts(row: dict[str, Any]) -> tuple[Decimal, Decimal | None]:
    return Decimal(str(row["numerator"])), of(row["denominator"])


def of(number: object) -> Decimal | None:
    return None if number is None else Decimal(str(number))


async def test_links_lead_to_the_visits_the_half_hours_the_corrections_and_the_text(
    database: DatabaseSettings,
) -> None:
    async with linked(database) as (ask, floor):
        settled = await ask("vendor", "POST", "/v1/settlements", 201, json=OCTOBER)
        by_name = {one["name"]: one for one in settled["links"]}
        level, halves, seats = (by_name[one] for one in ("level", "halves", "seats"))

        visits = await floor.get(by_name["came"]["visits"])
        answered = await floor.get(by_name["calls"]["visits"])
        missed = await floor.get(level["missed"])
        half_hours = (await floor.get(halves["figure"]))["rows"]
        minutes = (await floor.get(by_name["minutes"]["figure"]))["rows"]
        text = await floor.get(level["definition"])
        changed = await floor.get(level["corrections"])

        assert (len(visits["rows"]), len(answered["rows"])) == (10, 8)
        assert [one["wait"] for one in missed["rows"]] == [40.0]
        assert [one["numerator"] for one in half_hours if one["denominator"]] == [8]
        assert minutes[0]["numerator"] == 60 * (8 + OF_SEPTEMBER)
        assert text["says"]["id"] == "acme-care"
        assert changed["rows"] == []
        assert [seats[one] for one in ("figure", "visits", "missed", "corrections")] == [None] * 4


async def test_links_stand_in_the_workbook_and_not_in_what_is_signed(
    database: DatabaseSettings,
) -> None:
    async with linked(database) as (ask, _):
        settled = await ask("vendor", "POST", "/v1/settlements", 201, json=OCTOBER)
        path = f"/v1/settlements/{settled['settlement']['settlement']}"
        book = await ask.file("reader", f"{path}/workbook")
        table = (await ask.file("reader", f"{path}/tables/links")).decode()
        signed = await ask.file("reader", f"{path}/file")

        with ZipFile(BytesIO(book)) as parts:
            words = parts.read("xl/workbook.xml")
        assert b'name="Links"' in words
        assert len(table.splitlines()) == 1 + len(settled["links"])
        assert all(one["figure"] in table for one in settled["links"] if one["figure"])
        assert b"/v1/" not in signed


async def test_what_was_issued_bears_the_place_of_the_audit_log_that_its_issue_made(
    database: DatabaseSettings, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with asking(database) as ask:
        id_ = await ask.settled()
        issued = await ask("vendor", "POST", f"/v1/settlements/{id_}/issue", json={})
        await ask.floor.store(*LATE)
        noted = await ask("vendor", "POST", "/v1/settlements", 201, json=OCTOBER)
        note = noted["settlement"]["settlement"]
        after = await ask("vendor", "POST", f"/v1/settlements/{note}/issue", json={})
        agreed = await ask("vendor", "POST", f"/v1/settlements/{id_}/agree", json={})

        first, second = (anchor_of(one["frozen"]["audit_anchor"]) for one in (issued, after))
        engine = async_engine(database)
        entries_ = [one async for one in AuditLog(engine).links(EntryChoice("demo"))]
        await engine.dispose()
        settings = Settings(database=database)
        assert "audit_anchor" not in noted["frozen"]
        assert agreed["frozen"] == issued["frozen"]
        named = {one.number: (one.hash, one.action) for one in entries_}
        assert named[first.number] == (first.hash, "settlement_issued")
        assert named[second.number] == (second.hash, "credit_note_issued")
        assert await command.verify(settings, "demo", [first, second]) == 0
        forged = Anchor(first.number, bytes(32))
        assert await command.verify(settings, "demo", [forged]) == 1
        assert b"is not the entry that its anchor names" in capfdbinary.readouterr().out
