"""Lists of contacts at risk in memory; `tests/contract` holds them and PostgreSQL's to the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from floorpulse.alerts.domain.follow_up import (
    BEING_SEEN_TO,
    Done,
    FollowUpRefused,
    FollowUpState,
    ListedContact,
    followed_up,
)
from floorpulse.alerts.watch.ports import DueContact, ListCounts, ListPlace, ListQuery

Key = tuple[str, date, str]
"""(tenant, day, contact)"""


class MemoryRiskLists:
    """A `RiskLists` in memory."""

    def __init__(self) -> None:
        self.lines: dict[Key, ListedContact] = {}

    async def put(
        self, tenant: str, assessed: Collection[str], at_risk: Sequence[DueContact], now: int
    ) -> None:
        listed = {(tenant, one.at_risk.day, one.at_risk.contact) for one in at_risk}
        self.lines = {
            key: line
            for key, line in self.lines.items()
            if key in listed
            or key[0] != tenant
            or line.contact not in assessed
            or not untouched(line)
        }
        for one in at_risk:
            self._put(tenant, one, now)

    def _put(self, tenant: str, one: DueContact, now: int) -> None:
        found = one.at_risk
        key = tenant, found.day, found.contact
        known = self.lines.get(key)
        if known is None:
            self.lines[key] = ListedContact(
                tenant,
                found.day,
                found.contact,
                found.queue,
                found.reasons,
                FollowUpState.OPEN,
                None,
                one.due_at,
                now,
                "",
            )
            return
        due = one.due_at if untouched(known) else known.due_at
        changed = replace(known, queue=found.queue, reasons=found.reasons, due_at=due)
        self.lines[key] = known if changed == known else replace(changed, updated_at=now)

    async def page(
        self, query: ListQuery, after: ListPlace | None, limit: int
    ) -> Sequence[ListedContact]:
        mine = (
            line
            for line in self.lines.values()
            if (line.tenant, line.day) == (query.tenant, query.day)
            and (not query.states or line.state in query.states)
            and (after is None or place(line) > after)
        )
        return sorted(mine, key=place)[:limit]

    async def follow_up(
        self, tenant: str, contact: str, done: Done, now: int
    ) -> ListedContact | FollowUpRefused | None:
        keys = [key for key in self.lines if (key[0], key[2]) == (tenant, contact)]
        if not keys:
            return None
        changed = followed_up(self.lines[max(keys)], done, now)
        if isinstance(changed, ListedContact):
            self.lines[max(keys)] = changed
        return changed

    async def counts(self, now: int) -> Mapping[tuple[str, FollowUpState], ListCounts]:
        found: dict[tuple[str, FollowUpState], ListCounts] = {}
        for line in self.lines.values():
            if line.state in BEING_SEEN_TO:
                before = found.get((line.tenant, line.state), ListCounts(0, 0))
                found[line.tenant, line.state] = ListCounts(
                    before.lines + 1, before.overdue + (line.due_at < now)
                )
        return found

    async def forget(self, tenant: str, before: date) -> None:
        self.lines = {
            key: line for key, line in self.lines.items() if key[0] != tenant or key[1] >= before
        }


def untouched(line: ListedContact) -> bool:
    """Whether nobody has done anything with it yet."""
    return line.state is FollowUpState.OPEN and line.owner is None and not line.comment


def place(line: ListedContact) -> ListPlace:
    """Where a line stands on its list."""
    return line.due_at, line.contact
