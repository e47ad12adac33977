"""Workload W1: a seeded log of contact events as real sources send them: late, twice, garbled, now
and then from the future.

    offered ── wait ──► answered ── talk, hold ──► ended ──► survey        of 100 events 40 offered,
    34 answered,
       └────── wait ──► abandoned                                          6 abandoned, 18 ended, 2
       survey

The same shape gives the same bytes on every machine; `digest` is their sha256.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal
from zlib import crc32

import msgspec

START = 1_794_300_000_000
EVENTS_A_MINUTE = 8_000
MINUTE = 60_000
TWELVE_YEARS = 12 * 365 * 86_400_000

OFFERED = 0.40
ABANDONED_OF_OFFERED = 0.15
ENDED_OF_ANSWERED = 18 / 34
SURVEYED_OF_ENDED = 2 / 18
IN_ORDER = 0.90
NEARLY = 0.999
DUPLICATED = 0.005
MALFORMED = 0.0005
FUTURE = 0.0001

Keys = Literal["zipf", "uniform", "hot"]


@dataclass(frozen=True)
class Shape:
    """What can be chosen: roughly how many events, and how contacts spread over queues (`hot`: 30 %
    into one, the rest Zipf).
    """

    events: int = 200_000
    queues: int = 500
    keys: Keys = "zipf"
    partitions: int = 8
    tenants: int = 20
    seed: int = 1


@dataclass(frozen=True)
class Record:
    """One Kafka record."""

    partition: int
    key: bytes
    value: bytes


@dataclass(frozen=True)
class Told:
    """An event and when it reaches the log, epoch milliseconds."""

    arrival: float
    key: bytes
    value: bytes


def workload(shape: Shape) -> list[Record]:
    """All records in the order in which they are sent."""
    dice = random.Random(shape.seed)
    told = [one for contact in contacts(shape, dice) for one in arrivals(contact, dice)]
    told += [
        Told(one.arrival + dice.uniform(0, 10_000), one.key, one.value)
        for one in told
        if dice.random() < DUPLICATED
    ]
    told += [garbled(one, dice) for one in told if dice.random() < MALFORMED]
    placed = [(one, partition_of(one.key, shape.partitions)) for one in told]
    placed.sort(key=lambda pair: after_silence(pair[0].arrival, pair[1], shape))
    return [Record(partition, one.key, one.value) for one, partition in placed]


def digest(records: list[Record]) -> str:
    """The sha256 over partitions, keys and values, in order."""
    total = hashlib.sha256()
    for one in records:
        total.update(
            b"%d %d %d " % (one.partition, len(one.key), len(one.value)) + one.key + one.value
        )
    return total.hexdigest()


def partition_of(key: bytes, partitions: int) -> int:
    """Where a key goes: by its CRC32, as librdkafka does it."""
    return crc32(key) % partitions


# ---------------------------------------------------------------- contacts


def contacts(shape: Shape, dice: random.Random) -> Iterator[list[dict[str, Any]]]:
    """The events of one contact after the other, in event time."""
    number = round(shape.events * OFFERED)
    span = shape.events / EVENTS_A_MINUTE * MINUTE
    for queue in dice.choices(
        range(shape.queues), cum_weights=list(accumulate(weights(shape))), k=number
    ):
        yield list(story(START + int(dice.random() * span), queue, shape.tenants, dice))


def weights(shape: Shape) -> list[float]:
    """How much of all contacts each queue gets."""
    if shape.keys == "uniform":
        return [1.0] * shape.queues
    zipf = [1 / rank for rank in range(1, shape.queues + 1)]
    if shape.keys == "hot":
        zipf[0] = sum(zipf[1:]) * 0.3 / 0.7
    return zipf


def story(offered: int, queue: int, tenants: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """What happens to one contact."""
    common = {
        "source": "genesys:eu-central-1:7f3c91",
        "tenant": f"tenant-{queue % tenants:02}",
        "contact": word(dice, 128),
    }
    home = f"queue-{queue:05}"
    yield {
        **named("contact.offered", offered, dice),
        **common,
        "queue": home,
        "channel": "voice",
        "customer": word(dice, 256),
    }
    outcome = offered + int(dice.expovariate(1 / 15_000))
    if dice.random() < ABANDONED_OF_OFFERED:
        yield {**named("contact.abandoned", outcome, dice), **common, "queue": home}
        return
    yield {
        **named("contact.answered", outcome, dice),
        **common,
        "queue": home,
        "agent": f"agent-{dice.randrange(4000):05}",
    }
    if dice.random() >= ENDED_OF_ANSWERED:
        return
    talk = int(dice.expovariate(1 / 180_000))
    hold = int(dice.expovariate(1 / 30_000)) if dice.random() < 0.2 else 0
    ended = outcome + talk + hold
    yield {**named("contact.ended", ended, dice), **common, "talk_ms": talk, "hold_ms": hold}
    if dice.random() < SURVEYED_OF_ENDED:
        answer = {
            "survey": word(dice, 64),
            "kind": "csat",
            "score": float(dice.randint(1, 5)),
            "best": 5.0,
            "worst": 1.0,
        }
        yield {
            **named("survey.answered", ended + dice.randrange(5_000, 120_000), dice),
            **common,
            **answer,
        }


def named(kind: str, at: int, dice: random.Random) -> dict[str, Any]:
    """The fields every event begins with."""
    return {"type": kind, "id": word(dice, 128), "at": at}


def word(dice: random.Random, bits: int) -> str:
    """A random name in hexadecimal digits."""
    return f"{dice.getrandbits(bits):0{bits // 4}x}"


# ---------------------------------------------------------------- arrivals


def arrivals(contact: list[dict[str, Any]], dice: random.Random) -> Iterator[Told]:
    """The records of one contact, each with its own delay; one in ten thousand is stamped by a
    clock twelve years ahead.
    """
    for event in contact:
        arrival = event["at"] + delay(dice)
        stamped = event | {"at": event["at"] + TWELVE_YEARS} if dice.random() < FUTURE else event
        yield Told(
            arrival, f"{event['tenant']}|{event['contact']}".encode(), msgspec.json.encode(stamped)
        )


def delay(dice: random.Random) -> float:
    """90 % within 2 s, 9.9 % within 10 s, 0.1 % 1 to 15 min late."""
    luck = dice.random()
    if luck < IN_ORDER:
        return dice.uniform(0, 2_000)
    return dice.uniform(2_000, 10_000) if luck < NEARLY else dice.uniform(MINUTE, 15 * MINUTE)


def garbled(one: Told, dice: random.Random) -> Told:
    """The record cut off somewhere: no JSON any more."""
    return Told(one.arrival, one.key, one.value[: dice.randrange(len(one.value))])


def after_silence(arrival: float, partition: int, shape: Shape) -> float:
    """The last partition's source is silent for a minute in the middle of the log and then sends it
    all.
    """
    begins = START + shape.events / EVENTS_A_MINUTE * MINUTE * 0.4
    silent = partition == shape.partitions - 1 and begins <= arrival < begins + MINUTE
    return begins + MINUTE if silent else arrival
