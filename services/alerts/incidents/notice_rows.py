"""Notices in PostgreSQL: claimed by an epoch, sent, tried again, failed."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, TextClause, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.notices import Attachment, NoticeKey, NoticeKind, NoticeState
from floorpulse.alerts.incidents.ports import ClaimedNotice, ReportToSend
from floorpulse.alerts.incidents.rows import incident_of
from floorpulse.alerts.incidents.statements import (
    BRING_FORWARD,
    CLAIM,
    FAILED,
    FIRST_IN_LINE,
    PENDING,
    SENT,
    TOLD,
    UNFAILED,
)
from floorpulse.contracts.report_letters import ReportNotice
from floorpulse.contracts.tables.alerts import incident, notice
from floorpulse.contracts.tables.reports import issued_report


class NoticeRows:
    """What a transaction does with notices."""

    def __init__(self, connection: AsyncConnection, now: int) -> None:
        self._connection = connection
        self._now = now

    @property
    def now(self) -> int:
        """When the transaction began."""
        return self._now

    async def claim_notices(
        self, epoch: int, most: int, span: int, under_way: Collection[str] = ()
    ) -> list[ClaimedNotice]:
        """Notices that are due become this epoch's for `span` milliseconds."""
        given = {
            "now": self.now,
            "epoch": epoch,
            "most": most,
            "until": self.now + span,
            "under_way": list(under_way),
        }
        rows = (await self._connection.execute(CLAIM, given)).all()
        if not rows:
            return []
        reports = await self._reports([row for row in rows if row.kind == NoticeKind.REPORT])
        ids = sorted({row.incident for row in rows if row.kind != NoticeKind.REPORT})
        asked = select(incident).where(incident.c.id.in_(ids))
        known = {
            row["id"]: incident_of(row)
            for row in (await self._connection.execute(asked)).mappings()
        }
        told: dict[str, list[str]] = {}
        for row in await self._connection.execute(TOLD, {"incidents": ids}):
            told.setdefault(row.incident, []).append(row.target.partition("/")[0])
        return [
            self._claimed(
                row,
                reports[row.incident, row.target]
                if row.kind == NoticeKind.REPORT
                else known[row.incident],
                tuple(dict.fromkeys(told.get(row.incident, ()))),
            )
            for row in rows
        ]

    async def _reports(self, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], ReportToSend]:
        """The reports of notices, by the ids of report and target; each file is read once."""
        ids = sorted({row.incident for row in rows})
        if not ids:
            return {}
        columns = issued_report.c
        asked = select(columns.id, columns.name, columns.media_type, columns.content).where(
            columns.id.in_(ids)
        )
        files = {
            row.id: Attachment(row.name, row.media_type, row.content)
            for row in await self._connection.execute(asked)
        }
        return {
            (row.incident, row.target): ReportToSend(
                msgspec.convert(row.body, ReportNotice).letter, files[row.incident]
            )
            for row in rows
        }

    def _claimed(
        self, row: Row[Any], about: Incident | ReportToSend, told: tuple[str, ...]
    ) -> ClaimedNotice:
        key = NoticeKey(row.incident, NoticeKind(row.kind), row.step, row.target)
        return ClaimedNotice(key, row.tenant, self.now, row.attempts, row.created_at, about, told)

    async def notice_sent(self, claim: ClaimedNotice, epoch: int, answer: str) -> bool:
        """A channel took it; False where it is another epoch's by now."""
        more = {"state": str(NoticeState.SENT), "now": self.now, "answer": answer}
        return await self._settled(SENT, claim, epoch, more)

    async def notice_pending(
        self, claim: ClaimedNotice, epoch: int, due_at: int, answer: str
    ) -> bool:
        """It is to be tried again, or is withdrawn where nobody needs it; False as above."""
        more = {"state": str(NoticeState.PENDING), "due_at": due_at, "answer": answer}
        return await self._settled(PENDING, claim, epoch, more)

    async def notice_failed(self, claim: ClaimedNotice, epoch: int, answer: str) -> bool:
        """No channel will take it; False as above."""
        more: dict[str, object] = {"state": str(NoticeState.FAILED), "answer": answer}
        return await self._settled(FAILED, claim, epoch, more)

    async def _settled(
        self, statement: TextClause, claim: ClaimedNotice, epoch: int, more: dict[str, object]
    ) -> bool:
        given = {**_key(claim.key), "id": claim.key.incident, "epoch": epoch, **more}
        known = {name: given[name] for name in statement.compile().params}
        return (await self._connection.execute(statement, known)).rowcount == 1

    async def first_in_line(self, claim: ClaimedNotice) -> bool:
        """Whether no older notice to the same target is pending."""
        given = {
            "tenant": claim.tenant,
            "target": claim.key.target,
            "created_at": claim.created_at,
            "incident": claim.key.incident,
        }
        return bool((await self._connection.execute(FIRST_IN_LINE, given)).scalar())

    async def bring_forward(self, tenant: str, target: str) -> None:
        """Pending notices to this target are due now: it takes messages again."""
        given = {"now": self.now, "tenant": tenant, "target": target}
        await self._connection.execute(BRING_FORWARD, given)

    async def unfailed(self, incident: str, kind: NoticeKind, step: int) -> bool:
        """Whether any notice of a step has not failed."""
        given = {"incident": incident, "kind": str(kind), "step": step}
        return bool((await self._connection.execute(UNFAILED, given)).scalar())

    async def overdue(self, late: int) -> int:
        """How many notices are due since more than `late` milliseconds."""
        asked = select(func.count()).where(notice.c.due_at < self.now - late)
        return (await self._connection.execute(asked)).scalar() or 0


def _key(key: NoticeKey) -> dict[str, object]:
    return {
        "incident": key.incident,
        "kind": str(key.kind),
        "step": key.step,
        "target": key.target,
    }
