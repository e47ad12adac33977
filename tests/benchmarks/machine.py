"""Where a benchmark runs: which core is whose, and what CPU a process has used."""

import os
import platform
import subprocess
from functools import cache
from pathlib import Path

import psutil

CPU_INFO = Path("/proc/cpuinfo")


@cache
def cores() -> tuple[set[int], set[int]]:
    """The core of the system under test, and the cores of everything else; the same where there is only one.

    As this process may use at its first call: call it before giving up any.
    """
    mine = sorted(os.sched_getaffinity(0))
    return {mine[-1]}, set(mine[:-1]) or {mine[-1]}


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a process and its children, living or not, have used."""
    try:
        used = process.cpu_times()
        return float(sum(used[:4])) + sum(cpu(child) for child in process.children())
    except psutil.NoSuchProcess:  # a child that ended just now is in its parent's figure the next time
        return 0.0


def described() -> dict[str, str]:
    """The machine in words, without its name."""
    return {
        "cores": f"{psutil.cpu_count()} × {_processor()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "Java": _java(),
    }


def _processor() -> str:
    told = CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else []
    return next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), platform.machine())


def _java() -> str:
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)  # noqa: S607  the one of PATH
    return said.stderr.splitlines()[0] if said.returncode == 0 else "none"
