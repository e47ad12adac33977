"""Where a benchmark runs: which core is whose, and what CPU a process has used."""

import mmap
import os
import platform
import subprocess
from functools import cache
from pathlib import Path
from time import process_time

import psutil

CPU_INFO = Path("/proc/cpuinfo")
FAULTS = 7
"""Index of the minor faults in `/proc/PID/stat`, counted behind the name in brackets."""

TOUCHED = 64 * 2**20
TOUCHES = 5


@cache
def cores() -> tuple[set[int], set[int]]:
    """The core of the system under test, and the cores of everything else; the same where there is
    only one.

    As this process may use at its first call: call it before giving up any.
    """
    mine = sorted(os.sched_getaffinity(0))
    return {mine[-1]}, set(mine[:-1]) or {mine[-1]}


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a process and its children, living or not, have used."""
    try:
        used = process.cpu_times()
        return float(sum(used[:4])) + sum(cpu(child) for child in process.children())
    except (
        psutil.NoSuchProcess
    ):  # a child that ended just now is in its parent's figure the next time
        return 0.0


def faults(process: psutil.Process) -> int:
    """How many pages of memory a process has had the system give it; 0 where the system does not
    tell.
    """
    told = Path(f"/proc/{process.pid}/stat")
    return int(told.read_text().rpartition(")")[2].split()[FAULTS]) if told.exists() else 0


def first_touch() -> tuple[float, float]:
    """CPU µs that a page costs which is touched for the first time: lowest and highest of some
    tries.
    """
    return min(tries := [_touch() for _ in range(TOUCHES)]), max(tries)


def _touch() -> float:
    with mmap.mmap(-1, TOUCHED) as fresh:
        began = process_time()
        for page in range(0, TOUCHED, mmap.PAGESIZE):
            fresh[page] = 1
        return (process_time() - began) * 1e6 / (TOUCHED / mmap.PAGESIZE)


def described() -> dict[str, str]:
    """The machine in words, without its name."""
    return {
        "cores": f"{psutil.cpu_count()} × {_processor()}",
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "Java": _java(),
    }


def _memory() -> str:
    lowest, highest = first_touch()
    return (
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, the first touch of a page "
        f"{lowest:.1f} to {highest:.1f} µs"
    )


def _processor() -> str:
    told = CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in told if line.startswith("model name")),
        platform.machine(),
    )


def _java() -> str:
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)  # noqa: S607  the one of PATH
    return said.stderr.splitlines()[0] if said.returncode == 0 else "none"
