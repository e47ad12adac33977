"""Peers that are Python packages and must not mix with ours: each gets a virtual environment of its
own beside its program, made when it is first needed.
"""

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).with_name(".pythons")


def python(name: str) -> Path:
    """The interpreter of the environment `name`."""
    return HOME / name / "bin" / "python"


def installed(name: str, *requirements: str) -> str | None:
    """Why the environment `name` cannot have these packages, having tried; None when it has."""
    kept = HOME / name / "requirements.txt"
    wanted = "\n".join(requirements)
    if kept.exists() and kept.read_text("utf-8") == wanted:
        return None
    for command in (
        [sys.executable, "-m", "venv", str(HOME / name)],
        [str(python(name)), "-m", "pip", "install", "--quiet", *requirements],
    ):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            return f"{' '.join(requirements)} cannot be installed: {done.stderr[-300:].strip()}"
    kept.write_text(wanted, "utf-8")
    return None
