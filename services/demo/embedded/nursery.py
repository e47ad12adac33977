"""A process that imports the services once, and of which each program of a demo is a fork: most of
the CPU of a start is imports, and they are the same for all.

    demo ──fork──► nursery, imports ──┬─fork─► http
      │ ─── an order a line ────────► ├─fork─► engine
      │ ◄── began, ended: a line ──── └─fork─► …

It is a fork of a process that has one thread and no event loop, and so is each program. Linux ends
it when the demo dies, and the programs when it dies.
"""

import ctypes
import importlib
import os
import runpy
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from floorpulse.runtime.gc_tuning import importing

PR_SET_PDEATHSIG = 1
PORTION = 65_536


class Order(msgspec.Struct, frozen=True):
    """A program that is wanted: what `python -m module words` would run, its whole environment,
    the file to which what it says is appended; `number` names it in what is told of it.
    """

    number: int
    module: str
    words: Sequence[str]
    env: Mapping[str, str]
    log: str


class Begun(msgspec.Struct, frozen=True, tag=True):
    """A program runs as process `pid`."""

    number: int
    pid: int


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A process ended; a negative code is a signal."""

    pid: int
    code: int


News = Begun | Ended
encode = msgspec.json.Encoder().encode
decode_order = msgspec.json.Decoder(Order).decode


def fork_nursery(modules: Sequence[str]) -> socket.socket | None:
    """Fork a process that imports `modules` and runs programs; the connection to it, None where the
    system cannot tell children that their parent died.

    In that process, and in the programs, it does not return: it raises SystemExit, or what a
    program raises.
    """
    if sys.platform != "linux":
        return None
    here, there = socket.socketpair()
    parent = os.getpid()
    if _fork():
        there.close()
        return here
    here.close()
    _tether(parent)
    os.setsid()
    order = Nursery(there).run(modules)
    there.close()
    _become(order)
    raise SystemExit


class Nursery:
    """The orders and the children of the process that forks."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._read = b""
        self._woken, self._wakes = socket.socketpair()

    def run(self, modules: Sequence[str]) -> Order:
        """Fork what is ordered; returns in each fork, with its order. SystemExit once nobody orders
        any more.
        """
        self._wakes.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with importing():
            for module in modules:
                importlib.import_module(module)
        while True:
            ready, _, _ = select.select([self._connection, self._woken], [], [])
            if self._woken in ready:
                self._woken.recv(PORTION)
                self._tell(*_ended())
            if self._connection in ready:
                for order in self._orders():
                    if self._begin(order):
                        return order

    def _orders(self) -> Iterator[Order]:
        portion = self._connection.recv(PORTION)
        if not portion:
            raise SystemExit
        *lines, self._read = (self._read + portion).split(b"\n")
        yield from map(decode_order, lines)

    def _begin(self, order: Order) -> bool:
        """Whether this is the program."""
        parent = os.getpid()
        child = _fork()
        if child:
            with suppress(OSError):  # it ended just now, or was quicker
                os.setpgid(child, child)
            self._tell(Begun(order.number, child))
            return False
        _tether(parent)
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (self._woken, self._wakes):
            one.close()
        return True

    def _tell(self, *news: News) -> None:
        self._connection.sendall(b"".join(encode(one) + b"\n" for one in news))


def _ended() -> Iterator[Ended]:
    """The children that ended since the last look."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield Ended(pid, os.waitstatus_to_exitcode(status))


def _fork() -> int:
    """As `os.fork`; what was said before is written once."""
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork()


def _tether(parent: int) -> None:
    """Die with the parent, also where it died a moment ago."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit


def _become(order: Order) -> None:
    """Be the program, with its environment, its words and its log."""
    os.environ.clear()  # noqa: TID251  it is a process of its own
    os.environ.update(order.env)  # noqa: TID251  see above
    time.tzset()
    _connect(Path(os.devnull), os.O_RDONLY, 0)
    _connect(Path(order.log), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 1)
    os.dup2(1, 2)
    sys.argv[1:] = order.words
    runpy.run_module(order.module, run_name="__main__", alter_sys=True)


def _connect(file: Path, flags: int, descriptor: int) -> None:
    opened = os.open(file, flags, 0o644)
    os.dup2(opened, descriptor)
    os.close(opened)
