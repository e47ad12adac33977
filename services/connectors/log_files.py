"""Log files that grow and are rotated: one of them opened where reading goes on, and the same file
found again under another name.

A file is known by its inode and by what stands before the offset: inodes are given to new files
again, and a file that is cut (`copytruncate`) keeps its inode.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Self

import msgspec

from floorpulse.connectors.road import Position
from floorpulse.ingest.sources.source import SourceRecord

BLOCK = 256 * 1024
"""Bytes that are read at once, and the longest line that is kept whole"""
KNOWN_BY = 256
"""Bytes before the offset that a file is known by"""
KNOWN = 16 * 1024 * 1024
"""Bytes before the offset that are read again, so that what follows is understood"""
COMPRESSED = frozenset((".bz2", ".gz", ".lz4", ".xz", ".zip", ".zst"))


class LogPosition(msgspec.Struct, frozen=True):
    """How far a file was read: `offset` bytes, which are `line` lines; `before` is a digest of the
    last bytes before the offset.
    """

    device: int
    inode: int
    offset: int
    line: int
    before: str

    def as_json(self) -> Position:
        """As a road's position."""
        return msgspec.structs.asdict(self)


def digest(text: bytes) -> str:
    """What a file is known by, out of the bytes before an offset."""
    return blake2b(text, digest_size=12).hexdigest()


class LogFile:
    """One file, opened for reading from a line's beginning on."""

    def __init__(self, path: Path, offset: int = 0, line: int = 0) -> None:
        self.path = path
        self._file = path.open("rb")
        stat = os.fstat(self._file.fileno())
        self.device = stat.st_dev
        self.inode = stat.st_ino
        self._offset = offset
        self._line = line
        self._before = self._bytes_before(offset)

    @classmethod
    def resumed(cls, path: Path, position: LogPosition) -> Self | None:
        """The file opened where the position ends; None where it is another file."""
        try:
            opened = cls(path, position.offset, position.line)
        except OSError:
            return None
        if opened.position == position or opened.continues(position):
            return opened
        opened.close()
        return None

    def continues(self, position: LogPosition) -> bool:
        """Whether what stands before the position's offset is what was read of it: the same file,
        or a copy.
        """
        return position.offset > 0 and self.position.before == position.before

    @property
    def position(self) -> LogPosition:
        """How far it was read."""
        return LogPosition(self.device, self.inode, self._offset, self._line, digest(self._before))

    @property
    def changed_at(self) -> int:
        """When it was last written to, epoch nanoseconds."""
        return os.fstat(self._file.fileno()).st_mtime_ns

    @property
    def is_cut(self) -> bool:
        """Whether what was read is no longer there: the file was cut and perhaps written anew."""
        return self._bytes_before(self._offset) != self._before

    def read(self) -> tuple[SourceRecord, ...]:
        """The whole lines that follow, a block at most; none at the end, or where it was cut."""
        if self.is_cut:
            return ()
        block = os.pread(self._file.fileno(), BLOCK, self._offset)
        end = block.rfind(b"\n") + 1
        if not end and len(block) < BLOCK:
            return ()
        return self._records(block[: end or BLOCK])

    def remainder(self) -> tuple[SourceRecord, ...]:
        """The last line, which has no end; for a file that nobody writes to any more."""
        return (
            () if self.is_cut else self._records(os.pread(self._file.fileno(), BLOCK, self._offset))
        )

    def before(self) -> Iterator[tuple[SourceRecord, ...]]:
        """The whole lines before the offset, a block at a time; of a long file only the last of
        them.
        """
        begin = max(0, self._offset - KNOWN)
        whole = begin == 0
        while begin < self._offset:
            block = os.pread(self._file.fileno(), min(BLOCK, self._offset - begin), begin)
            end = block.rfind(b"\n") + 1 or len(block)
            lines = block[:end].split(b"\n")
            yield tuple(SourceRecord(0, line) for line in lines[not whole :] if line.strip())
            begin += max(end, 1)
            whole = True

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def _records(self, block: bytes) -> tuple[SourceRecord, ...]:
        lines = block.removesuffix(b"\n").split(b"\n") if block else []
        first = self._line + 1
        self._line += len(lines)
        self._offset += len(block)
        self._before = (self._before + block)[-KNOWN_BY:]
        return tuple(
            SourceRecord(number, line) for number, line in enumerate(lines, first) if line.strip()
        )

    def _bytes_before(self, offset: int) -> bytes:
        begin = max(0, offset - KNOWN_BY)
        return os.pread(self._file.fileno(), offset - begin, begin)


def siblings(path: Path) -> Iterator[Path]:
    """The rotated files of a log, such as `queue_log.1` and `queue_log-20260101`; compressed ones
    are left aside.
    """
    for one in sorted(path.parent.glob(f"{_literal(path.name)}[.-]*")):
        if one.suffix not in COMPRESSED and one.is_file():
            yield one


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
