"""Genesys Cloud over its notification channels: notices say that something changed, analytics say
what.

    v2.users.{id}.activity ───────────────► the state of an agent, as it is
    v2.routing.queues.{id}.conversations ─► a conversation changed ─┐
                                                 a moment later ────┴─► its details, 100 at once
    (re)connected ─► details of everything since the stored position, and everybody's state

Detail events can only be had by conversation here, so that the first ones of each would be missed.
What is told twice counts once: live and afterwards an event has the same id.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from floorpulse.connectors.asked_windows import AskedUntil
from floorpulse.connectors.genesys_api import (
    PAGE,
    QUEUE,
    USER,
    GenesysAccess,
    GenesysApi,
    Json,
    opened,
)
from floorpulse.connectors.genesys_watch import WatchedConversations
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    Reconnecting,
    RoadClosedError,
)
from floorpulse.ingest.sources.source import SourceRecord

HEARTBEATS = 90.0
"""Seconds without a word, three heartbeats, after which a channel is taken for dead"""
LOOK_EVERY = 0.5
"""Seconds between two looks whether a conversation is due"""
HELD = 10_000
"""Notices that wait to be read"""
QUEUES = QUEUE.partition("{}")[0]
HOUR = 3_600_000


@dataclass(frozen=True)
class GenesysRhythm:
    """Milliseconds: the past that a first run asks for, and how far back before the stored position
    a later one asks, for conversations that went on then.
    """

    past: int = HOUR
    overlap: int = 4 * HOUR


class GenesysWebSocket:
    """A `Road`: what changes in one organisation; `now` gives epoch milliseconds, `steady` those
    of a clock that nobody sets.
    """

    def __init__(
        self,
        access: GenesysAccess,
        *,
        now: Callable[[], int],
        steady: Callable[[], int],
        rhythm: GenesysRhythm | None = None,
    ) -> None:
        self._access = access
        self._now = now
        self._steady = steady
        self._rhythm = rhythm or GenesysRhythm()
        self._watched = WatchedConversations()

    def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`."""
        return Reconnecting(self._access.api, self._connected).arrivals(since)

    async def _connected(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        async with opened(self._access) as api:
            queues = await api.queues()
            users = await api.users()
            topics = [QUEUE.format(one) for one in queues]
            topics += [USER.format(one["id"]) for one in users]
            async with _listening(await api.channels(topics)) as heard:
                yield Arrivals(tuple(self._record(_activity(one)) for one in users))
                async for arrived in self._missed(api, since):
                    yield arrived
                async for arrived in self._live(api, heard):
                    yield arrived

    async def _missed(
        self, api: GenesysApi, since: Position | None
    ) -> AsyncGenerator[Arrivals, None]:
        """The conversations of the time without a connection."""
        until = self._now()
        begin = until - self._rhythm.past if since is None else _until(since)
        async for page in api.details_between(begin - self._rhythm.overlap, until):
            self._go_on(page)
            yield Arrivals(tuple(map(self._record, page)))
        yield Arrivals((), {"until": until})

    def _go_on(self, page: Sequence[Json]) -> None:
        """What had not ended is asked for again."""
        for one in page:
            if not one.get("conversationEnd") and isinstance(one.get("conversationId"), str):
                self._watched.changed(one["conversationId"], self._steady())

    async def _live(
        self, api: GenesysApi, heard: "asyncio.Queue[Json | None]"
    ) -> AsyncGenerator[Arrivals, None]:
        last = self._steady()
        while True:
            notices = await _some(heard)
            now = self._steady()
            last = now if notices else last
            if now - last > HEARTBEATS * 1000:
                message = f"nothing was heard for {HEARTBEATS:g} s, not even a heartbeat"
                raise ConnectionLostError(message)
            if records := tuple(self._record(one) for one in notices if self._tells(one)):
                yield Arrivals(records)
            async for arrived in self._asked(api):
                yield arrived

    def _tells(self, notice: Json) -> bool:
        """Whether a notice tells something by itself; what changed is asked for later."""
        topic = str(notice.get("topicName"))
        if topic.startswith("v2.system.socket_closing"):
            message = "Genesys Cloud closes the channel"
            raise ConnectionLostError(message)
        if not topic.startswith(QUEUES):
            return topic != "channel.metadata"
        body = notice.get("eventBody")
        conversation = body.get("id") if isinstance(body, dict) else None
        if isinstance(conversation, str):
            self._watched.changed(conversation, self._steady())
        return False

    async def _asked(self, api: GenesysApi) -> AsyncGenerator[Arrivals, None]:
        while due := self._watched.due(self._steady(), PAGE):
            until = self._now()
            told = await api.details(due)
            self._watched.asked(due, told, self._steady())
            yield Arrivals(tuple(map(self._record, told)), {"until": until})

    def _record(self, payload: Json) -> SourceRecord:
        return SourceRecord(self._now(), msgspec.json.encode(payload))


@asynccontextmanager
async def _listening(
    addresses: Sequence[str],
) -> "AsyncGenerator[asyncio.Queue[Json | None], None]":
    """What is heard on these channels; None is the end of one of them."""
    heard: asyncio.Queue[Json | None] = asyncio.Queue(HELD)
    async with AsyncExitStack() as stack:
        try:
            channels = [await stack.enter_async_context(connect(one)) for one in addresses]
        except WebSocketException as wrong:
            raise ConnectionLostError(str(wrong)) from wrong
        listeners = [asyncio.create_task(_listen(one, heard)) for one in channels]
        try:
            yield heard
        finally:
            for one in listeners:
                one.cancel()
            await asyncio.gather(*listeners, return_exceptions=True)


async def _listen(channel: ClientConnection, heard: "asyncio.Queue[Json | None]") -> None:
    with suppress(WebSocketException):
        async for text in channel:
            notice = _decoded(text)
            if notice is not None:
                await heard.put(notice)
    await heard.put(None)


async def _some(heard: "asyncio.Queue[Json | None]") -> list[Json]:
    """What is there, or what comes within a moment. Raises `ConnectionLostError` at the end of a
    channel, once all before it was given.
    """
    known: list[Json] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_EVERY):
            known.append(_open(await heard.get()))
    while not heard.empty() and len(known) < HELD:
        if (one := heard.get_nowait()) is None:
            heard.put_nowait(None)
            break
        known.append(one)
    return known


def _open(notice: Json | None) -> Json:
    if notice is None:
        message = "the channel was closed"
        raise ConnectionLostError(message)
    return notice


def _decoded(text: str | bytes) -> Json | None:
    try:
        notice: Any = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    return notice if isinstance(notice, dict) else None


def _activity(user: Json) -> Json:
    """A user's state now, as the notice of its change would tell it."""
    return {"topicName": USER.format(user["id"]), "eventBody": user}


def _until(since: Position) -> int:
    try:
        return msgspec.convert(since, AskedUntil).until
    except msgspec.ValidationError as wrong:
        message = f"the stored position is none of a pull ({wrong}); remove its file"
        raise RoadClosedError(message) from wrong
