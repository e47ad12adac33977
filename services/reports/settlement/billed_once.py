"""That no contact is in two settlements: refused are periods that meet an issued one within other
bounds, and contacts that stand in what was issued of another contract.
"""

import asyncio
from collections.abc import Sequence
from itertools import chain

from sqlalchemy import and_, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from floorpulse.contracts.tables.settlements import settlement
from floorpulse.figures.timestamps import text as shown
from floorpulse.reports.domain.settlement_states import SettlementState
from floorpulse.reports.domain.visit_records import VisitRecord, first_shared, unpacked
from floorpulse.reports.settlement.ports import (
    SettledAlreadyError,
    SettlementPlace,
    StoredSettlement,
)
from floorpulse.reports.settlement.rows import COLUMNS, in_period, pages_of, stored


async def expect_alone(connection: AsyncConnection, place: SettlementPlace) -> None:
    """No contact of the period may be in a settlement of the contract that has other bounds."""
    other = and_(
        settlement.c.tenant == place.tenant,
        settlement.c.contract == place.contract,
        settlement.c.state != SettlementState.DRAFT,
        settlement.c.begins_at < place.end,
        settlement.c.ends_at > place.begin,
        not_(in_period(place)),
    )
    wanted = select(settlement.c.begins_at, settlement.c.ends_at).where(other).limit(1)
    found = (await connection.execute(wanted)).first()
    if found is not None:
        message = (
            f"{place.contract} is settled from {shown(found.begins_at)} to {shown(found.ends_at)}, "
            f"which is part of {shown(place.begin)} to {shown(place.end)}: its contacts would be "
            "billed twice. The zone of the contract or tenant, FLOORPULSE_FLOOR__ZONE of this "
            "process or the contract's `period` is another than then: put it back, and correct "
            "what was issued by a credit note"
        )
        raise SettledAlreadyError(message)


async def expect_billed_once(
    connection: AsyncConnection, place: SettlementPlace, pages: Sequence[bytes]
) -> None:
    """No contact may be in what stands of another contract, whatever that is called: a contract
    whose id was changed is another one here.
    """
    for other in await _standing_beside(connection, place):
        theirs = await pages_of(connection, other.id)
        shared = await asyncio.to_thread(_shared, pages, theirs)
        if shared is not None:
            whose = other.place.contract
            message = (
                f"contact {shared.contact} of {shown(shared.offered_at)} in {shared.queue} is in "
                f"settlement {other.id} of contract {whose}: it would be billed twice. Where "
                f"{place.contract} is {whose} by another id, give it its id back, and correct what "
                f"was issued by a credit note; where its queue went from {whose} to "
                f"{place.contract} afterwards, issue the credit note of {whose} first"
            )
            raise SettledAlreadyError(message)


async def _standing_beside(
    connection: AsyncConnection, place: SettlementPlace
) -> list[StoredSettlement]:
    """The last that was issued of each period of other contracts that meets this one."""
    others = and_(
        settlement.c.tenant == place.tenant,
        settlement.c.contract != place.contract,
        settlement.c.state != SettlementState.DRAFT,
        settlement.c.begins_at < place.end,
        settlement.c.ends_at > place.begin,
    )
    ordered = select(*COLUMNS).where(others).order_by(settlement.c.number)
    issued = map(stored, (await connection.execute(ordered)).mappings())
    return list({one.place: one for one in issued}.values())


def _shared(ours: Sequence[bytes], theirs: Sequence[bytes]) -> VisitRecord | None:
    """The first visit of both lists of deflated pages; seconds of work for a million visits."""
    sides = (chain.from_iterable(map(unpacked, pages)) for pages in (ours, theirs))
    return first_shared(*sides)
