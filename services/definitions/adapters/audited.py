"""What the audit log has of a loaded set of definitions: which versions came into force and which
went, each with the hash of its text.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from floorpulse.access.audit_chain import Action, AuditEntry
from floorpulse.definitions.domain.in_force import Version


class LoadedSet(NamedTuple):
    """A set that was stored: its number, when (epoch milliseconds), by whom."""

    number: int
    at: int
    actor: str


def loaded(
    before: Iterable[Version], after: Iterable[Version], stored: LoadedSet
) -> list[AuditEntry]:
    """An entry for each tenant of which something changed."""
    old = _standing(before)
    new = _standing(after)
    tenants = {name[0] for name in old.keys() ^ new.keys()}
    return [
        AuditEntry(
            tenant,
            stored.at,
            stored.actor,
            Action.DEFINITIONS_LOADED,
            f"definitions/{stored.number}",
            {
                "came": _told([one for name, one in new.items() if name not in old], tenant),
                "went": _told([one for name, one in old.items() if name not in new], tenant),
            },
        )
        for tenant in sorted(tenants)
    ]


def sha256_of(version: Version) -> str:
    """The hash of a version's text: its fields as the file said them, as JSON."""
    return hashlib.sha256(msgspec.json.encode(version.body, order="sorted")).hexdigest()


def _standing(versions: Iterable[Version]) -> dict[tuple[str, str, str, int], Version]:
    return {
        (one.tenant, one.kind.name, one.id, one.number): one for one in versions if one.standing
    }


def _told(versions: Sequence[Version], tenant: str) -> list[dict[str, object]]:
    return [
        {
            "kind": one.kind.name.lower(),
            "id": one.id,
            "version": one.number,
            "sha256": sha256_of(one),
        }
        for one in versions
        if one.tenant == tenant
    ]
