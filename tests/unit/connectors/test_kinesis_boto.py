"""Kinesis by boto3, whose own stub answers: what is asked, and what its errors mean."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from floorpulse.connectors.kinesis import KinesisDeclined, StreamReader
from floorpulse.connectors.road import ConnectionLostError, RoadClosedError

boto3 = pytest.importorskip("boto3", reason="needs the extra `amazon`")
stub = pytest.importorskip("botocore.stub")
exceptions = pytest.importorskip("botocore.exceptions")
kinesis_boto = pytest.importorskip("floorpulse.connectors.kinesis_boto")

SHARD = {
    "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "9"},
    "SequenceNumberRange": {"StartingSequenceNumber": "1"},
}
LISTED = [{"ShardId": "a", **SHARD}]
SPLIT = [*LISTED, {"ShardId": "b", "ParentShardId": "a", **SHARD}]
HORIZON = {"StreamName": "s", "ShardId": "a", "ShardIteratorType": "TRIM_HORIZON"}
BEHIND = {
    "StreamName": "s",
    "ShardId": "a",
    "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
    "StartingSequenceNumber": "7",
}


def stubbed() -> tuple[object, Any]:
    client = boto3.client(
        "kinesis",
        region_name="eu-west-2",
        aws_access_key_id="id",
        aws_secret_access_key="secret",  # noqa: S106  a test's
    )
    return client, stub.Stubber(client)


def record(number: str, data: bytes) -> dict[str, object]:
    return {"SequenceNumber": number, "Data": data, "PartitionKey": "k"}


def script(answers: Any) -> None:
    """A shard with a record, an iterator that expires, too many questions, the shard's end, its
    child.
    """
    answers.add_response("list_shards", {"Shards": LISTED}, {"StreamName": "s"})
    answers.add_response("get_shard_iterator", {"ShardIterator": "i1"}, HORIZON)
    first = {"Records": [record("7", b"one")], "NextShardIterator": "i2"}
    answers.add_response("get_records", first, {"ShardIterator": "i1", "Limit": 1000})
    answers.add_client_error("get_records", "ExpiredIteratorException")
    answers.add_response("get_shard_iterator", {"ShardIterator": "i3"}, BEHIND)
    answers.add_client_error("get_records", "ProvisionedThroughputExceededException")
    answers.add_response("get_shard_iterator", {"ShardIterator": "i4"}, BEHIND)
    answers.add_response("get_records", {"Records": [record("8", b"two")]})
    answers.add_response("list_shards", {"Shards": SPLIT})
    answers.add_response("get_shard_iterator", {"ShardIterator": "i5"})
    last = {"Records": [record("9", b"three")], "NextShardIterator": "i6"}
    answers.add_response("get_records", last)


async def test_a_stream_is_read_through_expiry_throttling_and_a_split() -> None:
    client, answers = stubbed()
    script(answers)
    found = []
    reader = StreamReader(kinesis_boto.BotoKinesis(client), "s", 0)
    with answers:
        async with asyncio.timeout(10), aclosing(reader.arrivals(None)) as arrivals:
            async for arrived in arrivals:
                found.append(arrived)
                if len(found) == 3:
                    break
    assert [one.records[0].content for one in found] == [b"one", b"two", b"three"]
    assert found[-1].position == {"shards": {"a": "over", "b": "9"}}
    answers.assert_no_pending_responses()


def test_an_error_of_kinesis_has_its_name() -> None:
    client, answers = stubbed()
    answers.add_client_error("list_shards", "AccessDeniedException", "not you")
    with answers, pytest.raises(KinesisDeclined, match="not you") as declined:
        kinesis_boto.BotoKinesis(client).ask("list_shards", StreamName="s")
    assert declined.value.code == "AccessDeniedException"


class Failing:
    def __init__(self, wrong: Exception) -> None:
        self._wrong = wrong

    def list_shards(self) -> None:
        raise self._wrong


def test_without_an_answer_the_connection_is_lost_and_without_credentials_the_road_ends() -> None:
    gone = exceptions.EndpointConnectionError(endpoint_url="https://kinesis")
    with pytest.raises(ConnectionLostError):
        kinesis_boto.BotoKinesis(Failing(gone)).ask("list_shards")
    with pytest.raises(RoadClosedError, match="no AWS credentials"):
        kinesis_boto.BotoKinesis(Failing(exceptions.NoCredentialsError())).ask("list_shards")


def test_a_region_must_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(RoadClosedError, match="--region"):
        kinesis_boto.BotoKinesis.in_region(None)
