"""The event socket's wire: frames of header lines, an empty line, and a body of the length that the
headers say.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from floorpulse.connectors.road import ConnectionLostError

END = b"\n\n"
LONGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class EslFrame:
    """One frame; header names are in small letters."""

    headers: dict[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """What it is, such as `auth/request` or `text/event-json`."""
        return self.headers.get("content-type", "")

    @property
    def reply(self) -> str:
        """The answer to a command, such as `+OK accepted`."""
        return self.headers.get("reply-text", "")


class FrameSplitter:
    """Cuts what comes over a connection into frames, however it was cut on the way."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, block: bytes) -> list[EslFrame]:
        """The frames that the block completes; `ConnectionLostError` for one without an end."""
        self._rest += block
        frames = []
        while frame := self._next():
            frames.append(frame)
        if len(self._rest) > LONGEST:
            message = f"{len(self._rest):,} bytes came without the end of a frame"
            raise ConnectionLostError(message)
        return frames

    def _next(self) -> EslFrame | None:
        self._rest = self._rest.lstrip(b"\n")
        head, end, rest = self._rest.partition(END)
        if not end:
            return None
        headers = _headers(head)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            message = f"a frame has the length {length[:20]!r}"
            raise ConnectionLostError(message)
        if len(rest) < int(length):
            return None
        self._rest = rest[int(length) :]
        return EslFrame(headers, rest[: int(length)])


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.decode(errors="replace").split("\n"))
    return {
        name.strip().lower(): unquote(value.strip()) for name, colon, value in pairs if colon
    }
