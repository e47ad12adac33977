"""The state folder: who uses it and where that demo is, the key and the secrets, which processes
live, which floor ran last, and the logs.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from floorpulse.demo.domain.season import Season
from floorpulse.demo.options import DemoError

PRIVATE = 0o600
SECRET_BYTES = 32
LOCK = "demo.lock"
RUNNING = "running.json"
SETTING = "FLOORPULSE_"


class RunningDemo(msgspec.Struct, frozen=True):
    """Where a running demo is: its origin, the file of its key, and its processes' settings as
    environment variables.
    """

    url: str
    key_file: str
    settings: dict[str, str]


class StateFolder:
    """Files below `path`. Everything here may be deleted while no demo runs: then the next one
    starts empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key_file = path / "api-key"
        self._processes = path / "processes.json"
        self._running = path / RUNNING
        self._targets = path / "prometheus-targets.json"
        self._season = path / "simulation.json"

    @property
    def postgres(self) -> Path:
        """The folder in which the database makes the one for its data."""
        return self.path

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.path / "logs" / f"{name}.log"

    def secret(self, name: str) -> str:
        """A random secret in hexadecimal digits, made when it is asked for the first time."""
        file = self.path / name
        if not file.exists():
            self._write(file, secrets.token_hex(SECRET_BYTES) + "\n")
        return file.read_text().strip()

    def key(self) -> str:
        """The API key of an earlier demo; empty where there is none."""
        return self.key_file.read_text().strip() if self.key_file.exists() else ""

    def keep_key(self, token: str) -> None:
        """Write the API key down, for its owner only."""
        self._write(self.key_file, token + "\n")

    def keep_processes(self, pids: Mapping[str, list[int]]) -> None:
        """Write down which processes live, by name."""
        self._write(self._processes, msgspec.json.encode(pids).decode() + "\n")

    def keep_running(self, url: str, env: Mapping[str, str]) -> None:
        """Write down for other commands where the demo is, until `forget_running`."""
        settings = {name: value for name, value in env.items() if name.upper().startswith(SETTING)}
        demo = RunningDemo(url, str(self.key_file), settings)
        self._write(self._running, msgspec.json.encode(demo).decode() + "\n")

    def keep_targets(self, jobs: Mapping[str, list[str]]) -> None:
        """Write down for a Prometheus (`file_sd_configs`) what it can scrape (host:port) by the
        name of its job, until `forget_running`.
        """
        groups = [{"targets": there, "labels": {"job": job}} for job, there in jobs.items()]
        self._write(self._targets, msgspec.json.encode(groups).decode() + "\n")

    def forget_running(self) -> None:
        """No other command finds the demo from here on."""
        self._running.unlink(missing_ok=True)
        self._targets.unlink(missing_ok=True)

    def season(self) -> Season | None:
        """The floor that ran last; None where there is none that can be read."""
        try:
            return msgspec.json.decode(self._season.read_bytes(), type=Season)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def keep_season(self, season: Season) -> None:
        """Write down which floor runs, or ran."""
        self._write(self._season, msgspec.json.encode(season).decode() + "\n")

    def _write(self, file: Path, text: str) -> None:
        """Readers see the old text or the new one, never half of it."""
        beside = file.with_name(f"{file.name}.new")
        beside.unlink(missing_ok=True)
        beside.touch(mode=PRIVATE)
        beside.write_text(text)
        beside.replace(file)


@contextmanager
def claimed(path: Path) -> Iterator[StateFolder]:
    """The folder, made if needed, while nobody else uses it; logs of the run before are kept
    beside. DemoError when it cannot be.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (path / LOCK).open("a+")
    except OSError as wrong:
        message = (
            f"{path} cannot be the state folder: {wrong.strerror}; choose another with --state-dir"
        )
        raise DemoError(message) from wrong
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            lock.seek(0)
            message = (
                f"another demo (process {lock.read().strip() or 'unknown'}) uses {path}: "
                "stop it, or choose another with --state-dir"
            )
            raise DemoError(message) from held
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        _put_logs_aside(path / "logs")
        folder = StateFolder(path.resolve())
        folder.forget_running()  # a demo that was killed could not
        try:
            yield folder
        finally:
            folder.forget_running()


def running(path: Path) -> RunningDemo:
    """The demo that runs over a state folder. DemoError says what to do where none does."""
    if not _is_claimed(path / LOCK):
        message = f"no demo runs in {path}: start one with `floorpulse demo --state-dir {path}`"
        raise DemoError(message)
    try:
        return msgspec.json.decode((path / RUNNING).read_bytes(), type=RunningDemo)
    except FileNotFoundError as early:
        message = f"the demo in {path} is still starting, or stops already: try again in a moment"
        raise DemoError(message) from early
    except OSError as wrong:
        message = f"{wrong.filename}: {wrong.strerror}"
        raise DemoError(message) from wrong


def _is_claimed(lock: Path) -> bool:
    """Whether a living process holds the lock; the system frees it with the process."""
    try:
        with lock.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _put_logs_aside(logs: Path) -> None:
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))
