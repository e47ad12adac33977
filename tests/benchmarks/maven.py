"""Peers that are Java programs: compiled by Maven when they are first needed."""

import os
import subprocess
from pathlib import Path
from shutil import which


def compiled(folder: Path) -> str | None:
    """Why the program in `folder` cannot run, having tried to compile it; None when it can."""
    if not (which("java") and which("mvn")):
        return "needs a JDK 17 and Maven"
    made = folder / "target" / "lib"
    sources = [folder / "pom.xml", *folder.glob("src/**/*.java")]
    if made.exists() and made.stat().st_mtime > max(one.stat().st_mtime for one in sources):
        return None
    done = subprocess.run(
        ["mvn", "-q", "-B", "compile"],  # noqa: S607
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        os.utime(made)
    return done.stdout[-500:] if done.returncode else None


def classpath(folder: Path) -> str:
    """What java's -cp is told."""
    return f"{folder / 'target' / 'classes'}:{folder / 'target' / 'lib'}/*"


def version(folder: Path, name: str) -> str:
    """The property `name` of the program's pom.xml."""
    text = (folder / "pom.xml").read_text("utf-8")
    return text.partition(f"<{name}>")[2].partition("<")[0]
