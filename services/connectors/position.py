"""The file of a position: how far a live source has come, for its next run."""

import os
from pathlib import Path

import msgspec

from floorpulse.connectors.road import Position


class PositionError(ValueError):
    """A file of a position cannot be used; the message says which, why and what to do."""


class StoredPosition(msgspec.Struct, frozen=True):
    """What stands in the file: whose position it is, and the position."""

    source: str
    position: dict[str, object]


class PositionFile:
    """Holds the position of one source; `owner` says whose, so that two sources do not share one
    file by mistake.

    It is replaced as a whole: whoever reads it finds the old position or the new one.
    """

    def __init__(self, path: Path, owner: str) -> None:
        self._path = path
        self._owner = owner

    def read(self) -> Position | None:
        """The stored position; None where there is no file yet. Raises `PositionError`."""
        try:
            stored = msgspec.json.decode(self._path.read_bytes(), type=StoredPosition)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as wrong:
            message = f"{self._path} holds no position ({wrong}); remove it to begin anew"
            raise PositionError(message) from wrong
        if stored.source != self._owner:
            message = (
                f"{self._path} is the position of {stored.source}, not of {self._owner}; "
                "give each source a file of its own"
            )
            raise PositionError(message)
        return stored.position

    def write(self, position: Position) -> None:
        """Replace the stored position. Raises `PositionError`."""
        text = msgspec.json.encode(StoredPosition(self._owner, dict(position)))
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            with fresh.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as wrong:
            message = f"cannot store a position in {self._path}: {wrong}"
            raise PositionError(message) from wrong
