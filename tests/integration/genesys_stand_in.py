"""A stand-in of Genesys Cloud: tokens, queues, users, channels and analytics on loopback; channels
drop, repeat notices and forget some.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve

from floorpulse.connectors.genesys_api import PAGE, GenesysAccess
from tests.integration.answering import Asked, Said, answering

Json = dict[str, Any]
SECRET = "right"  # noqa: S105  of the stand-in
CLOSING = {"Content-Type": "application/json", "Connection": "close"}


@dataclass
class Organisation:
    """What has happened: details by conversation, in the order in which they changed."""

    details: dict[str, Json]
    random: Random
    channels: int = 0
    closed: int = 0
    topics: list[str] = field(default_factory=list)
    tokens: int = 0
    channel: str = ""

    @property
    def script(self) -> list[Json]:
        """Notices of one channel: a share of all conversations, some twice, in any order."""
        known = [one for one in self.details if self.random.random() < 0.8]
        known += self.random.sample(known, len(known) // 4)
        self.random.shuffle(known)
        return [notice(one) for one in known]

    def answered(self, asked: Asked) -> Said:  # noqa: PLR0911  one answer a path
        """An answer of the API."""
        path = urlsplit(asked.target)
        match asked.method, path.path:
            case "POST", "/oauth/token":
                return self._token(asked)
            case "GET", "/api/v2/routing/queues":
                return _said({"entities": [{"id": "q-1"}, {"id": "q-2"}], "pageCount": 1})
            case "GET", "/api/v2/users":
                return _said({"entities": [user("u-1"), user("u-2")], "pageCount": 1})
            case "POST", "/api/v2/notifications/channels":
                self.channels += 1
                return _said({"id": f"c-{self.channels}", "connectUri": self.channel})
            case "PUT", _:
                self.topics = [one["id"] for one in json.loads(asked.body)]
                return _said({})
            case "POST", "/api/v2/analytics/conversations/details/query":
                return self._page(json.loads(asked.body)["paging"]["pageNumber"])
            case _:
                ids = parse_qs(path.query)["id"]
                return _said({"conversations": [self.details[one] for one in ids]})

    def _token(self, asked: Asked) -> Said:
        self.tokens += 1
        if asked.headers.get("authorization") != "Basic bWU6cmlnaHQ=":
            return Said(401, b"{}", CLOSING)
        return _said({"access_token": "t", "expires_in": 86_400})

    def _page(self, number: int) -> Said:
        """A page of the conversations; a fifth of them is not in analytics yet."""
        known = [one for place, one in enumerate(self.details.values()) if place % 5]
        return _said({"conversations": known[(number - 1) * PAGE : number * PAGE]})

    async def spoken(self, connection: ServerConnection) -> None:
        """One channel: speaks, breaks off somewhere, and the last one stays."""
        self.closed += 1
        notices = self.script
        breaks = self.closed <= 2
        for one in notices[: self.random.randrange(len(notices)) if breaks else None]:
            await connection.send(json.dumps(one))
        if breaks:
            if self.closed == 2:
                await connection.send(json.dumps({"topicName": "v2.system.socket_closing"}))
            connection.transport.abort() if self.closed == 1 else await connection.close()
            return
        for one in self.details:
            await connection.send(json.dumps(notice(one)))
        await connection.wait_closed()


def notice(conversation: str) -> Json:
    return {
        "topicName": "v2.routing.queues.q-1.conversations",
        "eventBody": {"id": conversation, "participants": []},
    }


def user(name: str) -> Json:
    at = "2026-11-02T08:00:00.000Z"
    return {
        "id": name,
        "routingStatus": {"status": "IDLE", "startTime": at},
        "presence": {
            "presenceDefinition": {"id": "p", "systemPresence": "ON_QUEUE"},
            "modifiedDate": at,
        },
    }


def _said(body: Json) -> Said:
    return Said(200, json.dumps(body).encode(), CLOSING)


@asynccontextmanager
async def organisation(
    details: dict[str, Json], seed: int
) -> AsyncIterator[tuple[Organisation, GenesysAccess]]:
    """A stand-in that works, and how it is reached."""
    known = Organisation(details, Random(seed))
    async with serve(known.spoken, "127.0.0.1", 0) as server, answering(known.answered) as http:
        port = server.sockets[0].getsockname()[1]
        known.channel = f"ws://127.0.0.1:{port}/channels/1"
        address = f"http://127.0.0.1:{http.port}"
        yield known, GenesysAccess(address, address, "me", SECRET)
