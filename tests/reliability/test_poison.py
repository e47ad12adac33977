"""Poison and wrong clocks straight into Kafka, past ingest: every record is counted or a dead
letter, and nothing stops.
"""

import json
from random import Random

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from floorpulse.contracts.letters import DeadLetter
from floorpulse.contracts.topics import CONTACT_EVENTS, DEAD_LETTERS
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.kafka import producer
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import KafkaSettings
from tests.reliability.brokers import on_embedded
from tests.reliability.load import load
from tests.reliability.rig import Rig
from tests.reliability.stories import START

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500), on_embedded]

GOOD = {
    "type": "contact.offered",
    "id": "p",
    "source": "poison",
    "tenant": "acme",
    "at": START,
    "contact": "p",
    "queue": "sales",
}
TEN_MINUTES = 600_000
YEAR_2038 = 2_147_483_648_000


def poison(dice: Random, number: int) -> list[bytes]:
    """Values that are no event: random, truncated, deep, huge, not JSON's numbers, wrong shapes,
    beyond every range.
    """
    whole = json.dumps(GOOD).encode()
    shapeless = [b"", b"null", b"[]", b"{}", b"1e999", b'"text"', b"NaN", whole * 2]
    encoded = [
        b"\xef\xbb\xbf" + whole,
        whole.decode().encode("utf-16"),
        whole.replace(b"sales", b"\xff\xfe"),
    ]
    deep = [b"[" * depth + b"]" * depth for depth in (1_000, 100_000)] + [
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    ]
    huge = [
        b'{"id":"' + b"x" * 800_000 + b'"}',
        b"9" * 100_000,
        json.dumps({**GOOD, "queue": "q" * 129}).encode(),
    ]
    wrong = [json.dumps({**GOOD, **change}).encode() for change in WRONG]
    cut = [whole[: dice.randrange(len(whole))] for _ in range(number)]
    noise = [dice.randbytes(dice.randrange(1, 400)) for _ in range(number)]
    return [*shapeless, *encoded, *deep, *huge, *wrong, *cut, *noise]


WRONG: list[dict[str, object]] = [
    {"at": float("nan")},
    {"at": float("inf")},
    {"at": 1.5},
    {"at": True},
    {"at": None},
    {"at": "yesterday"},
    {"at": "2026-11-11T09:30:00"},
    {"at": 10**15},
    {"at": 10**18},
    {"at": 10**30},
    {"at": -(10**15)},
    {"tenant": None},
    {"tenant": ""},
    {"contact": ""},
    {"contact": None},
    {"contact": "a\u0000b"},
    {"queue": ["sales"]},
    {"type": "contact.unheard"},
    {"type": None},
    {"visit": 0},
    {"visit": 40_000},
    {"surprise": 1},
    {"channel": "pigeon"},
    {
        "type": "survey.answered",
        "survey": "s",
        "kind": "csat",
        "score": 3,
        "best": 5,
        "worst": 5,
        "queue": "sales",
    },
    {"type": "contact.answered", "agent": "ann", "wait_ms": -1},
    {"type": "contact.answered", "agent": "ann", "wait_ms": 10**12},
    {"type": "qa.scored", "evaluation": "e", "score": 101},
]


async def origins(kafka: KafkaSettings, values: list[bytes]) -> set[str]:
    """Send the values; where they came to lie, as dead letters say it."""
    sender = await producer(kafka, linger_ms=10)
    try:
        sent = [await sender.send(CONTACT_EVENTS.name, value) for value in values]
        places = [await one for one in sent]
    finally:
        await sender.stop()
    return {f"{CONTACT_EVENTS.name}/{place.partition}/{place.offset}" for place in places}


async def letters(kafka: KafkaSettings) -> list[DeadLetter]:
    """All dead letters."""
    async with kafka_log(kafka, DEAD_LETTERS.name) as view:
        _, end = (await view.bounds())[0]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    found: list[DeadLetter] = []
    try:
        consumer.assign([tp := TopicPartition(DEAD_LETTERS.name, 0)])
        while await consumer.position(tp) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [msgspec.json.decode(record.value, type=DeadLetter) for record in records]
    finally:
        await consumer.stop()
    return found


async def test_every_poisonous_record_is_a_dead_letter_with_its_reason_and_stops_nothing(
    rig: Rig,
) -> None:
    worker = rig.hire()
    async with load(rig.kafka, seed=31) as told:
        await told.send(100)
        poisoned = await origins(rig.kafka, poison(Random(31), 300))
        await told.send(100)
        await rig.settled()
    found = await letters(rig.kafka)

    assert {one.origin for one in found} == poisoned
    assert all(one.reason and one.detail for one in found)
    assert await rig.counts() == (len(told.kept), len(poisoned))
    assert await rig.differences(told.kept) == []
    assert worker.running


async def test_clocks_that_are_off_by_minutes_or_by_decades_count_and_move_no_watermark(
    rig: Rig,
) -> None:
    rig.hire()
    now = now_ms()
    instants = (0, 1, now - TEN_MINUTES, now + TEN_MINUTES, YEAR_2038)
    values = [
        json.dumps({**GOOD, "id": f"w{at}", "contact": f"w{at}", "at": at}).encode()
        for at in instants
    ]
    values.append(
        json.dumps(
            {
                **GOOD,
                "type": "contact.abandoned",
                "contact": "before 1970",
                "at": 1,
                "wait_ms": TEN_MINUTES,
            }
        ).encode()
    )
    async with load(rig.kafka, seed=32) as told:
        await told.put(values)
        await told.send(100)
        await rig.settled()
    rows = await rig.fetch("SELECT watermark FROM stream_partition WHERE watermark IS NOT NULL")

    assert await rig.differences(told.kept) == []
    assert rows
    assert all(row["watermark"] <= now_ms() for row in rows)
