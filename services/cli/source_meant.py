"""What is known of a source beside its records, out of the definitions that name it."""

from pathlib import Path
from typing import TYPE_CHECKING

from floorpulse.cli.run import fail

if TYPE_CHECKING:
    from floorpulse.ingest.sources.source import SourceSettings


def settings_of_source(source: str, folder: Path | None) -> "SourceSettings":
    """The settings of the source of this id in a folder of definitions; nothing but its name where
    no folder is given. Ends the command where the folder does not tell it.
    """
    from floorpulse.ingest.sources.source import SourceSettings

    return SourceSettings(source) if folder is None else _defined(source, folder)


def _defined(source: str, folder: Path) -> "SourceSettings":
    from floorpulse.cli.definitions import checked
    from floorpulse.definitions.domain.bodies import SourceBody, TenantBody
    from floorpulse.ingest.configured import settings_of

    found = checked(folder)
    if found.mistakes:
        fail(f"{found.mistakes[0]}; floorpulse check {folder} says all")
    known = [
        (one.tenant, one.body)
        for one in found.entries
        if isinstance(one.body, SourceBody) and one.body.id == source
    ]
    if len(known) > 1:
        tenants = ", ".join(sorted(tenant for tenant, _ in known))
        fail(f"{folder}: tenants {tenants} have a source {source!r} each; give a folder of one")
    if not known:
        fail(f"{folder}: there is no source {source!r} under `sources:`; --source is its id there")
    tenant, body = known[0]
    zones = [
        one.body.zone
        for one in found.entries
        if isinstance(one.body, TenantBody) and one.tenant == tenant
    ]
    return settings_of(body, zones[-1] if zones else None)
