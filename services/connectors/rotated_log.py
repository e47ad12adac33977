"""What lies before a rotated queue_log: the end of the file that was rotated before it.

    queue_log-20261128.gz     queue_log.1 ────── its end ──►     queue_log
    began before that                began before it            is read from its beginning

A call may go on from one file in the next under another id, or in a queue that is spelled otherwise
there. Which file comes before another is told by the stamps with which they begin, whatever the
rotation calls them.
"""

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from floorpulse.ingest.sources.asterisk.lines import LogEntry, entry_of
from floorpulse.ingest.sources.stream import SourceStream
from floorpulse.simulator.recorded import DAMAGED, Unpacker, stored

KNOWN = 4 * 1024 * 1024
"""Bytes at the end of the file before that are read: calls of hours"""
ROTATED = re.compile(r"(.+?)(?:[.-][\d-]{1,19})?(?:\.(?:bz2|gz|xz))?")
"""The name of a log, and what a rotation puts behind it: a number, a date or an epoch second"""


def hear_before(stream: SourceStream, file: str) -> None:
    """Let the stream of a queue_log hear what lies before the file; of a pipe nothing is known."""
    for line in lines_before(Path(file)) if file != "-" else ():
        stream.hear(line)


def lines_before(path: Path) -> list[bytes]:
    """The last lines before the first one of the queue_log at `path`, from the file that was
    rotated before it; none where no such file lies beside it, or the log is none.
    """
    first = _first(path)
    if first is None:
        return []
    begun = {other: entry.at for other in _others(path) if (entry := _first(other))}
    older = [other for other, at in begun.items() if at < first.at]
    if not older:
        return []
    end = _end(max(older, key=begun.__getitem__))
    return [line for line in end if (entry := _entry(line)) and entry.at <= first.at]


def _others(path: Path) -> Iterator[Path]:
    """The files that have the same name but for what a rotation puts behind it."""
    name = _named(path)
    for other in sorted(path.parent.iterdir()):
        if other.name != path.name and _named(other) == name and other.is_file():
            yield other


def _named(path: Path) -> str:
    found = ROTATED.fullmatch(path.name)
    return path.name if found is None else found[1]


def _first(path: Path) -> LogEntry | None:
    """The first entry near the beginning of a log."""
    lines = next(_blocks(path), b"").split(b"\n")
    return next((entry for line in lines if (entry := _entry(line))), None)


def _end(path: Path) -> list[bytes]:
    """The last lines of a log, without one whose beginning is beyond what is read."""
    end: deque[bytes] = deque()
    size = 0
    is_cut = False
    for block in _blocks(path):
        end.append(block)
        size += len(block)
        while size - len(end[0]) >= KNOWN:
            size -= len(end.popleft())
            is_cut = True
    return b"".join(end).split(b"\n")[is_cut:]


def _blocks(path: Path) -> Iterator[bytes]:
    """What the file holds, unpacked, as far as it can be read."""
    unpacker = Unpacker()
    try:
        for block in stored(path):
            if unpacked := unpacker.unpack(block):
                yield unpacked
    except DAMAGED:
        return


def _entry(line: bytes) -> LogEntry | None:
    return entry_of(line.decode(errors="replace"))
