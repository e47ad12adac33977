"""An open-loop HTTP client: each request has its time on a schedule, and its latency counts from
there, whatever came before.

    scheduled   │    │    │    │    │    │        every 1/rate seconds
    sent        │    │         │││    │           late where all connections wait for answers …
    latency     ├┤   ├─────────────┤              … which is part of the latency: no coordinated
    omission

A process of its own: `python -m tests.benchmarks.open_loop` reads an `Order` as JSON and prints the
`Answered` of each request.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from floorpulse.runtime.clock import monotonic

ANSWER_WITHIN = 30.0
PROMPT = -15
"""Niceness where the system allows it: all but the measured server share the client's core, and an
answer that the client looks at late would count as the server's
"""


@dataclass(frozen=True)
class Order:
    """What to ask: `paths` in turn at `rate` a second until all are asked, over so many
    connections, with these headers.
    """

    url: str
    paths: list[str]
    rate: float
    connections: int = 32
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """One answer: HTTP status, seconds since its scheduled time (since it was sent where the client
    was woken late), bytes of its body.
    """

    status: int
    seconds: float
    size: int


class Connection:
    """A connection that is kept alive."""

    def __init__(self, order: Order) -> None:
        where = urlsplit(order.url)
        self._where = where.hostname, where.port
        head = {"Host": where.netloc, **order.headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, int]:
        """Status and size of the answer. Raises OSError, asyncio.IncompleteReadError,
        TimeoutError.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._where)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        async with asyncio.timeout(ANSWER_WITHIN):
            head = await reader.readuntil(b"\r\n\r\n")
            size = _length(head)
            await reader.readexactly(size)
        return int(head[9:12]), size

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def asked(order: Order) -> list[Answered]:
    """Ask everything on schedule; in the order of the paths. Raises what a connection raises."""
    answers: dict[int, Answered] = {}
    began = monotonic() + 0.1
    waiting = iter(enumerate(order.paths))
    connections = [Connection(order) for _ in range(order.connections)]
    try:
        await asyncio.gather(
            *(_work(one, waiting, order.rate, began, answers) for one in connections)
        )
    finally:
        for one in connections:
            one.close()
    return [answers[number] for number in range(len(order.paths))]


async def _work(
    connection: Connection,
    waiting: Iterator[tuple[int, str]],
    rate: float,
    began: float,
    answers: dict[int, Answered],
) -> None:
    """Take the next request that is due, wait for its time, ask; one connection of many that share
    the schedule.

    A request that had to wait for a connection counts from its scheduled time. One that did not
    counts from when it is sent: a client that the system wakes late says nothing of the server.
    """
    for number, path in waiting:
        due = began + number / rate
        if (early := due - monotonic()) > 0:
            await asyncio.sleep(early)
            due = monotonic()
        status, size = await connection.get(path)
        answers[number] = Answered(status, monotonic() - due, size)


def main(words: Sequence[bytes]) -> bytes:
    """The answers to an order, both as JSON."""
    with suppress(PermissionError):
        os.nice(PROMPT)
    return msgspec.json.encode(asyncio.run(asked(msgspec.json.decode(words[0], type=Order))))


if __name__ == "__main__":
    sys.stdout.buffer.write(main([sys.stdin.buffer.read()]))
