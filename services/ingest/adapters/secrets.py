"""Secrets of sources by reference: `env:NAME` or `file:/path`.

Read whenever one is asked for, so that a secret can be changed while the process runs.
"""

import os
from pathlib import Path

MOST_CHARACTERS = 4096


def secret_of(reference: str) -> str | None:
    """The secret, without blanks around it; None where there is none, it is empty, or no secret."""
    scheme, _, where = reference.partition(":")
    text = os.environ.get(where, "") if scheme == "env" else _of_file(where)  # noqa: TID251  the definition names the variable
    return text.strip() or None


def _of_file(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as opened:
            return opened.read(MOST_CHARACTERS)
    except (OSError, ValueError):
        return ""
