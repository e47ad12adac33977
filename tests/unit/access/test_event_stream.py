"""Server-sent events on the wire."""

from collections.abc import AsyncGenerator

import pytest

from floorpulse.access.event_stream import events, framed


async def followed() -> AsyncGenerator[int | None, None]:
    """Two batches, and moments without news before, between and after them."""
    for batch in (None, 1, None, 2, None):
        yield batch


async def told(batch: int) -> bytes:
    return framed("b00t", batch, b'{"rows":[]}')


async def goes_on() -> bool:
    return True


async def test_no_block_of_a_stream_is_without_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What begins with a blank line before it and has no data is an event to httpx-sse."""
    monkeypatch.setattr("floorpulse.access.event_stream.HEARTBEAT", 0.0)

    sent = [part async for part in events(followed, told, goes_on)]

    text = "".join(part if isinstance(part, str) else part.decode() for part in sent)
    *blocks, begun = text.split("\n\n")
    assert blocks == [
        'retry: 2000\n:\nid: b00t.1\nevent: rows\ndata: {"rows":[]}',
        ':\nid: b00t.2\nevent: rows\ndata: {"rows":[]}',
    ]
    assert begun == ":\n"
