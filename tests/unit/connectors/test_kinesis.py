"""Kinesis: shards in their order, iterators that expire, throttling, connections that break; on a
stream in memory.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from random import Random
from typing import Any

import pytest

from floorpulse.connectors.kinesis import (
    HOPELESS,
    PASSING,
    KinesisDeclined,
    StreamReader,
    kinesis_road,
)
from floorpulse.connectors.kinesis_shards import ShardListing, Shards
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    Road,
    RoadClosedError,
)
from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from tests.fakes.connect_floor import calls
from tests.unit.ingest.sources.told import decode, figures, opened


class MemoryStream:
    """A `KinesisClient`: shards with their records, `troubles` that come before answers."""

    def __init__(self, **shards: Sequence[str]) -> None:
        self.shards = {name: list(records) for name, records in shards.items()}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.over: set[str] = set()
        self.troubles: list[Exception] = []
        self.page = 2
        self.asked: list[str] = []

    def ask(self, operation: str, **asked: object) -> Mapping[str, Any]:
        self.asked.append(operation)
        if self.troubles:
            raise self.troubles.pop(0)
        answer: Mapping[str, Any] = getattr(self, f"_{operation}")(asked)
        return answer

    def _list_shards(self, asked: Mapping[str, object]) -> Mapping[str, Any]:
        begin = int(str(asked.get("NextToken", 0)))
        names = list(self.shards)
        shown = [self._shown(name) for name in names[begin : begin + 2]]
        return {"Shards": shown} | ({"NextToken": begin + 2} if begin + 2 < len(names) else {})

    def _shown(self, name: str) -> Mapping[str, Any]:
        fields = ("ParentShardId", "AdjacentParentShardId")
        return {"ShardId": name} | dict(zip(fields, self.parents.get(name, ()), strict=False))

    def _get_shard_iterator(self, asked: Mapping[str, object]) -> Mapping[str, Any]:
        after = asked.get("StartingSequenceNumber")
        assert (after is None) == (asked["ShardIteratorType"] == "TRIM_HORIZON")
        return {
            "ShardIterator": f"{asked['ShardId']}/{0 if after is None else int(str(after)) + 1}"
        }

    def _get_records(self, asked: Mapping[str, object]) -> Mapping[str, Any]:
        name, _, begin = str(asked["ShardIterator"]).partition("/")
        end = int(begin) + self.page
        records = self.shards[name][int(begin) : end]
        answer: dict[str, Any] = {
            "Records": [
                {"SequenceNumber": str(int(begin) + index), "Data": record.encode()}
                for index, record in enumerate(records)
            ]
        }
        if name not in self.over or end < len(self.shards[name]):
            answer["NextShardIterator"] = f"{name}/{int(begin) + len(records)}"
        return answer


async def read(road: Road, number: int, since: Position | None = None) -> list[Arrivals]:
    """What comes along the road until `number` records came."""
    found: list[Arrivals] = []
    async with asyncio.timeout(5), aclosing(road.arrivals(since)) as arrivals:
        async for arrived in arrivals:
            found.append(arrived)
            if sum(len(one.records) for one in found) >= number:
                break
    return found


def contents(arrivals: Sequence[Arrivals]) -> list[str]:
    return [record.content.decode() for one in arrivals for record in one.records]


async def test_all_shards_are_read_each_in_its_order() -> None:
    stream = MemoryStream(a=["a1", "a2", "a3"], b=["b1"], c=["c1"])
    found = contents(await read(kinesis_road(stream, "s", 0), 5))
    assert sorted(found) == ["a1", "a2", "a3", "b1", "c1"]
    assert [one for one in found if one.startswith("a")] == ["a1", "a2", "a3"]
    assert stream.asked.count("list_shards") == 2


async def test_a_later_run_goes_on_behind_the_stored_position() -> None:
    stream = MemoryStream(a=["a1", "a2", "a3"], b=["b1"])
    first = await read(kinesis_road(stream, "arn:aws:kinesis:x", 0), 2)
    later = await read(kinesis_road(stream, "s", 0), 2, first[-1].position)
    assert sorted(contents(first) + contents(later)) == ["a1", "a2", "a3", "b1"]


async def test_children_are_read_when_their_parents_are_over() -> None:
    stream = MemoryStream(child=["c1"], a=["a1", "a2", "a3"], b=["b1"])
    stream.parents = {"child": ("a", "b")}
    stream.over = {"a", "b"}
    found = contents(await read(kinesis_road(stream, "s", 0), 5))
    assert found[-1] == "c1"
    assert len(found) == 5


async def test_a_shard_that_is_over_is_not_read_again_by_a_later_run() -> None:
    stream = MemoryStream(a=["a1"], child=["c1"])
    stream.parents, stream.over = {"child": ("a",)}, {"a"}
    first = await read(kinesis_road(stream, "s", 0), 1)
    later = await read(kinesis_road(stream, "s", 0), 1, first[-1].position)
    assert contents(later) == ["c1"]


@pytest.mark.parametrize("code", sorted(PASSING))
async def test_what_passes_by_itself_costs_no_record(code: str) -> None:
    stream = MemoryStream(a=["a1", "a2", "a3"])
    reader = StreamReader(stream, "s", 0)
    async with asyncio.timeout(5), aclosing(reader.arrivals(None)) as arrivals:
        first = await anext(arrivals)
        stream.troubles = [KinesisDeclined(code, code)] * 3
        assert contents([first, await anext(arrivals)]) == ["a1", "a2", "a3"]


@pytest.mark.parametrize("code", sorted(HOPELESS))
async def test_what_trying_again_does_not_help_ends_the_road_with_words(code: str) -> None:
    stream = MemoryStream(a=["a1"])
    stream.troubles = [KinesisDeclined(code, "no")]
    with pytest.raises(RoadClosedError, match=r"^no; "):
        await read(kinesis_road(stream, "s", 0), 1)


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionLostError("no answer"),
        KinesisDeclined("InternalFailure", "no"),
        KinesisDeclined("LimitExceededException", "too many questions"),
    ],
)
async def test_a_connection_that_breaks_is_opened_anew(trouble: Exception) -> None:
    stream = MemoryStream(a=["a1"])
    stream.troubles = [trouble]
    assert contents(await read(kinesis_road(stream, "s", 0), 1)) == ["a1"]


async def test_cuts_wherever_they_come_lose_and_repeat_nothing() -> None:
    records = {name: [f"{name}{number}" for number in range(40)] for name in "abcd"}
    for seed in range(20):
        random = Random(seed)
        stream = MemoryStream(**records)
        stream.parents, stream.over = {"c": ("a",), "d": ("a", "b")}, {"a", "b"}
        stream.page = random.randint(1, 7)
        found: list[str] = []
        since = None
        while len(found) < 160:
            wanted = random.randint(1, 40)
            part = await read(kinesis_road(stream, "s", 0), min(wanted, 160 - len(found)), since)
            since = part[-1].position
            found += contents(part)
        for name, told in records.items():
            assert [one for one in found if one.startswith(name)] == told


@pytest.mark.no_cover
async def test_ten_thousand_records_through_cuts_give_the_figures_of_the_floor() -> None:
    random = Random(17)
    truth = calls(8000, random)
    told = [json.dumps(call.record()) for call in truth]
    told += random.sample(told, len(told) // 4)  # re-sent
    random.shuffle(told)
    stream = MemoryStream(a=told[::2], b=told[1::2])
    stream.page = 900
    adapter = opened("amazon-connect")
    since = None
    visits: dict[str, Visit] = {}
    taken = 0
    while taken < len(told):
        stream.troubles = [ConnectionLostError("cut")] * random.randrange(2)
        wanted = min(random.randrange(1, 3000), len(told) - taken)
        for arrived in await read(kinesis_road(stream, "s", 0), wanted, since):
            since = arrived.position
            taken += len(arrived.records)
            for record in arrived.records:
                fold(visits, adapter.take(record))
    assert taken == len(told) >= 10_000
    for call in truth:
        known = figures(visits[call.id])
        assert {name: known[name] for name in call.figures} == call.figures


def fold(visits: dict[str, Visit], events: Sequence[bytes] | Refusal) -> None:
    assert not isinstance(events, Refusal)
    for event in events:
        one = decode(event)
        merge(visits.setdefault(visit_key(one)[1], Visit()), one)


def test_a_shard_that_aged_out_is_forgotten_and_holds_nobody_up() -> None:
    shards = Shards.since({"shards": {"old": "7", "a": "over"}})
    shards.learn([ShardListing("b", frozenset({"old", "a"})), ShardListing("a")])
    assert shards.position == {"shards": {"a": "over"}}
    assert shards.readable() == ["b"]


def test_a_position_of_something_else_ends_the_road() -> None:
    with pytest.raises(RoadClosedError, match="none of a Kinesis stream"):
        Shards.since({"shards": [1]})
