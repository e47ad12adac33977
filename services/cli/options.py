"""Options that several commands take, and what their help says."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Demo = Annotated[
    Path | None,
    typer.Option(
        "--demo",
        metavar="DIR",
        help="State folder of a running demo (.floorpulse): its servers instead of the "
        "environment's.",
    ),
]
Url = Annotated[
    str | None,
    typer.Option("--to", help="Address of the Floorpulse that takes the events; or --demo."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="File that holds an API key with the scope events:write; or --demo."),
]
ScenarioName = Annotated[str, typer.Option(help="quiet, normal or double-eleven.")]
SpeaksFor = Annotated[
    str,
    typer.Option(
        "--source", help="Who the source speaks for, such as asterisk:pbx1; one name a platform."
    ),
]
PositionPath = Annotated[
    Path | None,
    typer.Option(
        "--position",
        metavar="FILE",
        help="File that keeps how far it has come; without it each run begins at the beginning.",
    ),
]
