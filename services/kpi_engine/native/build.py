"""Builds the core with the system's C compiler, beside its source; needs no header of Python.

python -m floorpulse.kpi_engine.native.build        says what it built, or why it did not
"""

import shutil
import subprocess
import sys
from pathlib import Path

from floorpulse.kpi_engine.native.location import SOURCE, library

COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-O2", "-shared", "-fPIC", "-fvisibility=hidden")
LINKED = ("-lm",)
"""Behind the source, where linkers look for what it wants"""
PYTHON_COMES_LATER = ("-undefined", "dynamic_lookup")
"""For the linker of macOS: the interpreter that loads the core has Python's functions"""


class CannotBuild(Exception):  # noqa: N818  it says what happened
    """The core was not built; the message says why."""


def compiler() -> str:
    """The path of a C compiler. Raises CannotBuild where there is none."""
    for name in COMPILERS:
        path = shutil.which(name)
        if path is not None:
            return path
    message = f"no C compiler is on the path ({', '.join(COMPILERS)}); Python folds, as exactly"
    raise CannotBuild(message)


def build(into: Path, *further: str) -> None:
    """Compile the core to the file `into`, with `further` options. Raises CannotBuild."""
    platform = PYTHON_COMES_LATER if sys.platform == "darwin" else ()
    begun = into.with_suffix(".begun")
    command = (compiler(), *OPTIONS, *further, *platform, str(SOURCE), "-o", str(begun), *LINKED)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  the compiler of this system
    if done.returncode:
        message = f"{command[0]} refused {SOURCE.name}: {done.stderr.strip()[-2000:]}"
        raise CannotBuild(message)
    begun.replace(into)


def main() -> None:
    """Build the core of this version beside its source, and remove those of others."""
    wanted = library()
    try:
        if not wanted.exists():
            build(wanted)
    except (CannotBuild, OSError) as reason:
        print(f"the core of the fold is not built: {reason}")  # noqa: T201  an installer reads it
        return
    for other in wanted.parent.glob("core-*.so"):
        if other != wanted:
            other.unlink()
    print(f"the core of the fold is built: {wanted.name}")  # noqa: T201  see above


if __name__ == "__main__":
    main()
