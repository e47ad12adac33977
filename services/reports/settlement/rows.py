"""Rows of settlements in PostgreSQL, as they are read."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from floorpulse.contracts.tables.settlements import settlement, settlement_visits
from floorpulse.reports.domain.settlement_states import SettlementState
from floorpulse.reports.settlement.ports import SettlementPlace, StoredSettlement

COLUMNS = [column for column in settlement.c if column.name != "document"]


def stored(row: RowMapping) -> StoredSettlement:
    """The settlement of a row."""
    return StoredSettlement(
        row["id"],
        SettlementPlace(row["tenant"], row["contract"], row["begins_at"], row["ends_at"]),
        row["number"],
        SettlementState(row["state"]),
        row["sha256"],
        row["visits"],
        row["frozen"],
        row["created_at"],
        row["changed_at"],
    )


def in_period(place: SettlementPlace) -> ColumnElement[bool]:
    """That a row is of this contract and period."""
    return and_(
        settlement.c.tenant == place.tenant,
        settlement.c.contract == place.contract,
        settlement.c.begins_at == place.begin,
        settlement.c.ends_at == place.end,
    )


async def pages_of(connection: AsyncConnection, id_: str) -> Sequence[bytes]:
    """All pages of the visits that a settlement counted, deflated, in order."""
    wanted = select(settlement_visits.c.records).where(settlement_visits.c.settlement == id_)
    found = await connection.execute(wanted.order_by(settlement_visits.c.page))
    return [bytes(records) for records in found.scalars()]
