"""A server that takes events, behind an HTTP client without a network; it can be away."""

import gzip
import json
from typing import Any

import httpx


class EventServer(httpx.AsyncBaseTransport):
    """Keeps the events of the batches that it accepted; while `is_away` it answers 503.

    Events whose `type` is `refused` are rejected; `answers` are statuses of the next requests that
    are neither.
    """

    def __init__(self) -> None:
        self.is_away = False
        self.requests = 0
        self.answers: list[int] = []
        self.taken: list[dict[str, Any]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take a batch."""
        self.requests += 1
        if self.is_away:
            return httpx.Response(503, request=request)
        if self.answers:
            return httpx.Response(self.answers.pop(0), request=request)
        body = await request.aread()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        events = [json.loads(line) for line in body.splitlines()]
        refused = [n for n, one in enumerate(events) if one.get("type") == "refused"]
        self.taken += [one for one in events if one.get("type") != "refused"]
        rejected = [{"index": n, "reason": "malformed", "detail": "no"} for n in refused]
        answer = {"accepted": len(events) - len(refused), "rejected": rejected}
        return httpx.Response(202, json=answer, request=request)

    def client(self) -> httpx.AsyncClient:
        """A client of this server."""
        return httpx.AsyncClient(transport=self, base_url="http://floor")
