"""Logs of records for two folds to be held against each other: stories of contacts, late, twice,
contradicted, in odd JSON, and some that are refused.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from tests.unit.kpi_engine.builders import ABOUT_A_VISIT_OR_A_QUEUE, MINUTE, OF_A_VISIT, event

START = 1_794_300_000_000
TENANTS = ("acme", "beta")
QUEUES = ("sales", "service", "电话销售", "q" * 128, "back\\office", "línea")
CHANNELS = ("voice", "voice", "voice", "chat", "email", "social", "callback", "task")
AGENTS = ("ann", "bob", "王芳", "a" * 128)
SOURCES = ("pbx", "crm", "s" * 128)
HOUR = 60 * MINUTE
ODD = 0.06
TWICE = 0.04
LATE = 0.12
CONTRADICTED = 0.05

Fields = dict[str, Any]


def log(dice: Random, contacts: int, trouble: float = 1.0) -> list[bytes | None]:
    """The records of so many contacts, as they come in; the more `trouble`, the less as usual."""
    told = [one for number in range(contacts) for one in _contact(dice, number, trouble)]
    twice = [one for one in told if dice.random() < TWICE * trouble]
    told += [(at + dice.randrange(20_000), one) for at, one in twice]
    arriving = [
        (at + (dice.randrange(10 * MINUTE) if dice.random() < LATE * trouble else 0), place, one)
        for place, (at, one) in enumerate(told)
    ]
    return [
        _written(one, dice) if dice.random() < ODD * trouble else msgspec.json.encode(one)
        for _, _, one in sorted(arriving, key=lambda each: each[:2])
    ]


def _contact(dice: Random, number: int, trouble: float) -> Iterator[tuple[int, AnyEvent]]:
    """What is told of one contact, with the instants at which it is."""
    begin = START + dice.randrange(30 * MINUTE)
    tenant = dice.choice(TENANTS)
    source = dice.choice(SOURCES)
    queue = dice.choice(QUEUES)
    common: Fields = {"tenant": tenant, "source": source, "contact": f"contact-{number}"}
    if dice.random() < CONTRADICTED * trouble:
        common["contact"] = f"contact-{dice.randrange(number + 1)}"
    if dice.random() < 0.1:
        common["visit"] = dice.choice([1, 2, 3, 32_767])
    for kind, after, fields in _story(dice, queue):
        at = begin + after
        yield at, event(kind, at, **common, **fields)
    if dice.random() < CONTRADICTED * trouble:
        kind, space = dice.choice([*OF_A_VISIT.items(), *ABOUT_A_VISIT_OR_A_QUEUE.items()])
        said = {name: dice.choice(values) for name, values in space.items()}
        yield begin, event(kind, begin + dice.randrange(10 * MINUTE), **{**said, **common})
    if dice.random() < 0.05 * trouble:
        yield begin, event(events.AgentStateChanged, begin, **_agent(dice, tenant, source))
    for place in range(dice.choices([0, 1, 2], [75, 20, 5])[0]):
        at = begin + dice.randrange(3 * HOUR)
        about = {name: common[name] for name in ("tenant", "source", "contact")}
        survey = {"survey": f"s{number}-{place}", **_survey(dice, queue)}
        yield at, event(events.SurveyAnswered, at, **survey, **about)


SCALES = ((1.0, 5.0), (0.0, 10.0), (10.0, 0.0), (-100.0, 100.0), (0.0, 1.0), (1.0, 4.7))
"""The worst and the best score of surveys"""


def _survey(dice: Random, queue: str) -> Fields:
    """The fields of an answer to a survey."""
    worst, best = dice.choice(SCALES)
    share = dice.choice([0.0, 0.5, 1.0, dice.random()])
    fields: Fields = {"kind": dice.choice(["csat", "csat", "nps", "fcr", "ces"])}
    if dice.random() < 0.1:
        fields["queue"] = dice.choice([queue, *QUEUES])
    if dice.random() < 0.1:
        fields["agent"] = dice.choice(AGENTS)
    score = round(worst + (best - worst) * share, dice.choice([0, 1, 3, 9]))
    inside = min(max(score, min(worst, best)), max(worst, best))
    return {**fields, "score": inside, "best": best, "worst": worst}


def _agent(dice: Random, tenant: str, source: str) -> Fields:
    agent = dice.choice(AGENTS)
    return {"tenant": tenant, "source": source, "agent": agent, "state": "busy"}


def _story(dice: Random, queue: str) -> Iterator[tuple[type, int, Fields]]:
    """The events of a visit, the milliseconds after its begin, and their fields."""
    yield events.ContactOffered, 0, _offer(dice, queue)
    wait = dice.choice([0, 1, 999, 1_000, dice.randrange(90_000), dice.randrange(9 * HOUR)])
    named = {"queue": dice.choice([None, queue, dice.choice(QUEUES)]), "wait_ms": _span(dice)}
    ending = dice.random()
    if ending < 0.2:
        yield events.ContactAbandoned, wait, named
    elif ending < 0.25:
        yield events.ContactLeft, wait, {"reason": dice.choice(["overflow", "callback"])}
    else:
        yield events.ContactAnswered, wait, {**named, "agent": dice.choice(AGENTS)}
        yield from _conversation(dice, wait)


def _offer(dice: Random, queue: str) -> Fields:
    fields: Fields = {"queue": queue}
    channel = dice.choice(CHANNELS)
    if channel != "voice" or dice.random() < 0.5:
        fields["channel"] = channel
    if dice.random() < 0.5:
        fields["customer"] = dice.choice(["c" * 64, "客户", "x"])
    if dice.random() < 0.1:
        fields["priority"] = dice.choice([0, 5, -3, 2**31 - 1])
    if dice.random() < 0.03:
        fields["attributes"] = {"colour": "red"}
    return fields


def _conversation(dice: Random, begin: int) -> Iterator[tuple[type, int, Fields]]:
    talk = dice.choice([0, dice.randrange(600_000), dice.randrange(3 * HOUR)])
    if dice.random() < 0.1:
        yield events.ContactHeld, begin + talk // 3, {}
        yield events.ContactResumed, begin + talk // 2, {}
    if dice.random() < 0.05:
        yield events.ContactTransferred, begin + talk, {"to_queue": dice.choice(QUEUES)}
    if dice.random() < 0.85:
        yield events.ContactEnded, begin + talk, {"talk_ms": _span(dice), "hold_ms": _span(dice)}
    if dice.random() < 0.6:
        after = dice.choice([0, 5_000, dice.randrange(5 * MINUTE)])
        yield events.ContactWrapped, begin + talk + after, {"wrap_ms": _span(dice)}


def _span(dice: Random) -> int | None:
    return dice.choice([None, None, 0, 1_000, dice.randrange(200_000), dice.randrange(9 * HOUR)])


def _written(one: AnyEvent, dice: Random) -> bytes | None:
    """An event as JSON in an odd way, or in a wrong one."""
    return dice.choice(ODDITIES)(msgspec.json.encode(one), one, dice)


def _fields(one: AnyEvent) -> Fields:
    found: Fields = msgspec.to_builtins(one)
    return found


def _json(fields: Fields) -> bytes:
    return msgspec.json.encode(fields)


def with_field(name: str, value: Any) -> Callable[[bytes, AnyEvent, Random], bytes]:
    """An oddity: the event with one field more, or in place of its own."""
    return lambda _value, one, _dice: _json({**_fields(one), name: value})


def with_bytes(name: str, raw: bytes) -> Callable[[bytes, AnyEvent, Random], bytes]:
    """An oddity: the event with one field more, whose value is written so."""
    field = b',"%s":%s}' % (name.encode(), raw)
    return lambda value, _one, _dice: value[:-1] + field


def without(name: str) -> Callable[[bytes, AnyEvent, Random], bytes]:
    """An oddity: the event without a field."""
    return lambda _value, one, _dice: _json(
        {key: value for key, value in _fields(one).items() if key != name}
    )


def _shuffled(_value: bytes, one: AnyEvent, dice: Random) -> bytes:
    fields = list(_fields(one).items())
    dice.shuffle(fields)
    return _json(dict(fields))


def _cut(value: bytes, _one: AnyEvent, dice: Random) -> bytes:
    return value[: dice.randrange(len(value))]


def _scratched(value: bytes, _one: AnyEvent, dice: Random) -> bytes:
    place = dice.randrange(len(value))
    return value[:place] + bytes([dice.randrange(256)]) + value[place + 1 :]


ODDITIES: tuple[Callable[[bytes, AnyEvent, Random], bytes | None], ...] = (
    _shuffled,
    _cut,
    _scratched,
    _scratched,
    lambda value, _one, _dice: value + b" ",
    lambda value, _one, _dice: b" " + value,
    lambda value, _one, _dice: value + b"}",
    lambda value, _one, _dice: value.replace(b'":', b'" : '),
    lambda value, _one, _dice: value.replace(b'"', b"'"),
    lambda _value, _one, _dice: None,
    lambda _value, _one, _dice: b"",
    lambda _value, _one, _dice: b"[]",
    with_field("wait", 5),
    with_field("colour", "red"),
    with_field("id", ""),
    with_field("id", "i" * 129),
    with_field("id", "号" * 128),
    with_field("id", "号" * 129),
    with_field("id", "\x7f"),
    with_field("id", "\x00"),
    with_field("id", 'a"b'),
    with_field("tenant", ""),
    with_field("tenant", "t" * 65),
    with_field("tenant", "t" * 64),
    with_field("tenant", None),
    with_field("contact", "c" * 129),
    with_field("contact", "é" * 128),
    with_field("visit", 0),
    with_field("visit", 32_768),
    with_field("visit", None),
    with_field("visit", 1.0),
    with_field("visit", True),
    with_field("channel", "fax"),
    with_field("channel", "voice"),
    with_field("queue", None),
    with_field("wait_ms", 31 * 86_400_000),
    with_field("wait_ms", 31 * 86_400_000 + 1),
    with_field("talk_ms", -1),
    with_field("hold_ms", 5.5),
    with_field("wrap_ms", "5"),
    with_field("priority", 2**31),
    with_field("at", "2026-11-10T08:00:00Z"),
    with_field("at", "yesterday"),
    with_field("at", -1),
    with_field("at", 0),
    with_field("at", 4_102_444_799_999),
    with_field("at", 4_102_444_800_000),
    with_field("at", 10**15),
    with_field("at", START + 5 * HOUR),
    with_field("type", "contact.offer"),
    with_field("type", "contact.answered"),
    with_field("type", "contact.wrapped"),
    with_bytes("visit", b"01"),
    with_bytes("visit", b"1e0"),
    with_bytes("visit", b"-0"),
    with_bytes("visit", b"2"),
    with_bytes("customer", b'"\xff"'),
    with_bytes("customer", b'"\xed\xa0\x80"'),
    with_bytes("customer", b'"\xf4\x90\x80\x80"'),
    with_bytes("customer", b'"\xc0\xaf"'),
    with_bytes("customer", b'"\xe5\xae"'),
    with_bytes("customer", b'"\xf0\x9f\x98\x80"'),
    with_bytes("customer", b'"a\tb"'),
    with_bytes("customer", b'"\\u0041"'),
    with_bytes("customer", b'"\\u0000"'),
    with_bytes("id", b'"again"'),
    with_bytes("wait_ms", b"7"),
    with_bytes("talk_ms", b"7"),
    with_bytes("score", b"2.50"),
    with_bytes("score", b"3e0"),
    with_bytes("score", b"4."),
    with_field("kind", "cast"),
    with_field("kind", "nps"),
    with_field("score", 6),
    with_field("score", 1),
    with_field("score", -0.0),
    with_field("best", 1),
    with_field("best", 2_000_000),
    with_field("worst", None),
    without("survey"),
    without("id"),
    without("at"),
    without("type"),
    without("tenant"),
    without("contact"),
    without("queue"),
    without("agent"),
)
