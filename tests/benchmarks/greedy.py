"""A client that asks for everything, page by page, again and again, for so many seconds.

A process of its own: `python -m tests.benchmarks.greedy` reads an `Order` as JSON and prints a
`Harvest`. It gives way to the client that measures: what is measured is the API that serves both,
not two clients on one core.
"""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import msgspec

YIELDING = 10
"""Niceness"""


@dataclass(frozen=True)
class Order:
    """What to ask where; an answer of `text/csv` is one page, any other goes on at its `next`."""

    url: str
    path: str
    asked: dict[str, str]
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Harvest:
    """The rows that came, and how many answers were errors."""

    rows: int = 0
    wrong: int = 0


class Following(msgspec.Struct):
    """An answer, as far as it matters here."""

    next: str | None = None


async def ask(order: Order, harvest: Harvest) -> None:
    """All pages, then from the first one on again, until cancelled."""
    async with httpx.AsyncClient(
        base_url=order.url, headers=order.headers, timeout=300.0
    ) as client:
        cursor: str | None = None
        while True:
            cursor = await _page(client, order, harvest, cursor)


async def _page(
    client: httpx.AsyncClient, order: Order, harvest: Harvest, cursor: str | None
) -> str | None:
    asked = order.asked | ({"cursor": cursor} if cursor else {})
    is_table = "Accept" in order.headers
    chunks: list[bytes] = []
    async with client.stream("GET", order.path, params=asked) as answer:
        harvest.wrong += not answer.is_success
        async for chunk in answer.aiter_bytes():
            if is_table:
                harvest.rows += chunk.count(b"\n")
            else:
                chunks.append(chunk)
    if is_table:
        return None
    body = b"".join(chunks)
    harvest.rows += body.count(b'{"time"')
    return msgspec.json.decode(body, type=Following).next


async def harvested(order: Order) -> Harvest:
    """What came in the time of an order."""
    harvest = Harvest()
    with suppress(TimeoutError):
        async with asyncio.timeout(order.seconds):
            await ask(order, harvest)
    return harvest


def main(words: bytes) -> bytes:
    """The harvest of an order, both as JSON."""
    os.nice(YIELDING)
    return msgspec.json.encode(asyncio.run(harvested(msgspec.json.decode(words, type=Order))))


if __name__ == "__main__":
    sys.stdout.buffer.write(main(sys.stdin.buffer.read()))
