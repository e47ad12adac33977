"""Commands in groups: `floorpulse keys …`, `floorpulse definitions …`, `floorpulse rules …`,
`floorpulse letters …`.
"""

from pathlib import Path
from typing import Annotated

import typer

from floorpulse.cli.options import AsJson, Demo
from floorpulse.cli.run import finish, loaded, usable

SCOPES = (
    "Scopes: events:write kpi:read agents:read alerts:read alerts:write metrics:read "
    "contracts:read settlements:write audit:read admin."
)

keys = typer.Typer(
    help=f"API keys: who may send events and read figures. {SCOPES}", no_args_is_help=True
)
definitions = typer.Typer(
    help="Definitions: what figures mean; `floorpulse check` says what is wrong with them.",
    no_args_is_help=True,
)

rules = typer.Typer(
    help="Rules: who is told when; `floorpulse check` says what is wrong with them.",
    no_args_is_help=True,
)

letters = typer.Typer(
    help="Dead letters: events that could not be counted, and why. `floorpulse redrive` gives "
    "repaired ones to the engine.",
    no_args_is_help=True,
)

Tenant = Annotated[
    str, typer.Option(help="Whose events and figures: lower-case letters, digits, inner hyphens.")
]
Label = Annotated[str, typer.Option(help="What the key is for, in your words.")]
Scope = Annotated[list[str], typer.Option(help="What it may do; repeat the option for more.")]
Expires = Annotated[
    str | None,
    typer.Option(help="When it ends: 90d, 12h, 2027-01-31T00:00:00Z. Never, unless given."),
]
Contract = Annotated[
    str | None,
    typer.Option(
        help="Only this contract's queues and channels, read-only, without agents: for a client."
    ),
]


@definitions.command("load")
def definitions_load(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the files of definitions.")
    ],
    demo: Demo = None,
) -> None:
    """Check definitions and put them into force in every API process; the same again changes
    nothing.
    """
    from floorpulse.cli import definitions as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    finish(operations.load(settings, folder), settings)


@definitions.command("calendar")
def definitions_calendar(
    country: Annotated[str, typer.Option(help="ISO 3166 code of the country, such as CN.")],
    year: Annotated[int, typer.Option(help="The year.", min=1900, max=2100)],
    subdivision: Annotated[
        str | None, typer.Option(help="A part of the country, such as BY of DE.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Of the holidays' names, such as zh_CN; its own unless given."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--id", help="Id of the calendar; cn-2026 or the like unless given."),
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(help="Opening hours of a working day; repeat it for split shifts."),
    ] = None,
) -> None:
    """Print a business calendar with a country's public holidays and make-up workdays, to go into a
    file of definitions.
    """
    from floorpulse.cli import definitions as operations

    raise typer.Exit(
        operations.calendar(country, subdivision, year, language, name, hours or ["09:00-18:00"])
    )


@keys.command("create")
def keys_create(
    tenant: Tenant,
    scope: Scope,
    label: Label = "",
    expires: Expires = None,
    contract: Contract = None,
    demo: Demo = None,
) -> None:
    """Make a key and print its token: the only time it can be seen."""
    from floorpulse.cli import keys as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    with usable():
        wanted = operations.WantedKey(tenant, label, scope, expires, contract)
        finish(operations.create(settings, wanted), settings)


@keys.command("list")
def keys_list(*, as_json: AsJson = False, demo: Demo = None) -> None:
    """Show all keys, without their secrets."""
    from floorpulse.cli import keys as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    finish(operations.listing(settings, as_json=as_json), settings)


@keys.command("revoke")
def keys_revoke(
    key_id: Annotated[str, typer.Argument(help="The id: the middle part of fp_<id>_<secret>.")],
    demo: Demo = None,
) -> None:
    """End a key within seconds, everywhere."""
    from floorpulse.cli import keys as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    finish(operations.revoke(settings, key_id), settings)


@rules.command("test")
def rules_test(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A file of definitions with rules; what it does not define is taken from what is "
            "stored.",
        ),
    ],
    since: Annotated[
        str, typer.Option("--from", help="Where the span begins: 2026-11-11T09:00:00+08:00.")
    ],
    until: Annotated[
        str | None, typer.Option("--to", help="Where it ends; now, unless given.")
    ] = None,
    *,
    rule: Annotated[str | None, typer.Option(help="Only this one of the file's rules.")] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Whose history; the file's tenant, unless given.")
    ] = None,
    queue: Annotated[
        str | None, typer.Option(help="As if the floor had no queue but this one.")
    ] = None,
    every: Annotated[
        str,
        typer.Option(help="How often to look: 1s tells what live evaluation told; 60s is quick."),
    ] = "10s",
    as_json: AsJson = False,
    demo: Demo = None,
) -> None:
    """Replay rules over stored history: when they would have fired and resolved, with which
    figures, and what kept them from firing. Nothing is stored, nobody is told.
    """
    from floorpulse.cli import rules as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    options = operations.RuleTestOptions(
        file, since, until, every, tenant, rule, queue, as_json=as_json
    )
    with usable():
        finish(operations.test(settings, options), settings)


OfTenant = Annotated[str | None, typer.Option("--tenant", help="Only this tenant's.")]
OfReason = Annotated[
    list[str] | None,
    typer.Option("--reason", help="Only of this reason; repeat the option for more."),
]
Since = Annotated[
    str | None, typer.Option("--from", help="Refused at or after: 2026-11-11T09:00:00+08:00.")
]
Until = Annotated[str | None, typer.Option("--to", help="Refused before.")]


@letters.command("list")
def letters_list(
    *,
    tenant: OfTenant = None,
    reason: OfReason = None,
    since: Since = None,
    until: Until = None,
    most: Annotated[int, typer.Option(help="The latest so many.", min=1)] = 100,
    as_json: AsJson = False,
    demo: Demo = None,
) -> None:
    """Show the latest letters: place, instant, tenant, reason, and what exactly was wrong."""
    from floorpulse.cli import letters as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    options = operations.LetterOptions(tenant, tuple(reason or ()), since, until)
    with usable():
        work = operations.listing(settings, options.query(), most, as_json=as_json)
    finish(work, settings)


@letters.command("show")
def letters_show(
    place: Annotated[str, typer.Argument(help="partition/offset, as `list` shows it.")],
    demo: Demo = None,
) -> None:
    """Print one letter whole."""
    from floorpulse.cli import letters as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    with usable():
        work = operations.show(settings, operations.placed(place))
    finish(work, settings)


@letters.command("export")
def letters_export(
    file: Annotated[str, typer.Argument(help="Where to; - for standard output.")],
    *,
    tenant: OfTenant = None,
    reason: OfReason = None,
    since: Since = None,
    until: Until = None,
    demo: Demo = None,
) -> None:
    """Write letters as NDJSON: repair each line's `event`, then `floorpulse redrive FILE`."""
    from floorpulse.cli import letters as operations
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    options = operations.LetterOptions(tenant, tuple(reason or ()), since, until)
    with usable():
        work = operations.export(settings, options.query(), file)
    finish(work, settings)
