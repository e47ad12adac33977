"""Issued reports in PostgreSQL: the file and the notices that carry it are stored in one
transaction, so a report goes out to all of its receivers or to none; who sends is alerts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.contracts.report_letters import KIND, ReportLetter, ReportNotice
from floorpulse.contracts.tables.alerts import notice
from floorpulse.contracts.tables.reports import issued_report
from floorpulse.reports.documents.formats import ReportFile
from floorpulse.runtime.database import answering

ANSWER_WITHIN = 20.0
AWAY = "the issued reports in PostgreSQL cannot be used ({})"
LISTED = 200


class IssuedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An issued report without its file; instants are epoch milliseconds."""

    id: str
    report: str
    period: str
    language: str
    begins_at: int
    name: str
    media_type: str
    digest: str
    bytes: int
    created_at: int


@dataclass(frozen=True)
class Issue:
    """A report that goes out: its id, schedule, period and file; `letters` by target, such as
    `zhang/email`.
    """

    id: str
    tenant: str
    report: str
    period: str
    language: str
    begins_at: int
    file: ReportFile
    letters: Sequence[tuple[str, ReportLetter]]
    now: int


@dataclass(frozen=True)
class IssuedReports:
    """The table; raises StoreUnavailable where PostgreSQL is away."""

    engine: AsyncEngine

    async def known(self, issue: str) -> bool:
        """Whether a report was issued already."""
        asked = select(issued_report.c.id).where(issued_report.c.id == issue)
        async with answering(ANSWER_WITHIN, AWAY), self.engine.connect() as connection:
            return (await connection.execute(asked)).first() is not None

    async def issue(self, one: Issue) -> bool:
        """Store file and notices; False, and nothing stored, where another process did so."""
        row = {
            "id": one.id,
            "tenant": one.tenant,
            "report": one.report,
            "period": one.period,
            "language": one.language,
            "begins_at": one.begins_at,
            "name": one.file.name,
            "media_type": one.file.media_type,
            "digest": sha256(one.file.content).hexdigest(),
            "content": one.file.content,
            "created_at": one.now,
        }
        stored = insert(issued_report).values(**row).on_conflict_do_nothing()
        owed = insert(notice).on_conflict_do_nothing()
        async with answering(ANSWER_WITHIN, AWAY), self.engine.begin() as connection:
            if (await connection.execute(stored)).rowcount == 0:
                return False
            if one.letters:
                await connection.execute(owed, [_notice(one, *each) for each in one.letters])
        return True

    async def file(self, tenant: str, issue: str) -> ReportFile | None:
        """The file of an issued report of a tenant."""
        columns = issued_report.c
        asked = select(columns.name, columns.media_type, columns.content).where(
            columns.tenant == tenant, columns.id == issue
        )
        async with answering(ANSWER_WITHIN, AWAY), self.engine.connect() as connection:
            row = (await connection.execute(asked)).first()
        return None if row is None else ReportFile(row.name, row.media_type, row.content)

    async def latest(self, tenant: str) -> list[IssuedRow]:
        """The reports of a tenant, the latest 200, the newest first."""
        columns = issued_report.c
        told = [columns[name] for name in IssuedRow.__struct_fields__ if name != "bytes"]
        asked = (
            select(*told, func.length(columns.content).label("bytes"))
            .where(columns.tenant == tenant)
            .order_by(columns.created_at.desc(), columns.id)
            .limit(LISTED)
        )
        async with answering(ANSWER_WITHIN, AWAY), self.engine.connect() as connection:
            return [IssuedRow(**row) for row in (await connection.execute(asked)).mappings()]


def _notice(one: Issue, target: str, letter: ReportLetter) -> dict[str, object]:
    """A notice of the outbox, due at once."""
    return {
        "incident": one.id,
        "kind": KIND,
        "step": 0,
        "target": target,
        "tenant": one.tenant,
        "state": "pending",
        "created_at": one.now,
        "due_at": one.now,
        "body": msgspec.to_builtins(ReportNotice(letter)),
    }
