"""`floorpulse settle`: a contract's period settled, or a settlement's file verified."""

from pathlib import Path
from typing import Annotated

import typer

from floorpulse.cli.options import Demo
from floorpulse.cli.run import fail, finish, loaded, usable

Contract = Annotated[
    str | None, typer.Option(metavar="ID", help="The contract, by its id in the definitions.")
]
Month = Annotated[str | None, typer.Option(help="The month, such as 2026-10.")]
Week = Annotated[str | None, typer.Option(help="The week, such as 2026-W41.")]
Day = Annotated[str | None, typer.Option(help="The day, such as 2026-10-05.")]
Tenant = Annotated[
    str | None, typer.Option(help="Whose contract; the only tenant's that has it, unless given.")
]
Issue = Annotated[
    bool,
    typer.Option("--issue", help="Issue it at once: from then on corrections are credit notes."),
]
Draft = Annotated[
    bool,
    typer.Option(
        "--draft", help="Also where the period is not final yet; such a draft is never issued."
    ),
]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Write the files of the settlement and its credit notes there."
    ),
]
Verify = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Settle a file's own evidence again, and say what differs."),
]
Stored = Annotated[
    bool,
    typer.Option(
        "--stored", help="With --verify: also count the visits in the database again, and compare."
    ),
]


def settle(
    *,
    contract: Contract = None,
    month: Month = None,
    week: Week = None,
    day: Day = None,
    tenant: Tenant = None,
    issue: Issue = False,
    draft: Draft = False,
    reason: Reason = "",
    out: Out = None,
    verify: Verify = None,
    stored: Stored = False,
    demo: Demo = None,
) -> None:
    """Settle a period of a contract: freeze what both parties sign, or a credit note where what was
    issued no longer holds. With --verify, check a file: exit status 1 where anything differs.
    """
    from floorpulse.cli import settle as operations
    from floorpulse.runtime.settings import Settings

    if verify is not None:
        settings = loaded(Settings, demo) if stored or demo is not None else None
        with usable():
            finish(operations.verify(settings, verify), settings)
    if contract is None:
        fail("say which contract: --contract ID with --month, --week or --day; or --verify FILE")
    settings = loaded(Settings, demo)
    options = operations.SettleOptions(
        contract, month, week, day, tenant, issue=issue, draft=draft, reason=reason
    )
    with usable():
        finish(operations.settle(settings, options, out), settings)
