"""Two questions aiokafka 0.14 does not ask: a topic's id (Metadata v10) and the true end of a log
(Fetch).

The embedded broker answers ListOffsets(latest) with the last batch's first offset + 1; the high
watermark of a fetch is right on every broker, so ends are asked twice: where roughly, then exactly.
"""

from io import BytesIO
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaTimeoutError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)
from aiokafka.structs import TopicPartition

FETCH_WAITS = (
    50,
    500,
    2000,
)  # milliseconds; the embedded broker leaves out what it has not read by then, so ask again
FETCH_BYTES = (
    4 * 1024 * 1024
)  # enough for one batch of every partition: a broker that runs out leaves partitions unanswered


class _Uuid:
    """KIP-516's type: 16 bytes."""

    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


class _MetadataResponse(Response):  # type: ignore[misc]  # aiokafka's protocol classes are untyped
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _MetadataRequestV10(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic_id", _Uuid), ("topic", CompactString("utf-8")), ("tags", TaggedFields)
            ),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIdRequest(Request[_MetadataRequestV10]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def build(self, request_struct_class: type[_MetadataRequestV10]) -> _MetadataRequestV10:
        return request_struct_class([(UUID(int=0), self._topic, {})], False, False, False, {})


async def topic_id(client: AIOKafkaClient, topic: str) -> str | None:
    """The id the broker gave a topic when it was created; None of an unknown topic or a broker too
    old to tell.
    """
    try:
        response = await client.send(client.get_random_node(), _TopicIdRequest(topic))
    except NotImplementedError:
        return None
    for error_code, name, uid, *_ in response.topics:
        if name == topic and error_code == 0 and uid.int:
            return str(uid)
    return None


async def high_watermarks(
    client: AIOKafkaClient, topic: str, near: dict[int, int]
) -> dict[int, int]:
    """The next offset of each partition; `near` are offsets inside the log, best close to its end.

    Raises aiokafka's KafkaError where a partition could not answer.
    """
    ends: dict[int, int] = {}
    for wait in FETCH_WAITS:
        missing = {partition: offset for partition, offset in near.items() if partition not in ends}
        if missing:
            ends |= await _fetched_marks(client, topic, missing, wait)
    if ends.keys() != near.keys():
        message = (
            f"the broker left partitions of {topic} unanswered: {sorted(near.keys() - ends.keys())}"
        )
        raise KafkaTimeoutError(message)
    return ends


async def _fetched_marks(
    client: AIOKafkaClient, topic: str, near: dict[int, int], wait: int
) -> dict[int, int]:
    by_leader: dict[int, list[tuple[int, int, int]]] = {}
    for partition, offset in near.items():
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        by_leader.setdefault(leader, []).append((partition, offset, 1))
    marks: dict[int, int] = {}
    for leader, partitions in by_leader.items():
        response = await client.send(
            leader, FetchRequest(wait, 0, FETCH_BYTES, 0, [(topic, partitions)])
        )
        for _, answers in response.topics:
            for partition, error_code, high_watermark, *_ in answers:
                if error_code:
                    raise for_code(error_code)
                marks[partition] = high_watermark
    return marks
