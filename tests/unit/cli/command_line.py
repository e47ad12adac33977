"""The command line within the test's own process."""

from typer.testing import CliRunner, Result

from floorpulse.cli.app import app


def run(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, words, env={"COLUMNS": "200", **(env or {})})
