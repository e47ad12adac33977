"""Which links of messages were used, in PostgreSQL."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.incidents.answering import answering
from floorpulse.contracts.tables.alerts import used_link


class PostgresUsedLinks:
    """The table of used links; StoreUnavailable where PostgreSQL does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def used(self, id: str) -> bool:  # noqa: A002
        """Whether a link was used."""
        asked = select(used_link.c.id).where(used_link.c.id == id)
        async with answering(), self._engine.connect() as connection:
            return (await connection.execute(asked)).one_or_none() is not None

    async def use(self, id: str, at: int) -> None:  # noqa: A002
        """The link is used from now on."""
        row = {"id": id, "used_at": at}
        async with answering(), self._engine.begin() as connection:
            await connection.execute(insert(used_link).values(row).on_conflict_do_nothing())
