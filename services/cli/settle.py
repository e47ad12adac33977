"""Settlements on the command line: settle a period, verify a file that somebody was given."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from floorpulse.board.wiring import LIMITS, rules
from floorpulse.cli.operator import operator
from floorpulse.cli.settle_files import BookNames, written_books
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.reports.domain.document import SettlementDocument, signed
from floorpulse.reports.domain.settlement_states import NotPossible, SettlementAct
from floorpulse.reports.domain.verifying import Finding, findings
from floorpulse.reports.evidence.reader import (
    EvidenceQuery,
    EvidenceReader,
    NoEvidence,
    Surroundings,
)
from floorpulse.reports.settlement.desk import (
    DraftNotFinalError,
    Settled,
    SettlementDesk,
    SettleResult,
)
from floorpulse.reports.settlement.periods import label, named_period
from floorpulse.reports.settlement.ports import (
    Actor,
    ChangedMeanwhileError,
    SettledAlreadyError,
    SettlementPlace,
    StoredSettlement,
)
from floorpulse.reports.settlement.store import PostgresSettlements
from floorpulse.reports.wiring import new_id
from floorpulse.reports.workbook.words import Language
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.settings import Settings

REFUSED = (NoEvidence, ChangedMeanwhileError, SettledAlreadyError, DraftNotFinalError)
OUTCOMES = {
    Settled.DRAFTED: "a draft was made",
    Settled.SAME_DRAFT: "the draft that is there says the same",
    Settled.NOTE_DRAFTED: "what was issued no longer holds: a draft of a credit note was made",
    Settled.UNCHANGED: "what was issued still holds",
}


@dataclass(frozen=True)
class SettleOptions:
    """What is settled; the options of the command as they were written."""

    contract: str
    month: str | None = None
    week: str | None = None
    day: str | None = None
    tenant: str | None = None
    issue: bool = False
    draft: bool = False
    reason: str = ""
    language: Language = Language.ENGLISH


async def settle(settings: Settings, options: SettleOptions, out: Path | None) -> int:
    """Settle a period, issue it where that is asked for, write the files of what stands. ValueError
    where options say nothing usable, or the period cannot be settled.
    """
    named = named_period(options.month, options.week, options.day)
    if options.issue and options.draft:
        message = "--draft makes what is never issued: leave out --issue, or --draft"
        raise ValueError(message)
    async with _desk(settings) as (desk, known):
        tenant = options.tenant or _only(_contracts(known), options.contract)
        query = EvidenceQuery(tenant, options.contract, named.of, draft=options.draft)
        by = Actor(operator(), now_ms(), options.reason)
        try:
            result = await desk.settle(query, by)
            stored = await _issued(desk, result, by) if options.issue else result.stored
        except REFUSED as wrong:
            raise ValueError(str(wrong)) from wrong
        _tell(result, stored)
        if out is not None:
            _write(out, await _files(desk, stored.place, result.document))
            period = label(result.document.settled_period)
            names = BookNames(out, period, options.language)
            for path in await written_books(desk.store, stored.place, names, known.of(tenant)):
                typer.echo(f"written: {path}")
    return 0


async def verify(settings: Settings | None, file: Path) -> int:
    """Say whether a file is what it claims to be: settled again from its own evidence, and with
    settings also from the stored visits. 1 where anything differs.
    """
    document, found = findings(_read(file))
    if document is not None and settings is not None:
        found = [*found, *await _compared(settings, document)]
    for one in found:
        typer.echo(str(one), err=True)
    if found:
        typer.echo(f"{file}: does not verify", err=True)
        return 1
    how = "its own evidence" if settings is None else "its own evidence and the stored visits"
    typer.echo(f"{file}: verified against {how}")
    return 0


async def _compared(settings: Settings, document: SettlementDocument) -> list[Finding]:
    async with _desk(settings) as (desk, _):
        try:
            return await desk.compared(document)
        except REFUSED as wrong:
            raise ValueError(str(wrong)) from wrong


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[tuple[SettlementDesk, Definitions]]:
    """A desk over the configured database, and its definitions."""
    pool = await asyncpg_pool(settings.database)
    engine = async_engine(settings.database)
    horizons = rules(settings.floor, LIMITS).horizons
    try:
        known = await PostgresDefinitions(pool).load()
        reader = EvidenceReader(pool, Surroundings(ZoneInfo(settings.floor.zone), horizons))
        yield SettlementDesk(reader, PostgresSettlements(engine), new_id), known
    finally:
        await engine.dispose()
        await pool.close()


def _contracts(known: Definitions) -> list[tuple[str, str]]:
    """All contracts, by tenant."""
    return sorted({(one.tenant, one.id) for one in known.versions if one.kind is Kind.CONTRACT})


def _only(contracts: Sequence[tuple[str, str]], contract: str) -> str:
    """The only tenant that has a contract of that id."""
    mine = [tenant for tenant, name in contracts if name == contract]
    if len(mine) == 1:
        return mine[0]
    if mine:
        message = f"several tenants have a contract {contract}: say --tenant {mine[0]} or another"
        raise ValueError(message)
    there = ", ".join(sorted({name for _, name in contracts})) or "none"
    message = f"there is no contract {contract}; known are: {there}"
    raise ValueError(message)


async def _issued(desk: SettlementDesk, result: SettleResult, by: Actor) -> StoredSettlement:
    """What stands once a fresh draft was issued; what was issued before stands as it is."""
    if result.outcome is Settled.UNCHANGED:
        return result.stored
    after = await desk.act(result.stored.place.tenant, result.stored.id, SettlementAct.ISSUE, by)
    if after is None or isinstance(after, NotPossible):
        message = "the draft was settled or issued by somebody else meanwhile"
        raise ChangedMeanwhileError(message)
    return after


def _tell(result: SettleResult, stored: StoredSettlement) -> None:
    document = result.document
    statement = document.statement
    note = document.credit_note
    totals = statement.totals
    currency = statement.currency
    what = f"credit note {stored.number}" if stored.number else "settlement"
    period = label(document.settled_period)
    typer.echo(f"{what} {stored.id} of {document.contract} {period}: {stored.state}")
    typer.echo(f"  {OUTCOMES[result.outcome]}")
    typer.echo(f"  visits     {document.visits.count}, {document.visits.open} still open")
    typer.echo(f"  fees       {totals.fees} {currency}, minimum charge {totals.minimum}")
    typer.echo(f"  penalties  {totals.penalties}, taken off by caps {totals.penalties_capped}")
    typer.echo(f"  bonuses    {totals.bonuses}, taken off by caps {totals.bonuses_capped}")
    typer.echo(f"  total      {totals.total} {currency}")
    if note is not None:
        typer.echo(f"  difference {note.difference} {currency}, {note.visits_changed} visits")
    typer.echo(f"  sha256     {stored.sha256}")


async def _files(
    desk: SettlementDesk, place: SettlementPlace, document: SettlementDocument
) -> dict[str, bytes]:
    """A file for the settlement and each of its notes, by name."""
    period = label(document.settled_period)
    found = {}
    for one in await desk.store.of_period(place):
        note = f"-credit-note-{one.number}" if one.number else ""
        found[f"{place.contract}-{period}{note}.json"] = signed(await desk.store.document(one.id))
    return found


def _write(out: Path, files: dict[str, bytes]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
            typer.echo(f"written: {out / name}")
    except OSError as wrong:
        message = f"{out} cannot be written to ({wrong.strerror})"
        raise ValueError(message) from wrong


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        message = f"{file} cannot be read ({wrong.strerror})"
        raise ValueError(message) from wrong
