"""The tables of alerts in memory: transactions that are stored whole, or refused where another one
changed the same rows in between.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from floorpulse.access.audit_chain import AuditEntry
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState
from floorpulse.alerts.domain.decisions import IncidentEvent
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.notices import NoticeKey, NoticeKind, NoticeState
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Silence
from floorpulse.alerts.incidents.ports import Change, ClaimedNotice, Known, LeaseLost, LeaseRow
from floorpulse.runtime.unavailable import StoreUnavailable

SOON = 1000
HOURS = 2 * 3_600_000


@dataclass(frozen=True)
class StoredNotice:
    """A row of the table `notice`."""

    key: NoticeKey
    tenant: str
    created_at: int
    due_at: int | None
    state: NoticeState = NoticeState.PENDING
    attempts: int = 0
    epoch: int = 0
    sent_at: int | None = None
    said: str = ""


@dataclass
class Tables:
    """All rows, by their keys."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    events: dict[str, tuple[IncidentEvent, ...]] = field(default_factory=dict)
    notices: dict[NoticeKey, StoredNotice] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    overrides: dict[str, tuple[str, str, Span]] = field(default_factory=dict)
    states: dict[Subject, AlertState] = field(default_factory=dict)
    audited: dict[str, AuditEntry] = field(default_factory=dict)


NAMES = ("incidents", "events", "notices", "silences", "overrides", "states", "audited")


class MemoryIncidents:
    """Incidents and the lease; `now` is the server's clock, epoch milliseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.tables = Tables()
        self.holder = ""
        self.epoch = 0
        self.until = 0
        self.now = now

    async def look(self) -> LeaseRow:
        return LeaseRow(self.holder, self.epoch, self.until, self.now())

    async def take(self, holder: str, seen: LeaseRow, span: int) -> int | None:
        now = self.now()
        if (seen.epoch, seen.until) != (self.epoch, self.until) or self.until > now:
            return None
        self.holder, self.epoch, self.until = holder, self.epoch + 1, now + span
        return self.epoch

    async def renew(self, holder: str, epoch: int, span: int) -> bool:
        if (holder, epoch) != (self.holder, self.epoch):
            return False
        self.until = self.now() + span
        return True

    async def release(self, holder: str, epoch: int) -> None:
        if (holder, epoch) == (self.holder, self.epoch):
            self.until = 0

    @asynccontextmanager
    async def transaction(self, epoch: int | None = None) -> AsyncIterator["MemoryTransaction"]:
        work = self.begin(epoch)
        yield work
        self.commit(work)

    def begin(self, epoch: int | None) -> "MemoryTransaction":
        if epoch is not None and epoch != self.epoch:
            message = f"epoch {epoch} was followed by {self.epoch}: another replica acts"
            raise LeaseLost(message)
        copied = Tables(**{name: dict(getattr(self.tables, name)) for name in NAMES})
        return MemoryTransaction(copied, self.now())

    def commit(self, work: "MemoryTransaction") -> None:
        for name, key in work.touched:
            if getattr(self.tables, name).get(key) is not work.begun.get((name, key)):
                message = f"another transaction changed {name} {key}"
                raise StoreUnavailable(message)
        for name, key in work.touched:
            rows = getattr(self.tables, name)
            after = getattr(work.tables, name).get(key)
            if after is None:
                rows.pop(key, None)
            else:
                rows[key] = after

    async def open_incidents(self) -> list[Incident]:
        return [one for one in self.tables.incidents.values() if one.resolved_at is None]

    async def overdue_notices(self, late: int) -> int:
        edge = self.now() - late
        dues = (one.due_at for one in self.tables.notices.values())
        return sum(due is not None and due < edge for due in dues)


class MemoryTransaction:
    """An open transaction on copies of the tables."""

    def __init__(self, tables: Tables, now: int) -> None:
        self.tables = tables
        self.now = now
        self.touched: list[tuple[str, object]] = []
        self.begun: dict[tuple[str, object], object] = {}

    def _put(self, name: str, key: object, row: object) -> None:
        rows = getattr(self.tables, name)
        if (name, key) not in self.begun:
            self.begun[name, key] = rows.get(key)
            self.touched.append((name, key))
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row

    async def incident(self, tenant: str, id: str) -> Incident | None:  # noqa: A002
        found = self.tables.incidents.get(id)
        return found if found is not None and found.subject.tenant == tenant else None

    async def incident_of_task(self, tenant: str, receiver: str, id: str) -> Incident | None:  # noqa: A002
        mine = [
            one
            for one in self.tables.incidents.values()
            if one.subject.tenant == tenant
            and any((task.receiver, task.id) == (receiver, id) for task in one.tasks)
        ]
        return max(mine, key=lambda one: (one.opened_at, one.id), default=None)

    async def open_incidents(self, subjects: Collection[Subject]) -> dict[Subject, Incident]:
        every = self.tables.incidents.values()
        still = (one for one in every if one.resolved_at is None)
        return {one.subject: one for one in still if one.subject in subjects}

    async def open_of(self, tenant: str) -> list[Incident]:
        every = sorted(self.tables.incidents.values(), key=lambda one: one.id)
        return [one for one in every if one.resolved_at is None and one.subject.tenant == tenant]

    async def due_incidents(self, most: int) -> list[Incident]:
        every = self.tables.incidents.values()
        due = [one for one in every if one.next_at is not None and one.next_at <= self.now]
        return sorted(due, key=lambda one: (one.next_at, one.id))[:most]

    async def known(self, incidents: Collection[Incident]) -> dict[str, Known]:
        return {one.id: self._known(one) for one in incidents}

    def _known(self, incident: Incident) -> Known:
        tenant = incident.subject.tenant
        silences = [
            one
            for one in self.tables.silences.values()
            if one.tenant == tenant and one.ends_at > self.now
        ]
        overrides: dict[str, list[Span]] = {}
        for _, (owner, rota, span) in sorted(self.tables.overrides.items()):
            if owner == tenant and span.end > self.now:
                overrides.setdefault(rota, []).append(span)
        flapped_at = self._flapped_at(incident.subject) if incident.flapping else None
        return Known(silences, overrides, self._told(incident.id), flapped_at)

    def _told(self, incident: str) -> tuple[str, ...]:
        kinds = (NoticeKind.OPENED, NoticeKind.REASSIGNED)
        out = (NoticeState.SENT, NoticeState.SENDING)
        found = {
            one.key.target
            for one in self.tables.notices.values()
            if one.key.incident == incident
            and one.key.kind in kinds
            and (one.state in out or (one.attempts > 0 and one.state is not NoticeState.FAILED))
        }
        return tuple(sorted(found))

    def _flapped_at(self, subject: Subject) -> int | None:
        mine = {one.id for one in self.tables.incidents.values() if one.subject == subject}
        made = (
            one.created_at
            for one in self.tables.notices.values()
            if one.key.kind is NoticeKind.FLAPPING and one.key.incident in mine
        )
        return max((at for at in made if at > self.now - HOURS), default=None)

    async def store(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._store(change)

    def _store(self, change: Change) -> None:
        decision = change.decision
        incident = decision.incident
        if change.before is None and incident.id in self.tables.incidents:
            return
        if change.before is not None:
            incident = replace(incident, revision=change.before.revision + 1)
        self._put("incidents", incident.id, incident)
        known = self.tables.events.get(incident.id, ())
        self._put("events", incident.id, (*known, *decision.events))
        if decision.withdraw:
            self._withdraw(incident.id)
        for owed in decision.notices:
            key = NoticeKey(incident.id, owed.kind, owed.step, owed.target)
            if key not in self.tables.notices:
                new = StoredNotice(key, incident.subject.tenant, self.now, self.now)
                self._put("notices", key, new)

    def _withdraw(self, incident: str) -> None:
        for one in list(self.tables.notices.values()):
            mine = one.key.incident == incident and one.key.kind is NoticeKind.OPENED
            if mine and one.state is NoticeState.PENDING:
                gone = replace(one, state=NoticeState.WITHDRAWN, due_at=None)
                self._put("notices", one.key, gone)
                self._no_later(one, self.now + SOON, but=incident)

    def _no_later(self, like: StoredNotice, at: int, but: str = "") -> None:
        for one in self._pending(like.tenant, like.key.target):
            if one.key.incident != but and one.due_at is not None and one.due_at > at:
                self._put("notices", one.key, replace(one, due_at=at))

    def _pending(self, tenant: str, target: str) -> list[StoredNotice]:
        return [
            one
            for one in self.tables.notices.values()
            if one.state is NoticeState.PENDING and (one.tenant, one.key.target) == (tenant, target)
        ]

    async def audit(self, entries: Sequence[AuditEntry]) -> None:
        for entry in entries:
            self._put("audited", entry.canonical, entry)

    async def store_states(self, states: Mapping[Subject, AlertState]) -> None:
        for subject, state in states.items():
            self._put("states", subject, None if state == INACTIVE else state)

    async def add_silence(self, silence: Silence) -> None:
        self._put("silences", silence.id, silence)

    async def end_silence(self, tenant: str, id: str) -> bool:  # noqa: A002
        found = self.tables.silences.get(id)
        if found is None or found.tenant != tenant or found.ends_at <= self.now:
            return False
        self._put("silences", id, replace(found, ends_at=self.now))
        return True

    async def add_override(self, tenant: str, rota: str, span: Span, by: tuple[str, str]) -> None:
        self._put("overrides", by[0], (tenant, rota, span))

    async def end_override(self, tenant: str, id: str) -> bool:  # noqa: A002
        owner, rota, span = self.tables.overrides.get(id, ("", "", Span(0, 0, "")))
        if owner != tenant or span.end <= self.now:
            return False
        self._put("overrides", id, (owner, rota, replace(span, end=self.now)))
        return True

    async def claim_notices(
        self, epoch: int, most: int, span: int, under_way: Collection[str] = ()
    ) -> list[ClaimedNotice]:
        every = self.tables.notices.values()
        due = [
            one for one in every if self._claimable(one, epoch) and str(one.key) not in under_way
        ]
        due.sort(key=lambda one: (one.due_at, one.created_at, one.key))
        claimed = []
        for one in due[:most]:
            taken = replace(
                one,
                state=NoticeState.SENDING,
                epoch=epoch,
                due_at=self.now + span,
                attempts=one.attempts + 1,
            )
            self._put("notices", one.key, taken)
            claimed.append(taken)
        return [self._claim(one) for one in claimed]

    def _claimable(self, one: StoredNotice, epoch: int) -> bool:
        if one.due_at is None or one.due_at > self.now:
            return False
        return one.state is NoticeState.PENDING or one.epoch <= epoch

    def _claim(self, one: StoredNotice) -> ClaimedNotice:
        incident = self.tables.incidents[one.key.incident]
        told = (target.partition("/")[0] for target in self._told(incident.id))
        return ClaimedNotice(
            one.key,
            one.tenant,
            self.now,
            one.attempts,
            one.created_at,
            incident,
            tuple(dict.fromkeys(told)),
        )

    def _settle(self, claim: ClaimedNotice, epoch: int, state: NoticeState, **more: object) -> bool:
        one = self.tables.notices[claim.key]
        if one.epoch != epoch or one.state not in (NoticeState.SENDING, state):
            return False
        self._put("notices", one.key, replace(one, state=state, **more))  # type: ignore[arg-type]
        return True

    async def notice_sent(self, claim: ClaimedNotice, epoch: int, answer: str) -> bool:
        return self._settle(
            claim, epoch, NoticeState.SENT, due_at=None, said=answer, sent_at=self.now
        )

    async def notice_pending(
        self, claim: ClaimedNotice, epoch: int, due_at: int, answer: str
    ) -> bool:
        if not self._settle(claim, epoch, NoticeState.PENDING, due_at=due_at, said=answer):
            return False
        incident = self.tables.incidents[claim.key.incident]
        opened = claim.key.kind is NoticeKind.OPENED
        if opened and incident.state is not IncidentState.FIRING:
            one = self.tables.notices[claim.key]
            self._put("notices", one.key, replace(one, state=NoticeState.WITHDRAWN, due_at=None))
        return True

    async def notice_failed(self, claim: ClaimedNotice, epoch: int, answer: str) -> bool:
        return self._settle(claim, epoch, NoticeState.FAILED, due_at=None, said=answer)

    async def first_in_line(self, claim: ClaimedNotice) -> bool:
        mine = (claim.created_at, claim.key.incident)
        waiting = self._pending(claim.tenant, claim.key.target)
        return not any(
            (one.created_at, one.key.incident) < mine for one in waiting if one.attempts > 0
        )

    async def bring_forward(self, tenant: str, target: str) -> None:
        for one in self._pending(tenant, target):
            if one.due_at is not None and one.due_at > self.now:
                self._put("notices", one.key, replace(one, due_at=self.now))

    async def unfailed(self, incident: str, kind: NoticeKind, step: int) -> bool:
        named = (incident, kind, step)
        return any(
            one.state is not NoticeState.FAILED
            for one in self.tables.notices.values()
            if (one.key.incident, one.key.kind, one.key.step) == named
        )
