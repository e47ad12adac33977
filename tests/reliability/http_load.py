"""The load by way of ingest: posts as a patient client does, and keeps what was accepted; a killed
ingest is only a pause.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

import httpx
from pydantic import SecretStr

from floorpulse.access.keys import KeyRing
from floorpulse.demo.embedded.child import LOOPBACK, free_port
from floorpulse.ingest.settings import CustomerKeySettings
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.database import async_engine
from tests.reliability.rig import Rig
from tests.reliability.stories import TENANTS, stream
from tests.reliability.workers import Worker

CUSTOMER_KEY = CustomerKeySettings(name="test", secret=SecretStr("s" * 32))
ACCEPTED = 202
AGAIN = {429, 503}
ANSWER_WITHIN = 30.0
TRY_AGAIN = 0.3
TICK = 0.5


class HttpLoad:
    """Sends to ingest on `port`, one key a tenant; `answers` counts status codes, 0 for no answer
    at all.
    """

    def __init__(self, client: httpx.AsyncClient, keys: dict[str, str], seed: int) -> None:
        self._client = client
        self._keys = keys
        self._stream = stream(seed, f"http{seed}-")
        self.kept: list[bytes] = []
        self.answers: Counter[int] = Counter()

    async def send(self, number: int) -> None:
        """The next `number` events; returns when all are accepted."""
        values = list(islice(self._stream, number))
        for tenant in TENANTS:
            own = [value for value in values if json.loads(value)["tenant"] == tenant]
            if own:
                await self._insist(tenant, own)

    async def _insist(self, tenant: str, values: list[bytes]) -> None:
        headers = {
            "Authorization": f"Bearer {self._keys[tenant]}",
            "Content-Type": "application/x-ndjson",
        }
        while True:
            status, accepted = await self._post(headers, b"\n".join(values))
            self.answers[status] += 1
            if status == ACCEPTED:
                assert accepted == len(values), f"{len(values) - accepted} events were rejected"
                self.kept += values
                return
            assert status in {0, *AGAIN}, f"ingest answered {status}"
            await asyncio.sleep(TRY_AGAIN)

    async def _post(self, headers: dict[str, str], body: bytes) -> tuple[int, int]:
        try:
            answer = await self._client.post("/v1/events", content=body, headers=headers)
        except httpx.TransportError:
            return 0, 0
        return answer.status_code, answer.json().get("accepted", 0)

    async def pace(self, rate: float, over: asyncio.Event) -> None:
        """Send `rate` events a second until it is over; returns when all are accepted."""
        began = monotonic()
        sent = 0
        while not over.is_set():
            due = min(int((monotonic() - began) * rate) - sent, 500)
            if due > 0:
                await self.send(due)
                sent += due
            await asyncio.sleep(TICK)


class Ingest:
    """An ingest process that can be killed and replaced on its port."""

    def __init__(self, rig: Rig, **settings: object) -> None:
        self._rig = rig
        self._settings = settings
        self.port = free_port()
        self.worker = self._start()

    def _start(self) -> Worker:
        keys = json.dumps(
            [{"name": CUSTOMER_KEY.name, "secret": CUSTOMER_KEY.secret.get_secret_value()}]
        )
        return self._rig.hire_for(
            "ingest", INGEST__PORT=self.port, INGEST__CUSTOMER_KEYS=keys, **self._settings
        )

    async def replace(self) -> None:
        """kill -9, and another in its place."""
        self.worker.kill()
        await self.worker.ended()
        self.worker = self._start()


@asynccontextmanager
async def http_load(rig: Rig, port: int, seed: int) -> AsyncIterator[HttpLoad]:
    """A load with keys for all tenants."""
    engine = async_engine(rig.database)
    ring = KeyRing(engine)
    keys = {tenant: await ring.create(tenant, "load", ["events:write"]) for tenant in TENANTS}
    await engine.dispose()
    async with httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{port}", timeout=ANSWER_WITHIN, trust_env=False
    ) as client:
        yield HttpLoad(client, keys, seed)
