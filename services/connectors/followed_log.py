"""A log that is followed as it grows, through its rotations.

    queue_log ──────────► renamed to queue_log.1 ──► read to its end ──┐
                              queue_log is new ◄───────────────────────┘ from its beginning
    queue_log ──copied──► queue_log.1 ──► read on from the same offset ┐
       └──── cut to nothing ◄──────────────────────────────────────────┘ from its beginning

    queue_log ──replaced by── all of it and more ──► read on from the same offset

The writer may go on in the old file until it is told to open the new one. So the old one is left
only when the new one has something.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from itertools import chain
from pathlib import Path

import msgspec
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.connectors.log_files import KNOWN, LogFile, LogPosition, siblings
from floorpulse.connectors.road import Arrivals, Position, RoadClosedError
from floorpulse.connectors.rotated_log import lines_before
from floorpulse.ingest.sources.source import SourceRecord

log: BoundLogger = structlog.get_logger(__name__)

LOOK_EVERY = 0.2
"""Seconds between two looks whether there is more"""


class FollowedLog:
    """A `Road`: the whole lines of the log at `path`, from the stored position on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passed: set[tuple[int, int]] = set()

    async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`; it never ends."""
        file = await self._begin(since)
        try:
            for records in chain(self._rotated(file), file.before()):
                yield Arrivals(records, heard=True)
            while True:
                if records := file.read():
                    yield Arrivals(records, file.position.as_json())
                elif pulled := self._pulled(file):
                    file.close()
                    file = pulled
                elif following := self._following(file):
                    yield Arrivals(file.remainder(), file.position.as_json())
                    file.close()
                    file = following
                else:
                    await asyncio.sleep(LOOK_EVERY)
        finally:
            file.close()

    @staticmethod
    def _rotated(file: LogFile) -> Iterator[tuple[SourceRecord, ...]]:
        """What lies before the file, where all of it that was read before is read once more."""
        if file.position.offset <= KNOWN and (lines := lines_before(file.path)):
            yield tuple(SourceRecord(0, line) for line in lines)

    async def _begin(self, since: Position | None) -> LogFile:
        if since is not None and (resumed := self._resumed(self._read(since))):
            return resumed
        opened = self._opened()
        if opened is None:
            log.warning("log_absent", file=str(self._path), advice="it is read once it is there")
        while opened is None:
            await asyncio.sleep(LOOK_EVERY)
            opened = self._opened()
        return opened

    def _read(self, since: Position) -> LogPosition:
        try:
            return msgspec.convert(since, LogPosition)
        except msgspec.ValidationError as wrong:
            message = f"the stored position is none of a log ({wrong}); remove its file"
            raise RoadClosedError(message) from wrong

    def _resumed(self, position: LogPosition) -> LogFile | None:
        """The file that the position is in, whatever its name is now."""
        for path in (self._path, *siblings(self._path)):
            if found := LogFile.resumed(path, position):
                return found
        log.warning(
            "position_lost",
            file=str(self._path),
            advice="lines may be missing: replay the log that was compressed or removed meanwhile",
        )
        return None

    def _opened(self) -> LogFile | None:
        try:
            return LogFile(self._path)
        except FileNotFoundError:
            return None
        except OSError as wrong:
            message = f"cannot read {self._path}: {wrong.strerror}"
            raise RoadClosedError(message) from wrong

    def _pulled(self, file: LogFile) -> LogFile | None:
        """The file that was put in this one's place and holds all that was read of it, as rsync
        does; opened where reading goes on.
        """
        return LogFile.resumed(self._path, file.position) if self._is_another(file) else None

    def _following(self, file: LogFile) -> LogFile | None:
        """The file that goes on where this one ended; None while this one may still grow."""
        if file.is_cut:
            return self._copy(file) or self._opened()
        if not self._is_another(file):
            return None
        newest = self._opened()
        if newest is None:
            return None
        self._passed.add((file.device, file.inode))
        if between := self._between(file, newest):
            newest.close()
            return between
        self._passed.clear()
        return newest

    def _is_another(self, file: LogFile) -> bool:
        """Whether the log is another file by now, and has something."""
        try:
            stat = self._path.stat()
        except OSError:
            return False
        return stat.st_size > 0 and (stat.st_dev, stat.st_ino) != (file.device, file.inode)

    def _copy(self, file: LogFile) -> LogFile | None:
        """The copy that was made of a file before it was cut, opened where the file ended."""
        found = (LogFile.resumed(path, file.position) for path in siblings(self._path))
        return next((copy for copy in found if copy), None)

    def _between(self, file: LogFile, newest: LogFile) -> LogFile | None:
        """The oldest file that was written to after this one, other than the log itself: rotations
        that nobody looked at.
        """
        later: list[tuple[int, Path]] = []
        for path in siblings(self._path):
            stat = path.stat()
            known = (stat.st_dev, stat.st_ino)
            is_new = known not in self._passed and known != (newest.device, newest.inode)
            if is_new and stat.st_mtime_ns >= file.changed_at:
                later.append((stat.st_mtime_ns, path))
        return LogFile(min(later)[1]) if later else None
