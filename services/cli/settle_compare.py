"""`floorpulse settle --compare`: a client's list of contacts beside the settlement that stands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import typer

from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.definitions.domain.definition_history import Definitions, TenantDefinitions
from floorpulse.reports.compare.comparing import ComparedFile, Standing, compared_file
from floorpulse.reports.compare.dates import DateOrder
from floorpulse.reports.compare.reading import HowToRead, columns_told
from floorpulse.reports.compare.refused import UnreadableListError
from floorpulse.reports.compare.told import sentences
from floorpulse.reports.settlement.periods import NamedPeriod, label
from floorpulse.reports.settlement.ports import SettlementPlace, SettlementStore, StoredSettlement
from floorpulse.reports.settlement.standing import standing_of
from floorpulse.reports.settlement.store import PostgresSettlements
from floorpulse.runtime.csv_rows import csv_text
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ListOptions:
    """How a client's list is read, as far as it does not say so itself."""

    zone: str | None = None
    columns: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    dates: DateOrder | None = None

    def how(self, standing: Standing) -> HowToRead:
        """Beside a settlement. ValueError where there is no such zone."""
        try:
            zone = standing.zone if self.zone is None else ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
            message = f"{self.zone!r} is no IANA time zone, such as Europe/Berlin"
            raise ValueError(message) from wrong
        return HowToRead(
            zone=zone,
            queues=standing.queue_names(),
            columns=columns_told(self.columns),
            encoding=self.encoding,
            delimiter=self.delimiter,
            dates=self.dates,
        )


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    """Which settlement a list is compared with, and where every difference is written."""

    contract: str
    period: NamedPeriod
    tenant: str | None
    listed: ListOptions
    out: Path | None
    as_json: bool


async def compare(settings: Settings, options: CompareOptions, file: Path) -> int:
    """Compare a file with the settlement that stands for a period; 1 where anything differs.
    ValueError where there is no such settlement, or the file cannot be read.
    """
    async with _tables(settings) as (definitions, store):
        tenant, contract = _contract(definitions, settings, options)
        period = options.period.of(contract)
        place = SettlementPlace(tenant, contract.id, period.begin, period.end)
        stored = await _stored(store, place, label(period))
        standing = await standing_of(store, stored, definitions.of(tenant))
    compared = _compared(standing, options.listed.how(standing), file)
    _tell(compared, options)
    return 1 if compared.answer.findings or compared.answer.unreadable else 0


@asynccontextmanager
async def _tables(settings: Settings) -> AsyncIterator[tuple[Definitions, SettlementStore]]:
    pool = await asyncpg_pool(settings.database)
    engine = async_engine(settings.database)
    try:
        yield await PostgresDefinitions(pool).load(), PostgresSettlements(engine)
    finally:
        await engine.dispose()
        await pool.close()


def _contract(
    definitions: Definitions, settings: Settings, options: CompareOptions
) -> tuple[str, Contract]:
    """The contract and its tenant. ValueError where none, or several, have that id."""
    contracts = {(one.tenant, one.id) for one in definitions.versions if one.kind is Kind.CONTRACT}
    tenants = sorted(
        tenant
        for tenant, name in contracts
        if name == options.contract and options.tenant in (None, tenant)
    )
    if len(tenants) != 1:
        known = ", ".join(sorted({name for _, name in contracts})) or "none"
        message = (
            f"several tenants have a contract {options.contract}: say --tenant {tenants[0]}"
            if tenants
            else f"there is no contract {options.contract}; known are: {known}"
        )
        raise ValueError(message)
    known_of: TenantDefinitions = definitions.of(tenants[0])
    usual = known_of.zone or ZoneInfo(settings.floor.zone)
    mine = [one for one in contracts_of(known_of.versions, usual) if one.id == options.contract]
    return tenants[0], mine[0]


async def _stored(store: SettlementStore, place: SettlementPlace, period: str) -> StoredSettlement:
    """The last of a period: the settlement, or the note that corrects it."""
    known = await store.of_period(place)
    if not known:
        message = f"{place.contract} is not settled for {period}: settle it first"
        raise ValueError(message)
    return known[-1]


def _compared(standing: Standing, how: HowToRead, file: Path) -> ComparedFile:
    try:
        with file.open("rb") as opened:
            return compared_file(standing, opened, how)
    except OSError as wrong:
        message = f"{file} cannot be read ({wrong.strerror})"
        raise ValueError(message) from wrong
    except UnreadableListError as wrong:
        message = f"{file}: {wrong}"
        raise ValueError(message) from wrong


def _tell(compared: ComparedFile, options: CompareOptions) -> None:
    if options.as_json:
        typer.echo(msgspec.json.encode(compared.answer).decode())
    else:
        for line in sentences(compared.answer):
            typer.echo(line)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / f"{options.contract}-compared.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as text:
            text.writelines(csv_text([row]) for row in compared.telling.rows())
        typer.echo(f"written: {path}", err=True)
