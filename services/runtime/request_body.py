"""Reading a request's body: bounded in bytes and time while it streams, gzip undone within the same
bound.
"""

import zlib
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Message

from floorpulse.runtime.problems import Problem
from floorpulse.runtime.time_limit import TimeLimit

GZIP = 16 + zlib.MAX_WBITS
CLOSE = {"Connection": "close"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class BodyLimits(NamedTuple):
    """How many bytes a body has at most, decompressed, and within how many seconds it arrives."""

    size: int
    time: TimeLimit


def declared_size(request: Request, limits: BodyLimits) -> int:
    """Bytes of memory the body may take; problem 413 when its head already says too much."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or _coding(request) == "gzip":
        return limits.size
    if int(length[:20]) > limits.size:
        raise too_large(limits.size)
    return int(length)


def bounded(answer: Handler, limits: BodyLimits) -> Handler:
    """A handler whose request's body was read within `limits` before: more is refused before it
    stands in memory.
    """

    async def small(request: Request) -> Response:
        body = await read_body(request, limits)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return await answer(Request(request.scope, again))

    return small


async def read_body(request: Request, limits: BodyLimits) -> bytes:
    """The whole body, decompressed. Problems: 400, 408, 413, 415."""
    plain = _receiver(request, limits.size)
    try:
        with limits.time.each():
            async for chunk in request.stream():
                plain.add(chunk)
    except TimeoutError as late:
        raise Problem(
            408,
            "Request body timed out",
            f"The body did not arrive within {limits.time.seconds:g} s.",
            headers=CLOSE,
        ) from late
    except ClientDisconnect as gone:
        raise Problem(
            400, "Incomplete request body", "The client left before the body was complete."
        ) from gone
    return plain.whole()


def too_large(limit: int) -> Problem:
    """413 for a body."""
    return Problem(
        413,
        "Request body too large",
        f"A body has at most {limit} bytes, decompressed; send less at once.",
        headers=CLOSE,
    )


class Plain:
    """Collects a body as it is, up to `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._body = bytearray()

    @property
    def room(self) -> int:
        """Bytes it still takes."""
        return self._limit - len(self._body)

    def add(self, chunk: bytes) -> None:
        """Take a chunk."""
        self._body += chunk
        if self.room < 0:
            raise too_large(self._limit)

    def whole(self) -> bytes:
        """The body."""
        return bytes(self._body)


class Gunzipped:
    """Collects a gzip body decompressed, up to `limit` bytes: a small body that swells is stopped
    at the limit.
    """

    def __init__(self, limit: int) -> None:
        self._plain = Plain(limit)
        self._stream = zlib.decompressobj(GZIP)

    def add(self, chunk: bytes) -> None:
        """Take a chunk; never more than one byte over the limit is decompressed."""
        try:
            self._plain.add(self._stream.decompress(chunk, self._plain.room + 1))
        except zlib.error as wrong:
            raise _no_gzip(str(wrong)) from wrong

    def whole(self) -> bytes:
        """The body."""
        if not self._stream.eof or self._stream.unused_data:
            detail = "it is cut off" if not self._stream.eof else "more follows its end"
            raise _no_gzip(detail)
        return self._plain.whole()


def _no_gzip(detail: str) -> Problem:
    return Problem(
        400,
        "Invalid gzip body",
        f"Content-Encoding says gzip, but the body is not one whole gzip stream: {detail}.",
    )


def _coding(request: Request) -> str:
    return request.headers.get("content-encoding", "identity").strip().lower()


def _receiver(request: Request, limit: int) -> Plain | Gunzipped:
    match _coding(request):
        case "identity" | "":
            return Plain(limit)
        case "gzip" | "x-gzip":
            return Gunzipped(limit)
        case other:
            detail = f"Content-Encoding {other!r} is not taken; send gzip or none."
            raise Problem(
                415, "Unsupported content coding", detail, headers={"Accept-Encoding": "gzip"}
            )
