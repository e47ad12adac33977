"""Alerts in memory as people read them, over the tables of `MemoryIncidents`."""

from collections.abc import Collection

from floorpulse.alerts.domain.decisions import IncidentEvent
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.notices import NoticeState
from floorpulse.alerts.reading.ports import (
    ArrangedNow,
    IncidentPlace,
    IncidentQuery,
    MessagePlace,
    NoticeCounts,
    ShownMessage,
    StoredNotice,
    StoredOverride,
)
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.alert_store import MemoryIncidents
from tests.fakes.alert_store import StoredNotice as NoticeInMemory

OWED = (NoticeState.PENDING, NoticeState.SENDING)


class MemoryReading:
    """An `IncidentReading` and a `TimelineReading`; `away` makes PostgreSQL not answer."""

    def __init__(self, store: MemoryIncidents) -> None:
        self._store = store
        self.away = False

    async def page(
        self, query: IncidentQuery, after: IncidentPlace | None, limit: int
    ) -> list[Incident]:
        found = [one for one in self._incidents(query.tenant) if _asked(query, one)]
        found.sort(key=_place, reverse=True)
        return [one for one in found if after is None or _place(one) < after][:limit]

    async def incident(self, tenant: str, id: str) -> Incident | None:  # noqa: A002
        return next((one for one in self._incidents(tenant) if one.id == id), None)

    async def current(self, tenant: str, resolved_since: int, most: int) -> list[Incident]:
        found = [
            one
            for one in self._incidents(tenant)
            if one.resolved_at is None or one.resolved_at > resolved_since
        ]
        found.sort(key=lambda one: (one.resolved_at is not None, -one.opened_at, one.id))
        return found[:most]

    async def counts(self, ids: Collection[str]) -> dict[str, NoticeCounts]:
        states: dict[str, list[NoticeState]] = {}
        for one in self._store.tables.notices.values():
            if one.key.incident in ids:
                states.setdefault(one.key.incident, []).append(one.state)
        return {
            name: NoticeCounts(
                theirs.count(NoticeState.SENT),
                sum(state in OWED for state in theirs),
                theirs.count(NoticeState.FAILED),
            )
            for name, theirs in states.items()
        }

    async def timeline(self, id: str) -> list[tuple[int, IncidentEvent]]:  # noqa: A002
        return list(enumerate(self._store.tables.events.get(id, ()), 1))

    async def notices(self, id: str) -> list[StoredNotice]:  # noqa: A002
        return [
            self._notice(one)
            for one in self._store.tables.notices.values()
            if one.key.incident == id
        ]

    async def shown(
        self, tenant: str, after: MessagePlace | None, limit: int
    ) -> list[ShownMessage]:
        sent = [
            one
            for one in self._store.tables.notices.values()
            if one.tenant == tenant
            and one.sent_at is not None
            and one.key.target.endswith("/screen")
        ]
        sent.sort(key=_place_of_message, reverse=True)
        found = [one for one in sent if after is None or _place_of_message(one) < after]
        about = self._store.tables.incidents
        return [
            ShownMessage(self._notice(one), about[one.key.incident], self._told(one))
            for one in found[:limit]
        ]

    async def arranged(self, tenant: str, now: int) -> ArrangedNow:
        tables = self._store.tables
        silences = [
            one for one in tables.silences.values() if one.tenant == tenant and one.ends_at > now
        ]
        overrides = [
            StoredOverride(name, rota, span, "")
            for name, (theirs, rota, span) in tables.overrides.items()
            if theirs == tenant and span.end > now
        ]
        return ArrangedNow(
            sorted(silences, key=lambda one: one.begins_at),
            sorted(overrides, key=lambda one: (one.span.begin, one.id)),
        )

    def _incidents(self, tenant: str) -> list[Incident]:
        if self.away:
            message = "the tables of alerts in PostgreSQL cannot be used (test)"
            raise StoreUnavailable(message)
        return [
            one for one in self._store.tables.incidents.values() if one.subject.tenant == tenant
        ]

    def _notice(self, one: NoticeInMemory) -> StoredNotice:
        about = self._store.tables.incidents[one.key.incident]
        return StoredNotice(
            one.key,
            one.state,
            one.created_at,
            one.due_at,
            one.sent_at,
            one.attempts,
            one.said,
            about.state,
            about.figure,
        )

    def _told(self, message: NoticeInMemory) -> tuple[str, ...]:
        earlier = (
            one.key.target.partition("/")[0]
            for one in self._store.tables.notices.values()
            if one.key.incident == message.key.incident
            and one.sent_at is not None
            and message.sent_at is not None
            and one.sent_at < message.sent_at
        )
        return tuple(dict.fromkeys(earlier))


def _asked(query: IncidentQuery, one: Incident) -> bool:
    return (
        (not query.states or one.state in query.states)
        and (not query.severities or one.severity in query.severities)
        and (not query.queues or one.subject.queue in query.queues)
        and (not query.rules or one.subject.rule in query.rules)
        and (query.since is None or one.opened_at >= query.since)
        and (query.until is None or one.opened_at < query.until)
    )


def _place(one: Incident) -> IncidentPlace:
    return IncidentPlace(one.opened_at, one.id)


def _place_of_message(one: NoticeInMemory) -> MessagePlace:
    key = one.key
    return MessagePlace(one.sent_at or 0, key.incident, key.kind, key.step, key.target)
