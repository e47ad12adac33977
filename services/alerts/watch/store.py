"""The complaint watch's tables in PostgreSQL: visits by when they were written, and the lists."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import RowMapping, and_, case, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from floorpulse.alerts.domain.contacts_at_risk import ContactStory, RiskFound
from floorpulse.alerts.domain.follow_up import (
    BEING_SEEN_TO,
    Done,
    FollowUpRefused,
    FollowUpState,
    ListedContact,
    followed_up,
)
from floorpulse.alerts.incidents.answering import answering
from floorpulse.alerts.watch.ports import (
    DueContact,
    ListCounts,
    ListPlace,
    ListQuery,
    StoredContact,
)
from floorpulse.alerts.watch.statements import CHANGED, EARLIER, FOLLOWING, MARK, NO_SCAN, STORIES
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.tables.alerts import contact_at_risk
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.contracts.visits import Visit

LINE = contact_at_risk.c
UNTOUCHED = and_(LINE.state == FollowUpState.OPEN.value, LINE.owner.is_(None), LINE.comment == "")
"""Nobody has done anything with the line yet"""


class PostgresVisitChanges:
    """`ChangedVisits` over the service's engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def mark(self) -> str:
        """See `ChangedVisits`."""
        async with answering(), self._engine.connect() as connection:
            return str((await connection.execute(MARK)).scalar_one())

    async def changed(self, tenant: str, span: Span, mark: str | None) -> Sequence[StoredContact]:
        """See `ChangedVisits`."""
        asked = {"tenant": tenant, "begin": span.begin, "end": span.end, "mark": mark}
        async with self._reading() as connection:
            found = await connection.execute(CHANGED, asked)
            return [StoredContact(*row) for row in found]

    async def following(
        self, tenant: str, contacts: Sequence[StoredContact], within: int
    ) -> Sequence[StoredContact]:
        """See `ChangedVisits`."""
        asked = {"tenant": tenant, "within": within, **_named(contacts)}
        async with self._reading() as connection:
            found = await connection.execute(FOLLOWING, asked)
            return [StoredContact(*row) for row in found]

    async def stories(
        self, tenant: str, contacts: Sequence[StoredContact], within: int
    ) -> Sequence[ContactStory]:
        """See `ChangedVisits`."""
        visits: defaultdict[str, list[Visit]] = defaultdict(list)
        customers: dict[str, int] = {}
        async with self._reading() as connection:
            found = await connection.execute(STORIES, {"tenant": tenant, **_named(contacts)})
            for contact, customer, body in found:
                visits[contact].append(decode_visit(body))
                if customer is not None:
                    customers.setdefault(contact, customer)
            told = [ContactStory(contact, theirs, 0) for contact, theirs in visits.items()]
            asked = _returning(told, customers)
            earlier = await connection.execute(
                EARLIER, {"tenant": tenant, "within": within, **asked}
            )
            before = dict(map(tuple, earlier))
        return [one._replace(earlier=before.get(one.contact, 0)) for one in told]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads by indexes, whatever the statistics say."""
        async with answering(), self._engine.begin() as connection:
            await connection.execute(NO_SCAN)
            yield connection


class PostgresRiskLists:
    """`RiskLists` over the service's engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(
        self, tenant: str, assessed: Collection[str], at_risk: Sequence[DueContact], now: int
    ) -> None:
        """See `RiskLists`."""
        mine = (LINE.tenant == tenant) & LINE.contact.in_(assessed)
        listed = [(one.at_risk.day.isoformat(), one.at_risk.contact) for one in at_risk]
        gone = delete(contact_at_risk).where(mine, UNTOUCHED)
        if listed:
            gone = gone.where(tuple_(LINE.day, LINE.contact).not_in(listed))
        async with answering(), self._engine.begin() as connection:
            await connection.execute(gone)
            if listed:
                rows = [_row(tenant, one, now) for one in at_risk]
                await connection.execute(_upsert(), rows)

    async def page(
        self, query: ListQuery, after: ListPlace | None, limit: int
    ) -> Sequence[ListedContact]:
        """See `RiskLists`."""
        asked = select(contact_at_risk).where(
            LINE.tenant == query.tenant, LINE.day == query.day.isoformat()
        )
        if query.states:
            asked = asked.where(LINE.state.in_([one.value for one in query.states]))
        if after is not None:
            asked = asked.where(tuple_(LINE.due_at, LINE.contact) > tuple_(*after))
        asked = asked.order_by(LINE.due_at, LINE.contact).limit(limit)
        async with answering(), self._engine.connect() as connection:
            return [_listed(row) for row in (await connection.execute(asked)).mappings()]

    async def follow_up(
        self, tenant: str, contact: str, done: Done, now: int
    ) -> ListedContact | FollowUpRefused | None:
        """See `RiskLists`."""
        newest = (
            select(contact_at_risk)
            .where(LINE.tenant == tenant, LINE.contact == contact)
            .order_by(LINE.day.desc())
            .limit(1)
            .with_for_update()
        )
        async with answering(), self._engine.begin() as connection:
            row = (await connection.execute(newest)).mappings().one_or_none()
            if row is None:
                return None
            listed = _listed(row)
            changed = followed_up(listed, done, now)
            if isinstance(changed, ListedContact):
                await connection.execute(_update(changed))
            return changed

    async def counts(self, now: int) -> Mapping[tuple[str, FollowUpState], ListCounts]:
        """See `RiskLists`."""
        overdue = func.count().filter(LINE.due_at < now)
        asked = (
            select(LINE.tenant, LINE.state, func.count(), overdue)
            .where(LINE.state.in_([one.value for one in BEING_SEEN_TO]))
            .group_by(LINE.tenant, LINE.state)
        )
        async with answering(), self._engine.connect() as connection:
            return {
                (tenant, FollowUpState(state)): ListCounts(number, late)
                for tenant, state, number, late in await connection.execute(asked)
            }

    async def forget(self, tenant: str, before: date) -> None:
        """See `RiskLists`."""
        old = delete(contact_at_risk).where(LINE.tenant == tenant, LINE.day < before.isoformat())
        async with answering(), self._engine.begin() as connection:
            await connection.execute(old)


def _named(contacts: Iterable[StoredContact]) -> dict[str, list[Any]]:
    listed = list(contacts)
    return {
        "partitions": [one.partition for one in listed],
        "contacts": [one.contact for one in listed],
    }


def _returning(
    stories: Sequence[ContactStory], customers: Mapping[str, int]
) -> dict[str, list[Any]]:
    """Contacts whose customer and first offer are known, for `EARLIER`."""
    known = [
        (one.contact, customers[one.contact], at)
        for one in stories
        if one.contact in customers and (at := one.offered_at) is not None
    ]
    return {
        "contacts": [contact for contact, _, _ in known],
        "customers": [customer for _, customer, _ in known],
        "offers": [at for _, _, at in known],
    }


def _upsert() -> Any:
    """A line that is there keeps what people did with it, and once they did, its due time."""
    made = insert(contact_at_risk)
    new = made.excluded
    due = case((UNTOUCHED, new.due_at), else_=LINE.due_at)
    return made.on_conflict_do_update(
        index_elements=[LINE.tenant, LINE.day, LINE.contact],
        set_={
            "queue": new.queue,
            "reasons": new.reasons,
            "due_at": due,
            "updated_at": new.updated_at,
        },
        where=(LINE.reasons != new.reasons) | (LINE.queue != new.queue) | (LINE.due_at != due),
    )


def _row(tenant: str, due: DueContact, now: int) -> dict[str, object]:
    one = due.at_risk
    return {
        "tenant": tenant,
        "day": one.day.isoformat(),
        "contact": one.contact,
        "queue": one.queue,
        "reasons": msgspec.to_builtins(one.reasons),
        "state": FollowUpState.OPEN.value,
        "due_at": due.due_at,
        "updated_at": now,
    }


def _listed(row: RowMapping) -> ListedContact:
    return ListedContact(
        tenant=row["tenant"],
        day=date.fromisoformat(row["day"]),
        contact=row["contact"],
        queue=row["queue"],
        reasons=msgspec.convert(row["reasons"], tuple[RiskFound, ...]),
        state=FollowUpState(row["state"]),
        owner=row["owner"],
        due_at=row["due_at"],
        updated_at=row["updated_at"],
        comment=row["comment"],
    )


def _update(listed: ListedContact) -> Any:
    return (
        update(contact_at_risk)
        .where(
            LINE.tenant == listed.tenant,
            LINE.day == listed.day.isoformat(),
            LINE.contact == listed.contact,
        )
        .values(
            state=listed.state.value,
            owner=listed.owner,
            updated_at=listed.updated_at,
            comment=listed.comment,
        )
    )
