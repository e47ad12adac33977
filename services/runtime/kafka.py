"""Kafka: a producer that loses nothing, and the topics."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.producer.message_accumulator import BatchBuilder

from floorpulse.runtime.kafka_access import access, refusal
from floorpulse.runtime.settings import KafkaSettings

APPEND_TIMES = {"message.timestamp.type": "LogAppendTime"}
ADMIN_WITHIN = 15.0
CLOSE_WITHIN = 5.0
BATCH_BYTES = 256 * 1024
SMALL_BYTES = 4096
NOT_COMPRESSED = 0
"""As a record batch says it"""
REQUEST_BYTES = 1024 * 1024
REQUEST_SECONDS = 15


class NoIdempotentProducer(KafkaError):  # type: ignore[misc]  # noqa: N818  aiokafka has no types; it says what is missing
    """The brokers take records, but have no idempotent producer; the message names the setting to
    change.
    """


class TopicSpec(Protocol):
    """What is needed to create a topic: `retention` is in milliseconds."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def partitions(self) -> int:
        """How many partitions it is created with."""
        ...

    @property
    def retention(self) -> int:
        """How long records are kept."""
        ...


class Producer(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's producer, with small batches that are not compressed."""

    def create_small_batch(self) -> BatchBuilder:
        """A batch of `SMALL_BYTES` at most, as it is: to compress a record or two costs more than
        all else that is done for them (zstd 21 us, with aiokafka 0.14) and spares some 50 bytes.
        """
        return BatchBuilder(SMALL_BYTES, NOT_COMPRESSED)


async def producer(
    settings: KafkaSettings, *, linger_ms: int = 0, batch_bytes: int = BATCH_BYTES
) -> Producer:
    """A started producer: acknowledged by all replicas, idempotent unless the settings say
    otherwise. Stop it when done.

    Raises aiokafka's KafkaError when no broker answers, `NoIdempotentProducer` when only
    idempotence is missing. A batch waits `linger_ms` for more records; without, it collects what
    comes while the partition's previous batch is on its way.
    """
    try:
        return await _started(settings, linger_ms, batch_bytes)
    except KafkaConnectionError:
        raise
    except KafkaError as wrong:
        if settings.idempotence and await _starts_without_idempotence(settings):
            raise NoIdempotentProducer(_missing(settings, wrong)) from wrong
        raise


def _missing(settings: KafkaSettings, wrong: KafkaError) -> str:
    return (
        f"Kafka at {settings.bootstrap_servers} refuses the idempotent producer "
        f"({type(wrong).__name__}): "
        "set FLOORPULSE_KAFKA__IDEMPOTENCE=false, or allow it there. Without it a record may "
        "stand in the log twice, "
        "which counts once"
    )


async def _starts_without_idempotence(settings: KafkaSettings) -> bool:
    """Whether the brokers would take an ordinary producer: then nothing else is wrong.

    Brokers have many ways to refuse: no such request, an unknown error, a missing right.
    """
    try:
        ordinary = await _started(
            settings.model_copy(update={"idempotence": False}), 0, BATCH_BYTES
        )
    except KafkaError:
        return False
    await close(ordinary)
    return True


async def _started(settings: KafkaSettings, linger_ms: int, batch_bytes: int) -> Producer:
    made = Producer(
        **access(settings),
        acks="all",
        enable_idempotence=settings.idempotence,
        compression_type=None if settings.compression == "none" else settings.compression,
        linger_ms=linger_ms,
        max_batch_size=batch_bytes,
        max_request_size=REQUEST_BYTES,
        request_timeout_ms=REQUEST_SECONDS * 1000,
    )
    try:
        await told(made.start(), settings)
    except BaseException:
        await made.stop()
        raise
    return made


async def told(starting: Awaitable[None], settings: KafkaSettings) -> None:
    """Start a client.

    Raises `KafkaRefuses` where a broker is there and lets this process not in, otherwise aiokafka's
    KafkaError.
    """
    try:
        await starting
    except KafkaConnectionError as away:
        refused = await refusal(settings)
        if refused is None:
            raise
        raise refused from away


async def ensure_topics(settings: KafkaSettings, topics: Iterable[TopicSpec]) -> None:
    """Create the topics that do not exist yet; those that do are left as they are.

    Raises aiokafka's KafkaError when the broker refuses or is away, TimeoutError when it does not
    answer.
    """
    admin = AIOKafkaAdminClient(**access(settings))
    try:
        async with asyncio.timeout(ADMIN_WITHIN):
            await told(admin.start(), settings)
            await _create_missing(admin, settings.replication, topics)
    finally:
        await admin.close()


async def close(open_producer: AIOKafkaProducer) -> None:
    """Send what is under way and close; after `CLOSE_WITHIN` seconds without success close all the
    same.

    An idempotent producer never gives up a batch, so its own `stop` would wait for as long as the
    broker is away.
    """
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await open_producer.stop()
    except TimeoutError:
        sender = open_producer._sender.sender_task  # noqa: SLF001  aiokafka has no public way to give up
        if sender is not None:
            sender.cancel()
        await open_producer.client.close()


async def _create_missing(
    admin: AIOKafkaAdminClient, replication: int, topics: Iterable[TopicSpec]
) -> None:
    """Only what is missing is asked for: where operators create the topics, creating may be
    forbidden.
    """
    there = set(await admin.list_topics())
    wanted = [
        NewTopic(
            topic.name,
            topic.partitions,
            replication,
            topic_configs={"retention.ms": str(topic.retention), **APPEND_TIMES},
        )
        for topic in topics
        if topic.name not in there
    ]
    response = await admin.create_topics(wanted) if wanted else None
    for name, code, *_ in response.topic_errors if response else ():
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            message = f"topic {name} was not created"
            raise error(message)
