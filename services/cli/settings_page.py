"""The page of all settings, generated from their classes; the published copy is `docs/settings.md`.

`python -m floorpulse.cli.settings_page > docs/settings.md` writes it anew.
"""

import sys
from collections.abc import Iterator

from floorpulse.cli.settings_catalogue import Setting, group_models, settings_of

HEAD = """# Settings

Settings are environment variables. `floorpulse settings` shows what is in force here and where it
comes from, `--command engine` only what one command reads, and what is wrong with it, `--demo DIR`
what the processes of a running demo read. A value that cannot be used ends a command with a line
that names the variable. A variable `FLOORPULSE_…` that is no setting changes nothing; each command
names it at its start, with the setting that was probably meant.

A whole group may also be one variable that holds JSON: `FLOORPULSE_KAFKA='{"replication": 3}'`;
single variables outrank it.

This page is generated from the code: `make generate`.
"""


def published_settings() -> str:
    """The text of the published page."""
    return "\n".join([HEAD, *_groups()])


def _groups() -> Iterator[str]:
    for group, model in group_models().items():
        settings = list(settings_of([group]))
        said = " ".join((model.__doc__ or "").split()).partition(" `FLOORPULSE")[0]
        readers = ", ".join(f"`{name}`" for name in settings[0].readers)
        yield f"## {group}\n\n{said} Read by {readers}.\n"
        yield "| variable | default | unit | what it is for |"
        yield "| --- | --- | --- | --- |"
        yield from map(_row, settings)
        yield ""


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else "–"
    return f"| `{setting.variable}` | {default} | {setting.unit} | {setting.consequence} |"


if __name__ == "__main__":
    sys.stdout.write(published_settings())
