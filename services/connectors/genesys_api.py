"""What Genesys Cloud is asked over HTTP: a token, whom to watch, channels, conversations."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from floorpulse.connectors.asked_over_http import ANSWER_WITHIN, answered
from floorpulse.connectors.road import RoadClosedError

PAGE = 100
"""Entries of one answer, and conversations that are asked for at once"""
MOST_TOPICS = 1_000
"""Topics of one channel"""
MOST_CHANNELS = 20
QUEUE = "v2.routing.queues.{}.conversations"
USER = "v2.users.{}.activity"

Json = dict[str, Any]


@dataclass(frozen=True)
class GenesysAccess:
    """Where Genesys Cloud is and who asks: the client of an OAuth grant by client credentials."""

    login: str
    api: str
    client: str
    secret: str

    @classmethod
    def in_region(cls, region: str, client: str, secret: str) -> "GenesysAccess":
        """The access in a region, named by its domain, such as `mypurecloud.ie`."""
        return cls(f"https://login.{region}", f"https://api.{region}", client, secret)


class GenesysApi:
    """Questions with a token; `opened` gives one."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def queues(self) -> list[str]:
        """The ids of all queues."""
        return [one["id"] async for one in self._entities("/api/v2/routing/queues", {})]

    async def users(self) -> list[Json]:
        """All active users with presence and routing status."""
        asked = {"state": "active", "expand": "presence,routingStatus"}
        return [one async for one in self._entities("/api/v2/users", asked)]

    async def channels(self, topics: Sequence[str]) -> list[str]:
        """New channels for these topics: the addresses of their WebSockets."""
        if len(topics) > MOST_TOPICS * MOST_CHANNELS:
            message = f"{len(topics)} topics are more than Genesys Cloud's channels carry"
            raise RoadClosedError(message)
        return [
            await self._channel(topics[at : at + MOST_TOPICS])
            for at in range(0, len(topics), MOST_TOPICS)
        ]

    async def details(self, conversations: Sequence[str]) -> list[Json]:
        """The details of these conversations, at most a page of them."""
        path = "/api/v2/analytics/conversations/details"
        answer = await answered(self._client, "GET", path, params={"id": list(conversations)})
        return _objects(answer, "conversations")

    async def details_between(self, since: int, until: int) -> AsyncGenerator[list[Json], None]:
        """The details of all conversations between two epoch milliseconds, page by page."""
        path = "/api/v2/analytics/conversations/details/query"
        number = 0
        known: list[Json] = []
        while number == 0 or len(known) == PAGE:
            number += 1
            asked = {
                "interval": f"{_stamp(since)}/{_stamp(until)}",
                "paging": {"pageSize": PAGE, "pageNumber": number},
            }
            answer = await answered(self._client, "POST", path, json=asked)
            known = _objects(answer, "conversations")
            yield known

    async def _entities(self, path: str, asked: Json) -> AsyncGenerator[Json, None]:
        number = 1
        pages = 1
        while number <= pages:
            page = {"pageSize": PAGE, "pageNumber": number}
            answer = await answered(self._client, "GET", path, params=asked | page)
            for one in _objects(answer, "entities"):
                if isinstance(one.get("id"), str):
                    yield one
            said = answer.get("pageCount") if isinstance(answer, dict) else None
            pages = said if isinstance(said, int) else number
            number += 1

    async def _channel(self, topics: Iterable[str]) -> str:
        made = await answered(self._client, "POST", "/api/v2/notifications/channels")
        path = f"/api/v2/notifications/channels/{made['id']}/subscriptions"
        await answered(self._client, "PUT", path, json=[{"id": one} for one in topics])
        return str(made["connectUri"])


@asynccontextmanager
async def opened(access: GenesysAccess) -> AsyncGenerator[GenesysApi, None]:
    """Questions with a fresh token, which lasts a day."""
    async with httpx.AsyncClient(timeout=ANSWER_WITHIN) as client:
        told = await answered(
            client,
            "POST",
            f"{access.login}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=httpx.BasicAuth(access.client, access.secret),
        )
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    async with httpx.AsyncClient(
        base_url=access.api, headers=headers, timeout=ANSWER_WITHIN
    ) as client:
        yield GenesysApi(client)


def _objects(answer: object, name: str) -> list[Json]:
    known = answer.get(name) if isinstance(answer, dict) else None
    return [one for one in known if isinstance(one, dict)] if isinstance(known, list) else []


def _stamp(at: int) -> str:
    moment = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{at % 1000:03}Z"
