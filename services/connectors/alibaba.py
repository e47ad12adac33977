"""Alibaba CCC, asked for: the records of finished calls, and the own record of each call that the
list cannot tell.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
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
from floorpulse.ingest.sources.alibaba_ccc.records import needs_its_record
from floorpulse.ingest.sources.fields import Fields

PAGE = 100
OK = "OK"
WRONG = ("InvalidAccessKey", "SignatureDoesNotMatch", "NoPermission", "Forbidden", "InvalidParam")
"""Beginnings of codes of errors that stay the same however often one asks"""

Json = dict[str, Any]


class AlibabaClient(Protocol):
    """What is asked; it blocks and signs. Answers are those of the API, with a `Data`."""

    def calls(self, asked: Mapping[str, object]) -> Json:
        """`ListCallDetailRecordsV2`."""
        ...

    def call(self, asked: Mapping[str, object]) -> Json:
        """`GetCallDetailRecord`."""
        ...


class AlibabaSdk:
    """An `AlibabaClient` over the SDK's `Client` and its `models`."""

    def __init__(self, client: Any, models: Any) -> None:
        self._client = client
        self._models = models

    def calls(self, asked: Mapping[str, object]) -> Json:
        """See `AlibabaClient.calls`."""
        request = self._models.ListCallDetailRecordsV2Request().from_map(dict(asked))
        return _body(self._client.list_call_detail_records_v2(request))

    def call(self, asked: Mapping[str, object]) -> Json:
        """See `AlibabaClient.call`."""
        request = self._models.GetCallDetailRecordRequest().from_map(dict(asked))
        return _body(self._client.get_call_detail_record(request))


def _body(answer: Any) -> Json:
    known: Json = answer.body.to_map()
    return known


class AlibabaCcc:
    """A `Road`: one instance's calls; `errors` are the SDK's, `now` gives epoch milliseconds."""

    def __init__(
        self,
        client: AlibabaClient,
        errors: type[Exception],
        instance: str,
        *,
        now: Callable[[], int],
        rhythm: Rhythm = RECORDS_OF_CALLS,
    ) -> None:
        self._client = client
        self._errors = errors
        self._instance = instance
        self._windows = AskedWindows(self._ask, rhythm, now=now)

    def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`."""
        return Reconnecting("Alibaba CCC", self._windows.arrivals).arrivals(since)

    async def _ask(self, since: int, until: int) -> AsyncGenerator[bytes, None]:
        number = 0
        records: list[Json] = []
        while number == 0 or len(records) == PAGE:
            number += 1
            window = {"StartTime": since, "EndTime": until}
            page = {"PageNumber": number, "PageSize": PAGE}
            data = await self._answered(self._client.calls, window | page)
            records = [one for one in data.get("List") or () if isinstance(one, dict)]
            for one in records:
                if needs_its_record(Fields(one)):
                    yield await self._own_record(one)
                else:
                    yield msgspec.json.encode({"Data": {"List": [one]}})

    async def _own_record(self, listed: Json) -> bytes:
        record = await self._answered(self._client.call, {"ContactId": listed.get("ContactId")})
        return msgspec.json.encode({"Data": record})

    async def _answered(
        self, question: Callable[[Mapping[str, object]], Json], params: Mapping[str, object]
    ) -> Json:
        try:
            answer = await asyncio.to_thread(question, {"InstanceId": self._instance, **params})
        except self._errors as wrong:
            raise _worded(str(getattr(wrong, "code", "")), str(wrong)) from wrong
        code = str(answer.get("Code", OK))
        if code != OK:
            raise _worded(code, str(answer.get("Message", "")))
        data = answer.get("Data")
        return data if isinstance(data, dict) else {}


def _worded(code: str, message: str) -> Exception:
    """What an error means: one that passes, or one that does not."""
    said = f"Alibaba CCC answers {code or 'an error'}: {message}"
    return RoadClosedError(said) if code.startswith(WRONG) else ConnectionLostError(said)
