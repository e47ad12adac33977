"""All versions of all definitions, and what was in force when.

version 1   ├──────────────────────────────────────────►
version 2                 valid_from ├─────────────────►
at(t)          version 1             │   version 2
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from floorpulse.counting.days import first_instant
from floorpulse.definitions.domain.bodies import Kind, TenantBody
from floorpulse.definitions.domain.in_force import UTC, InForce, Version
from floorpulse.definitions.domain.terms import Body


class TenantDefinitions:
    """All versions of one tenant's definitions; `zone` is that of its days as its newest version
    says, None where none does.
    """

    def __init__(self, versions: Sequence[Version]) -> None:
        self.versions = tuple(versions)
        standing = [one for one in versions if one.standing]
        self.zone = _zone(standing)
        zone = self.zone or UTC
        self._begins = sorted({0, *(begin_of(one.body, zone) for one in standing)})
        self._states = [_state(standing, begin, zone) for begin in self._begins]

    def at(self, instant: int) -> InForce:
        """What is in force at an instant, epoch milliseconds."""
        return self._states[max(0, bisect_right(self._begins, instant) - 1)]

    def during(self, begin: int, end: int) -> Sequence[InForce]:
        """What is in force at some instant of [begin, end)."""
        first = max(0, bisect_right(self._begins, begin) - 1)
        return self._states[first : max(first + 1, bisect_right(self._begins, end - 1))]

    @property
    def states(self) -> Sequence[InForce]:
        """What was, is and will be in force, in the order of time."""
        return self._states

    @property
    def dated(self) -> Iterator[tuple[int, InForce]]:
        """The same, each with its first instant, epoch milliseconds; the first is 0."""
        return zip(self._begins, self._states, strict=True)

    @cached_property
    def ids(self) -> Mapping[Kind, Collection[str]]:
        """The ids of each kind that stand, whenever they are in force."""
        found: defaultdict[Kind, dict[str, None]] = defaultdict(dict)
        for one in self.versions:
            if one.standing:
                found[one.kind][one.id] = None
        return {kind: ids.keys() for kind, ids in found.items()}

    def service_levels(self, id: str) -> list[Version]:  # noqa: A002  as everybody calls it
        """Every version of a service-level policy, also of one that is no longer in force anywhere,
        ascending.
        """
        return [one for one in self.versions if one.kind is Kind.SERVICE_LEVEL and one.id == id]


def _zone(standing: Iterable[Version]) -> ZoneInfo | None:
    zones = [
        (one.body.valid_from or "", one.body.zone)
        for one in standing
        if isinstance(one.body, TenantBody) and one.body.zone
    ]
    return ZoneInfo(max(zones)[1]) if zones else None


def begin_of(body: Body, zone: ZoneInfo) -> int:
    """The first instant of a definition's validity, epoch milliseconds; 0: ever since."""
    return (
        0 if body.valid_from is None else first_instant(date.fromisoformat(body.valid_from), zone)
    )


def _state(standing: Sequence[Version], at: int, zone: ZoneInfo) -> InForce:
    valid = [one for one in standing if begin_of(one.body, zone) <= at]
    versions: dict[Kind, dict[str, Version]] = {}
    for one in sorted(valid, key=lambda version: begin_of(version.body, zone)):
        versions.setdefault(one.kind, {})[one.id] = one
    return InForce(versions)


_NOBODY = TenantDefinitions(())


class Definitions:
    """The definitions of all tenants; `number` and `loaded_at` are those of the stored set, 0 where
    none is stored.
    """

    def __init__(
        self, versions: Iterable[Version] = (), number: int = 0, loaded_at: int = 0
    ) -> None:
        self.number = number
        self.loaded_at = loaded_at
        self.versions = tuple(versions)
        mine: dict[str, list[Version]] = {}
        for one in sorted(
            self.versions, key=lambda version: (version.kind, version.id, version.number)
        ):
            mine.setdefault(one.tenant, []).append(one)
        self._tenants = {tenant: TenantDefinitions(theirs) for tenant, theirs in mine.items()}

    def of(self, tenant: str) -> TenantDefinitions:
        """The definitions of a tenant; nothing where it has none."""
        return self._tenants.get(tenant, _NOBODY)

    @property
    def tenants(self) -> Collection[str]:
        """The tenants that have any."""
        return self._tenants.keys()

    def at(self, tenant: str, instant: int) -> InForce:
        """What is in force for a tenant at an instant."""
        return self.of(tenant).at(instant)


NOTHING = Definitions()
"""No definitions: the defaults hold"""
