"""Another revision of Floorpulse, checked out and installed beside this one, so that both can be
measured in one run.

python -m tests.benchmarks.checkout REV        prints its folder

It is made when it is first asked for and kept in `.against`, which `make clean` removes.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[2]
KEPT = HERE / ".against"
BUILT = ".against-built"
"""A file of the checkout that says that its environment is whole"""
SAID = 1_500
NOT_HANDED_ON = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VIRTUAL_ENV", "PYTHONPATH"}
"""What a make of another checkout must not hear of this one"""


class NotBuiltError(Exception):
    """The revision is unknown, or its environment cannot be made; the message says why."""


@dataclass(frozen=True)
class Checkout:
    """A revision in a folder of its own and the interpreter that has what it needs."""

    title: str
    folder: Path
    python: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs so that it imports this revision, wherever it is started."""
        return {"PYTHONPATH": str(self.folder), "PYTHONSAFEPATH": "1"}


def this() -> Checkout:
    """The checkout that this file belongs to, as it is, committed or not."""
    return Checkout("Floorpulse", HERE, Path(sys.executable))


def checkout(revision: str) -> Checkout:
    """A revision of this repository, built unless it was built before. Raises NotBuiltError."""
    commit = _said(["git", "rev-parse", "--verify", f"{revision}^{{commit}}"], HERE)
    folder = KEPT / commit[:12]
    if not (folder / BUILT).exists():
        _build(commit, folder)
    python = folder / ".venv" / "bin" / "python"
    return Checkout(f"Floorpulse at {commit[:7]}", folder, python)


def _build(commit: str, folder: Path) -> None:
    """Check it out and let its own Makefile install its own locks, with the Python of this one."""
    if not folder.exists():
        _said(["git", "worktree", "prune"], HERE)
        _said(["git", "worktree", "add", "--quiet", "--detach", str(folder), commit], HERE)
    python = Path(sys.base_prefix) / "bin" / "python3"
    _said(["make", "--no-print-directory", f"PYTHON={python}", "install"], folder)
    (folder / BUILT).touch()


def with_its_own(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process of another checkout: nothing in it leads back to this one."""
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  PATH
        if name not in NOT_HANDED_ON
    }
    return {**inherited, **settings}


def _said(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, env=with_its_own({}), check=False, capture_output=True, text=True
        )
    except FileNotFoundError as absent:
        message = f"`{' '.join(command)}` builds another revision, but {command[0]} is not here"
        raise NotBuiltError(message) from absent
    if done.returncode:
        message = (
            f"`{' '.join(command)}` ended with {done.returncode} in {folder}: "
            f"{(done.stderr or done.stdout)[-SAID:].strip() or 'it said nothing'}"
        )
        raise NotBuiltError(message)
    return done.stdout.strip()


if __name__ == "__main__":
    print(checkout(sys.argv[1]).folder)  # noqa: T201
