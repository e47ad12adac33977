"""The events of a TaskRouter workspace, asked for: what no callback brought is found here.

The list of events has no pages: a window that may be cut short is asked for in halves. Events come
in the order in which they happened.
"""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from floorpulse.connectors.asked_over_http import ANSWER_WITHIN, answered
from floorpulse.connectors.asked_windows import AskedWindows, Rhythm
from floorpulse.connectors.road import Arrivals, Position, Reconnecting

ADDRESS = "https://taskrouter.twilio.com"
MOST = 1_000
"""Events that one question gives"""
SECOND = 1_000
EVERY_MINUTE = Rhythm(past=3_600_000, longest=3_600_000, overlap=120_000, every=60_000)
"""An hour back at first, then each minute, two minutes over the last"""


class TwilioEvents:
    """A `Road`: the events of one workspace.

    `account` and `token` are those of the account, or an API key and its secret; `workspace` is
    `WS…`; `address` is Twilio's, and `now` gives epoch milliseconds.
    """

    def __init__(
        self,
        workspace: str,
        account: str,
        token: str,
        *,
        now: Callable[[], int],
        address: str = ADDRESS,
        rhythm: Rhythm = EVERY_MINUTE,
    ) -> None:
        self._path = f"/v1/Workspaces/{workspace}/Events"
        self._auth = httpx.BasicAuth(account, token)
        self._address = address
        self._windows = AskedWindows(self._ask, rhythm, now=now)

    def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`."""
        return Reconnecting(self._address, self._windows.arrivals).arrivals(since)

    async def _ask(self, since: int, until: int) -> AsyncGenerator[bytes, None]:
        async with httpx.AsyncClient(
            base_url=self._address, auth=self._auth, timeout=ANSWER_WITHIN
        ) as client:
            for event in await self._between(client, since, until):
                yield msgspec.json.encode(event)

    async def _between(
        self, client: httpx.AsyncClient, since: int, until: int
    ) -> list[dict[str, Any]]:
        asked = {"StartDate": _stamp(since), "EndDate": _stamp(until + SECOND), "PageSize": MOST}
        answer = await answered(client, "GET", self._path, params=asked)
        known = answer.get("events") if isinstance(answer, dict) else None
        events = [one for one in known or () if isinstance(one, dict)]
        if len(events) >= MOST and until - since > SECOND:
            middle = (since + until) // 2
            earlier = await self._between(client, since, middle)
            return earlier + await self._between(client, middle, until)
        return sorted(events, key=_instant)


def _stamp(at: int) -> str:
    """An instant as Twilio asks for it, in whole seconds."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(event: dict[str, Any]) -> int:
    at = event.get("event_date_ms")
    return at if isinstance(at, int) else 0
