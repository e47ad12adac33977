"""`floorpulse audit …`: list, export, verify."""

from pathlib import Path
from typing import Annotated

import typer

from floorpulse.cli.options import Demo
from floorpulse.cli.run import finish, loaded, usable

audit = typer.Typer(
    help="The audit log: who did what, each entry bound to the one before by its hash.",
    no_args_is_help=True,
)

Tenant = Annotated[str, typer.Option(help="Whose log.")]
Since = Annotated[
    str | None, typer.Option("--from", help="Done at or after: 2026-11-11T09:00:00+08:00.")
]
Until = Annotated[str | None, typer.Option("--to", help="Done before.")]


@audit.command("list")
def audit_list(tenant: Tenant, since: Since = None, until: Until = None, demo: Demo = None) -> None:
    """Show the latest hundred entries."""
    from floorpulse.cli import audit as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    with usable():
        work = operations.listing(settings, operations.choice_of(tenant, since, until))
    finish(work, settings)


@audit.command("export")
def audit_export(
    tenant: Tenant, since: Since = None, until: Until = None, demo: Demo = None
) -> None:
    """Write entries as NDJSON to standard output; whole, it is what `verify --file` reads."""
    from floorpulse.cli import audit as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    with usable():
        work = operations.export(settings, operations.choice_of(tenant, since, until))
    finish(work, settings)


@audit.command("verify")
def audit_verify(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's log.")] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option(
            help="A place that is known from elsewhere, NUMBER:HASH, as it was printed then; "
            "repeat the option for more. Needs --tenant or --file."
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="An export, instead of the database.", exists=True)
    ] = None,
    demo: Demo = None,
) -> None:
    """Find entries that were changed, removed, inserted or moved, and say which; 1 where there are
    any.
    """
    from floorpulse.cli import audit as operations
    from floorpulse.runtime.settings import Settings

    with usable():
        if file is not None:
            raise typer.Exit(operations.verify_file(file, anchor or ()))
        if anchor and tenant is None:
            message = "an anchor is a place in one tenant's log: say whose, --tenant"
            raise ValueError(message)
    settings = loaded(Settings, demo)
    with usable():
        known = operations.anchors_of(anchor or ())
    finish(operations.verify(settings, tenant, known), settings)
