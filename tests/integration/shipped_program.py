"""Programs that `deploy/` fetches for tests: where they are, or why they are not there."""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest


@cache
def shipped_program(script: Path, required: str, name: str) -> str:
    """Path of a program as a script of `deploy/` tells it; the test is skipped where there is none,
    and fails where the variable `required` is 1.
    """
    found = subprocess.run([script, "where", name], capture_output=True, text=True, check=False)
    if found.returncode and os.environ.get(required) == "1":  # noqa: TID251  a switch of the test run, not of the product
        pytest.fail(f"{required} is set: {found.stderr.strip()}")
    if found.returncode:
        pytest.skip(found.stderr.strip())
    path: str = found.stdout.strip()
    return path
