"""The pull of Alibaba CCC: pages of calls, the own record where the list says too little."""

import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from floorpulse.connectors.alibaba import PAGE, AlibabaCcc, AlibabaClient, AlibabaSdk
from floorpulse.connectors.road import RoadClosedError

NOW = 1_793_620_000_000

Json = dict[str, Any]


class SdkError(Exception):
    """An error as the SDK raises it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Recorded:
    """An `AlibabaClient` with so many calls, the first of them transferred."""

    def __init__(self, calls: int, *codes: str, error: str | None = None) -> None:
        self.asked: list[Json] = []
        self._calls = calls
        self._codes = list(codes)
        self._error = error

    def calls(self, asked: Mapping[str, object]) -> Json:
        self.asked.append(dict(asked))
        if self._error is not None:
            raise SdkError(self._error)
        if self._codes:
            return {"Code": self._codes.pop(0), "Message": "no"}
        page = asked["PageNumber"]
        assert isinstance(page, int)
        begin = (page - 1) * PAGE
        records = [listed(one) for one in range(begin, min(self._calls, begin + PAGE))]
        return {"Code": "OK", "Data": {"List": records}}

    def call(self, asked: Mapping[str, object]) -> Json:
        self.asked.append(dict(asked))
        return {"Code": "OK", "Data": {"ContactId": asked["ContactId"], "QueueEvents": []}}


def listed(number: int) -> Json:
    return {"ContactId": f"job-{number}", "TransferCount": 1 if number == 0 else 0}


async def payloads(client: AlibabaClient) -> list[Json]:
    road = AlibabaCcc(client, SdkError, "ccc-test", now=lambda: NOW)
    known: list[Json] = []
    async with aclosing(road.arrivals({"until": NOW - 60_000})) as arrivals:
        async for arrived in arrivals:
            known += [json.loads(one.content)["Data"] for one in arrived.records]
            if arrived.position is not None:
                break
    return known


async def test_all_pages_are_asked_for_and_the_own_record_of_a_transferred_call() -> None:
    client = Recorded(PAGE + 2)

    first, record, second = await payloads(client)
    assert (len(first["List"]), record["ContactId"], len(second["List"])) == (PAGE, "job-0", 2)
    assert {one["InstanceId"] for one in client.asked} == {"ccc-test"}


async def test_an_answer_that_passes_is_asked_again() -> None:
    client = Recorded(1, "Throttling.User")

    assert [len(one.get("List", ())) for one in await payloads(client)] == [1, 0]


async def test_what_no_patience_mends_ends_the_pull() -> None:
    with pytest.raises(RoadClosedError, match=r"answers NoPermission\.Instance: no"):
        await payloads(Recorded(1, "NoPermission.Instance"))
    with pytest.raises(RoadClosedError, match=r"answers InvalidAccessKeyId\.NotFound"):
        await payloads(Recorded(1, error="InvalidAccessKeyId.NotFound"))


async def test_records_come_through_the_sdks_own_models_as_the_api_wrote_them() -> None:
    models = pytest.importorskip("alibabacloud_ccc20200701.models")
    answer = {
        "headers": {},
        "statusCode": 200,
        "body": {"Code": "OK", "Data": {"List": [{"ContactId": "job-1", "QueueTime": 5}]}},
    }

    class Client:
        """The SDK's client, its network replaced."""

        def list_call_detail_records_v2(self, request: Any) -> Any:
            assert (request.instance_id, request.page_number) == ("ccc-test", 1)
            return models.ListCallDetailRecordsV2Response().from_map(answer)

    (page,) = await payloads(AlibabaSdk(Client(), models))
    assert page["List"] == [{"ContactId": "job-1", "QueueTime": 5}]
