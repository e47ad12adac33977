"""Tencent CCC, asked for: the records of finished calls, and the history of every agent's states.

Records come before states: they say which visit of a transferred call was whose.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from floorpulse.connectors.asked_windows import RECORDS_OF_CALLS, AskedWindows, Rhythm
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    Reconnecting,
    RoadClosedError,
)

PAGE = 100
MOST_ROWS = 1_000
WRONG = ("AuthFailure", "UnauthorizedOperation", "InvalidParameter", "MissingParameter")
"""Codes of errors that stay the same however often one asks"""

Json = dict[str, Any]


class TencentClient(Protocol):
    """The part of Tencent's SDK that is used: `CommonClient`; it blocks and signs."""

    def call_json(self, action: str, params: Mapping[str, object]) -> Json:
        """The answer to an action, as JSON with a `Response`."""
        ...


class TencentCcc:
    """A `Road`: one application's calls and agents.

    `application` is the SdkAppId, `staff` the accounts of the agents whose states are asked for.
    `now` gives epoch milliseconds, `errors` are the SDK's.
    """

    def __init__(
        self,
        client: TencentClient,
        errors: type[Exception],
        application: int,
        staff: Sequence[str],
        *,
        now: Callable[[], int],
        rhythm: Rhythm = RECORDS_OF_CALLS,
    ) -> None:
        self._client = client
        self._errors = errors
        self._application = application
        self._staff = staff
        self._windows = AskedWindows(self._ask, rhythm, now=now)

    def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`."""
        return Reconnecting("Tencent CCC", self._windows.arrivals).arrivals(since)

    async def _ask(self, since: int, until: int) -> AsyncGenerator[bytes, None]:
        async for record in self._calls(since, until):
            yield msgspec.json.encode(record)
        for one in self._staff:
            yield msgspec.json.encode(await self._states(one, since, until))

    async def _calls(self, since: int, until: int) -> AsyncGenerator[Json, None]:
        number = 0
        known = PAGE
        while known == PAGE:
            asked = {"StartTimeStamp": since // 1000, "EndTimeStamp": until // 1000}
            page = {"PageSize": PAGE, "PageNumber": number}
            answer = await self._answered("DescribeTelCdr", asked | page)
            records = answer.get("TelCdrList") or answer.get("TelCdrs") or []
            known = len(records)
            number += 1
            for one in records:
                yield one

    async def _states(self, staff: str, since: int, until: int) -> Json:
        """All rows of one agent in one payload: what an agent does lasts until the next row."""
        rows: list[Json] = []
        asked = {"StaffUserId": staff, "PageSize": MOST_ROWS}
        window = {"StartTimestamp": since // 1000, "EndTimestamp": until // 1000}
        cursor: Json = {}
        while True:
            answer = await self._answered("DescribeStaffStatusHistory", asked | window | cursor)
            page = answer.get("Data") or []
            rows += page
            if len(page) < MOST_ROWS or not page[-1].get("Cursor"):
                return {"Response": {"Data": rows}}
            cursor = {"Cursor": page[-1]["Cursor"]}

    async def _answered(self, action: str, params: Mapping[str, object]) -> Json:
        asked = {"SdkAppId": self._application, **params}
        try:
            answer = await asyncio.to_thread(self._client.call_json, action, asked)
        except self._errors as wrong:
            raise _worded(action, wrong) from wrong
        told = answer.get("Response")
        return told if isinstance(told, dict) else {}


def _worded(action: str, wrong: Exception) -> Exception:
    """What an error of the SDK means: one that passes, or one that does not."""
    code = getattr(wrong, "code", "") or ""
    message = f"{action}: {wrong}"
    if str(code).startswith(WRONG):
        return RoadClosedError(message)
    return ConnectionLostError(message)
