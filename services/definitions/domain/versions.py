"""Versions: checked definitions get numbers, counted for each definition; what was loaded before
keeps its own.

files   A ──► A' ──► A        the third load is version 1 again: figures that name vip@1 mean the
same for ever
loaded  vip@1  vip@2  vip@1
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.in_force import Version
from floorpulse.definitions.domain.shape import Entry

Key = tuple[str, Kind, str, int]
"""(tenant, kind, id, number) of a version"""


def key_of(version: Version) -> Key:
    """What tells a version from all others."""
    return version.tenant, version.kind, version.id, version.number


def numbered(entries: Iterable[Entry], known: Iterable[Version]) -> list[Version]:
    """The versions that stand once `entries` are loaded, and those known before that stand no
    longer.
    """
    versions: dict[tuple[str, Kind, str], list[Version]] = {}
    for one in known:
        versions.setdefault((one.tenant, one.kind, one.id), []).append(replace(one, standing=False))
    for entry in sorted(entries, key=lambda one: (one.key, one.body.valid_from or "")):
        _stand(entry, versions.setdefault(entry.key, []))
    return [one for theirs in versions.values() for one in theirs]


def _stand(entry: Entry, versions: list[Version]) -> None:
    for place, one in enumerate(versions):
        if one.body == entry.body:
            versions[place] = replace(one, standing=True)
            return
    number = max((one.number for one in versions), default=0) + 1
    versions.append(Version(entry.tenant, entry.kind, entry.id, number, entry.body))


def standing(versions: Sequence[Version]) -> list[Key]:
    """Which versions stand, sorted: two loads with the same are the same."""
    return sorted(key_of(one) for one in versions if one.standing)
