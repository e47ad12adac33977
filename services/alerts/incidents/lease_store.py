"""The lease of the acting replica, in PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.incidents.answering import answering
from floorpulse.alerts.incidents.ports import LeaseRow
from floorpulse.alerts.incidents.statements import LOOK, RELEASE, RENEW, TAKE


class PostgresLease:
    """The row of the lease; each call is one statement outside of any transaction: a holder that is
    frozen in between must not keep the row locked.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def look(self) -> LeaseRow:
        """The lease as it stands."""
        async with answering(), self._engine.connect() as connection:
            row = (await connection.execute(LOOK)).one()
        return LeaseRow(row.holder or "", row.epoch or 0, row.until or 0, row.now)

    async def take(self, holder: str, seen: LeaseRow, span: int) -> int | None:
        """The new epoch, where the lease was still as seen."""
        given = {
            "holder": holder,
            "span": span,
            "seen_epoch": seen.epoch,
            "seen_until": seen.until,
        }
        async with answering(), self._engine.connect() as connection:
            row = (await connection.execute(TAKE, given)).one_or_none()
        return None if row is None else int(row.epoch)

    async def renew(self, holder: str, epoch: int, span: int) -> bool:
        """Whether it is still this holder's, for `span` milliseconds from now."""
        given = {"holder": holder, "epoch": epoch, "span": span}
        async with answering(), self._engine.connect() as connection:
            return (await connection.execute(RENEW, given)).rowcount == 1

    async def release(self, holder: str, epoch: int) -> None:
        """Give it up at once."""
        async with answering(), self._engine.connect() as connection:
            await connection.execute(RELEASE, {"holder": holder, "epoch": epoch})
