"""The floor as the demo's own API tells it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from floorpulse.demo.domain.summary import KPIS, DemoProgress, Summary, lines, rate
from floorpulse.demo.domain.told import told
from floorpulse.kpis.policies import DEFAULT_POLICY
from floorpulse.runtime.clock import monotonic

WINDOW = "15m"
ANSWER_WITHIN = 5.0
INCIDENTS = "100"
MESSAGES = "5"


class DemoFloor:
    """Looks at the floor; `look` raises httpx.HTTPError while the API is away."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._before: DemoProgress | None = None

    async def ready(self) -> bool:
        """Whether figures can be read and events be taken."""
        try:
            return (await self._client.get("/readyz")).is_success
        except httpx.TransportError:
            return False

    async def look(self) -> Summary:
        """The floor now."""
        live = {"kpi": ",".join(KPIS), "window": WINDOW}
        by_queue, whole, queues, pipeline, incidents, messages = await asyncio.gather(
            self._get("/v1/kpis", **live, by="queue"),
            self._get("/v1/kpis", **live, by="total"),
            self._get("/v1/queues"),
            self._get("/v1/pipeline"),
            self._get("/v1/alerts", state="open", limit=INCIDENTS),
            self._get("/v1/messages", limit=MESSAGES),
        )
        targets = {row["queue"]: row["target"] for row in queues["rows"]}
        before = self._before
        now = DemoProgress(pipeline["total"]["applied"], pipeline["total"]["lag"], monotonic())
        self._before = now
        (floor,) = lines(whole["rows"], {}, DEFAULT_POLICY.target)
        return Summary(
            lines(by_queue["rows"], targets, DEFAULT_POLICY.target),
            floor,
            now,
            rate(before, now),
            told(incidents["rows"], messages["rows"]),
        )

    async def _get(self, path: str, **asked: str) -> Any:
        answer = await self._client.get(path, params=asked)
        return answer.raise_for_status().json()


@asynccontextmanager
async def floor(url: str, key: str) -> AsyncIterator[DemoFloor]:
    """A connection to the demo's origin; never through a proxy, as it is on loopback, and without
    authorities, which nothing there speaks of and which take long to read.
    """
    async with httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=ANSWER_WITHIN,
        trust_env=False,
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    ) as client:
        yield DemoFloor(client)
