"""A feed fetched from a real server over the transport of the channels."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from floorpulse.alerts.bridges.ical_feeds import FeedAway, fetching
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.transport import MOST_BYTES
from floorpulse.alerts.notifiers.wiring import opened_channels

TEXT = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
ALLOWED = ChannelSettings(allow_loopback=True)


@asynccontextmanager
async def answering(status: str, body: bytes) -> AsyncIterator[str]:
    """The address of a server that says this to everybody."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/leads.ics"


async def fetched(url: str, settings: ChannelSettings = ALLOWED) -> bytes:
    async with opened_channels(settings) as channels:
        return await fetching(channels.outside.transport)(url)


async def test_a_feed_is_what_its_host_answers() -> None:
    async with answering("200 OK", TEXT) as url:
        assert await fetched(url) == TEXT


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        ("404 Not Found", b"none", "HTTP 404: none"),
        ("302 Found", b"", "redirects are not followed"),
        ("503 Service Unavailable", b"", "HTTP 503"),
        ("200 OK", b"x" * (MOST_BYTES + 1), "longer than 64 KiB"),
    ],
)
async def test_an_answer_that_is_no_feed_says_why(status: str, body: bytes, said: str) -> None:
    async with answering(status, body) as url:
        with pytest.raises(FeedAway, match=said):
            await fetched(url)


async def test_an_address_inside_of_the_network_is_refused_unless_the_operator_allows_it() -> None:
    async with answering("200 OK", TEXT) as url:
        with pytest.raises(FeedAway):
            await fetched(url, ChannelSettings())
