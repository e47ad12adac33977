"""The core in C held against the Python fold over many logs, on a build with AddressSanitizer and
UndefinedBehaviorSanitizer where that is asked for.

python -m tests.reliability.fold_fuzz [--logs 1000] [--first 0] [--sanitized]
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

from floorpulse.kpi_engine.native.build import build, compiler
from floorpulse.kpi_engine.native.core import Core
from tests.fakes.twin_folds import Twins

SANITIZED = (
    "-g",
    "-O1",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)
CONTACTS = 80
MODULE = "tests.reliability.fold_fuzz"


def fuzz(file: Path, first: int, logs: int) -> None:
    """Logs by their numbers. AssertionError at the first that both folds do not fold alike."""
    core = Core(file)
    for seed in range(first, first + logs):
        try:
            asyncio.run(Twins(core, Random(seed)).run(CONTACTS))
        except AssertionError as wrong:
            message = f"log {seed}: {wrong}"
            raise AssertionError(message) from wrong


def run(*, first: int, logs: int, sanitized: bool) -> int:
    """Build the core and fuzz it in a process of its own; its exit code."""
    with tempfile.TemporaryDirectory(prefix="floorpulse-fold-") as folder:
        file = Path(folder) / "core.so"
        build(file, *(SANITIZED if sanitized else ()))
        command = [sys.executable, "-m", MODULE, "--file", str(file)]
        command += ["--first", str(first), "--logs", str(logs)]
        return subprocess.run(
            command, env=_environment(sanitized=sanitized), check=False
        ).returncode


def _environment(*, sanitized: bool) -> dict[str, str] | None:
    """Python is not built with the sanitizers, so they must be there before it."""
    if not sanitized:
        return None
    asked = subprocess.run(
        [compiler(), "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    )
    options = "detect_leaks=0:halt_on_error=1"
    return {
        "PATH": "/usr/bin:/bin",
        "LD_PRELOAD": asked.stdout.strip(),
        "ASAN_OPTIONS": options,
        "PYTHONMALLOC": "malloc",
    }


def main() -> int:
    """What is asked for on the command line; an exit code."""
    parser = argparse.ArgumentParser(prog="tests.reliability.fold_fuzz", description=__doc__)
    parser.add_argument("--logs", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--sanitized", action="store_true", help="with both sanitizers")
    parser.add_argument("--file", type=Path, help="fuzz this build, in this process")
    told = parser.parse_args()
    if told.file is None:
        return run(first=told.first, logs=told.logs, sanitized=told.sanitized)
    fuzz(told.file, told.first, told.logs)
    print(f"{told.logs} logs: 0 differ")  # noqa: T201  who runs it reads it
    return 0


if __name__ == "__main__":
    sys.exit(main())
