"""The pull of Tencent CCC: pages of calls, states of agents, errors that pass and that do not."""

import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from floorpulse.connectors.road import RoadClosedError
from floorpulse.connectors.tencent import PAGE, TencentCcc

NOW = 1_793_620_000_000

Json = dict[str, Any]


class SdkError(Exception):
    """An error as the SDK raises it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Recorded:
    """The part of the SDK's client that is used, with answers of one action each."""

    def __init__(self, calls: int = 0, rows: int = 0, errors: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, Json]] = []
        self._calls = calls
        self._rows = rows
        self._errors = list(errors)

    def call_json(self, action: str, params: Mapping[str, object]) -> Json:
        self.asked.append((action, dict(params)))
        if self._errors:
            raise SdkError(self._errors.pop(0))
        if action == "DescribeTelCdr":
            page = params["PageNumber"]
            assert isinstance(page, int)
            rest = max(0, min(PAGE, self._calls - page * PAGE))
            return {
                "Response": {"TelCdrList": [{"SessionId": f"{page}-{one}"} for one in range(rest)]}
            }
        return {"Response": {"Data": [{"StaffEmail": params["StaffUserId"]}] * self._rows}}


async def payloads(client: Recorded, most: int, staff: tuple[str, ...] = ()) -> list[Json]:
    road = TencentCcc(client, SdkError, 1_400, staff, now=lambda: NOW)
    known: list[Json] = []
    async with aclosing(road.arrivals({"until": NOW - 60_000})) as arrivals:
        async for arrived in arrivals:
            known += [json.loads(one.content) for one in arrived.records]
            if arrived.position is not None or len(known) == most:
                break
    return known


async def test_all_pages_of_calls_come_before_the_states_of_each_agent() -> None:
    client = Recorded(calls=PAGE + 3, rows=2)

    first, second, ann, ben = await payloads(client, 9, ("ann", "ben"))
    assert [len(one["Response"]["TelCdrs"]) for one in (first, second)] == [PAGE, 3]
    assert [one["Response"]["Data"] for one in (ann, ben)] == [
        [{"StaffEmail": "ann"}] * 2,
        [{"StaffEmail": "ben"}] * 2,
    ]
    assert {params["SdkAppId"] for _, params in client.asked} == {1_400}


async def test_an_error_that_passes_is_asked_again() -> None:
    client = Recorded(calls=1, errors=("RequestLimitExceeded",))

    assert len(await payloads(client, 9)) == 1
    assert [action for action, _ in client.asked] == ["DescribeTelCdr"] * 2


async def test_a_wrong_secret_ends_the_pull() -> None:
    with pytest.raises(RoadClosedError, match="DescribeTelCdr: AuthFailure"):
        await payloads(Recorded(errors=("AuthFailure.SignatureFailure",)), 9)
