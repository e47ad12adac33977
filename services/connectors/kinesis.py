"""Amazon Kinesis: a road over the shards of a data stream.

Kinesis gives every record at least once, in order within a shard. The position is a sequence number
a shard; without one a shard is read from its oldest record. Throttling and iterators that expire
pass by themselves; what the account may not do, or a stream that is not there, ends the road.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from itertools import count
from typing import Any, Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.connectors.kinesis_shards import OVER, ShardListing, Shards
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    Reconnecting,
    RoadClosedError,
)
from floorpulse.ingest.sources.source import SourceRecord

log: BoundLogger = structlog.get_logger(__name__)

MOST_RECORDS = 1000
"""Records of one answer"""
LOOK_EVERY = 1.0
"""Seconds between two looks at shards that had nothing: Kinesis allows five a second to all readers
of a shard together
"""
PASSING = frozenset(
    {
        "ExpiredIteratorException",
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
    }
)
"""What passes by itself: an iterator is good for five minutes, a shard for so much a second"""
HOPELESS = {
    "AccessDeniedException": "let the account list and read the stream",
    "ExpiredTokenException": "renew the credentials",
    "InvalidArgumentException": "remove the file of the position if it is of another stream",
    "InvalidSignatureException": "look at the credentials",
    "ResourceNotFoundException": "look at the name of the stream and at the region",
    "UnrecognizedClientException": "look at the credentials",
}
"""What trying again does not help against, and what to do"""


class KinesisDeclined(Exception):  # noqa: N818  it says what happened
    """Kinesis answered with an error; `code` is its name of it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class KinesisClient(Protocol):
    """Asks Kinesis one thing; blocks meanwhile."""

    def ask(self, operation: str, **asked: object) -> Mapping[str, Any]:
        """The answer to `list_shards`, `get_shard_iterator` or `get_records`.

        Raises `KinesisDeclined`; `ConnectionLostError` where there is no answer, `RoadClosedError`
        without credentials.
        """
        ...


def kinesis_road(client: KinesisClient, stream: str, every: float = LOOK_EVERY) -> Reconnecting:
    """A `Road` over a stream by its name or ARN; shards that had nothing are looked at again after
    `every` seconds.
    """

    def connect(since: Position | None) -> AsyncGenerator[Arrivals, None]:
        return StreamReader(client, stream, every).arrivals(since)

    return Reconnecting(f"Kinesis stream {stream}", connect)


class StreamReader:
    """Reads one stream until something goes wrong."""

    def __init__(self, client: KinesisClient, stream: str, every: float) -> None:
        self._client = client
        self._stream: Mapping[str, object] = {
            "StreamARN" if stream.startswith("arn:") else "StreamName": stream
        }
        self._every = every
        self._iterators: dict[str, str] = {}
        self._numbers = count(1)

    async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """Records of all shards as they come, children after their parents."""
        shards = Shards.since(since)
        shards.learn(await self._listed())
        while True:
            quiet = True
            for shard in shards.readable():
                arrived = await self._read(shards, shard)
                if arrived is not None:
                    quiet = False
                    yield arrived
            if quiet:
                await asyncio.sleep(self._every)

    async def _read(self, shards: Shards, shard: str) -> Arrivals | None:
        """What a shard has now; None where that is nothing. A shard that is over makes room for its
        children.
        """
        answer = await self._answer(shards, shard)
        if answer is None:
            return None
        told = answer["Records"]
        records = tuple(SourceRecord(next(self._numbers), bytes(one["Data"])) for one in told)
        if records:
            shards.reached[shard] = str(told[-1]["SequenceNumber"])
        following = answer.get("NextShardIterator")
        if following is None:
            log.info("shard_over", shard=shard)
            shards.reached[shard] = OVER
            shards.learn(await self._listed())
        else:
            self._iterators[shard] = following
        return Arrivals(records, shards.position) if records or following is None else None

    async def _answer(self, shards: Shards, shard: str) -> Mapping[str, Any] | None:
        """The records at the shard's iterator; None where it expired, or too much is asked."""
        try:
            iterator = self._iterators.pop(shard, None) or await self._iterator(shards, shard)
            return await self._ask("get_records", ShardIterator=iterator, Limit=MOST_RECORDS)
        except KinesisDeclined as why:
            log.info("shard_not_read", shard=shard, why=why.code)
            return None

    async def _iterator(self, shards: Shards, shard: str) -> str:
        """Behind the last record that was read; of a shard that was never read, before the
        oldest.
        """
        reached = shards.reached.get(shard)
        where: dict[str, object] = {"ShardIteratorType": "TRIM_HORIZON"}
        if reached is not None:
            where = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": reached,
            }
        answer = await self._ask("get_shard_iterator", **self._stream, ShardId=shard, **where)
        return str(answer["ShardIterator"])

    async def _listed(self) -> list[ShardListing]:
        found: list[ShardListing] = []
        asked = self._stream
        while True:
            try:
                answer = await self._ask("list_shards", **asked)
            except KinesisDeclined as why:
                raise ConnectionLostError(str(why)) from why
            found += map(_listing, answer["Shards"])
            if not answer.get("NextToken"):
                return found
            asked = {"NextToken": answer["NextToken"]}

    async def _ask(self, operation: str, **asked: object) -> Mapping[str, Any]:
        """An answer. Raises `KinesisDeclined` for what passes, `RoadClosedError` for what does not,
        else `ConnectionLostError`.
        """
        try:
            return await asyncio.to_thread(self._client.ask, operation, **asked)
        except KinesisDeclined as wrong:
            if wrong.code in PASSING:
                raise
            if wrong.code in HOPELESS:
                message = f"{wrong}; {HOPELESS[wrong.code]}"
                raise RoadClosedError(message) from wrong
            raise ConnectionLostError(str(wrong)) from wrong


def _listing(shard: Mapping[str, Any]) -> ShardListing:
    parents = (shard.get("ParentShardId"), shard.get("AdjacentParentShardId"))
    return ShardListing(str(shard["ShardId"]), frozenset(one for one in parents if one))
