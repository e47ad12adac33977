"""Opening the log: what fails is told once and not tried again by every request."""

from dataclasses import dataclass, field

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError
from structlog.testing import capture_logs

from floorpulse.ingest.adapters.kafka_log import AWAY, OPERATOR_PAUSE, ProducerLog
from floorpulse.runtime.kafka import NoIdempotentProducer
from floorpulse.runtime.unavailable import LogUnavailable
from tests.fakes.producer import MemoryProducer

WITHIN = 60.0
REFUSED = "set FLOORPULSE_KAFKA__IDEMPOTENCE=false"


@dataclass
class Opening:
    """A Kafka whose producer fails with `wrong` while there is one, a clock, and how often it was
    tried.
    """

    wrong: KafkaError | None
    now: float = 0.0
    tried: list[float] = field(default_factory=list)

    async def prepare(self) -> None:
        """The topics are there."""

    async def start(self) -> MemoryProducer:
        self.tried.append(self.now)
        if self.wrong is not None:
            raise self.wrong
        return MemoryProducer()

    def log(self) -> ProducerLog:
        return ProducerLog(self.prepare, self.start, WITHIN, now=lambda: self.now)


async def refusal(log: ProducerLog) -> str:
    with pytest.raises(LogUnavailable) as raised:
        await log.append({"topic": [(b"k", b"v")]})
    return str(raised.value)


async def test_while_kafka_is_away_requests_fail_at_once_between_attempts_that_grow_rarer() -> None:
    kafka = Opening(KafkaConnectionError())
    log = kafka.log()

    for step in range(1_000):
        kafka.now = step / 100
        assert AWAY in await refusal(log)
        assert AWAY in str(await log.unready())

    assert kafka.tried == [0, 0.25, 0.75, 1.75, 3.75, 5.75, 7.75, 9.75]


async def test_a_broker_without_idempotence_is_logged_once_with_its_setting_and_rarely_asked() -> (
    None
):
    kafka = Opening(NoIdempotentProducer(REFUSED))
    log = kafka.log()

    with capture_logs() as told:
        for second in range(100):
            kafka.now = second
            assert await refusal(log) == await log.unready() == REFUSED

    assert kafka.tried == [0, OPERATOR_PAUSE, 2 * OPERATOR_PAUSE, 3 * OPERATOR_PAUSE]
    assert told == [{"event": "kafka_unavailable", "log_level": "error", "error": REFUSED}]


async def test_another_reason_is_told_again_and_tried_soon() -> None:
    kafka = Opening(NoIdempotentProducer(REFUSED))
    log = kafka.log()
    with capture_logs() as told:
        await refusal(log)
        kafka.wrong = KafkaConnectionError()
        kafka.now = OPERATOR_PAUSE
        await refusal(log)
        kafka.now += 0.25
        await refusal(log)

    assert len(kafka.tried) == 3
    assert len(told) == 2


async def test_once_it_opens_that_is_told_too_and_a_later_failure_is_a_new_one() -> None:
    kafka = Opening(KafkaConnectionError())
    log = kafka.log()
    with capture_logs() as told:
        await refusal(log)
        kafka.wrong = None
        kafka.now = 0.25
        await log._open()
        await log._open()

    assert [one["event"] for one in told] == ["kafka_unavailable", "kafka_available_again"]
    assert len(kafka.tried) == 2
