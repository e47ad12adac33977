"""Annotations: what people did or saw in an interval, in a table of a few rows; append-only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.tables.reports import annotation
from floorpulse.runtime.database import answering

ANSWER_WITHIN = 5.0
AWAY = "the annotations in PostgreSQL cannot be used ({})"
MOST = 500
"""Annotations of one answer or report"""


@dataclass(frozen=True)
class Annotation:
    """What happened in [begins_at, ends_at), epoch milliseconds; `queue` empty: the whole
    tenant.
    """

    id: str
    tenant: str
    begins_at: int
    ends_at: int
    text: str
    author: str
    created_at: int
    queue: str = ""


@dataclass(frozen=True)
class Annotations:
    """The table; raises StoreUnavailable where PostgreSQL is away."""

    engine: AsyncEngine

    async def add(self, one: Annotation) -> None:
        """Keep a new one."""
        async with answering(ANSWER_WITHIN, AWAY), self.engine.begin() as connection:
            await connection.execute(insert(annotation).values(**vars(one)))

    async def touching(
        self, tenant: str, span: Span, queues: Sequence[str] = (), *, whole: bool = True
    ) -> list[Annotation]:
        """Those of a span in the order of their begins, the first `MOST`; with `queues` only those
        of them and, as far as `whole` says so, those of the whole tenant.
        """
        columns = annotation.c
        asked = (
            select(annotation)
            .where(
                columns.tenant == tenant,
                columns.begins_at < span.end,
                columns.ends_at > span.begin,
            )
            .order_by(columns.begins_at, columns.id)
            .limit(MOST)
        )
        if queues:
            asked = asked.where(columns.queue.in_([*([""] if whole else []), *queues]))
        async with answering(ANSWER_WITHIN, AWAY), self.engine.connect() as connection:
            return [Annotation(**row) for row in (await connection.execute(asked)).mappings()]
