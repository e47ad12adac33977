"""A seeded, endless stream of contact-centre events as JSON, in the disorder of real sources; it
knows nothing of the engine.

    contacts arrive ─► their stories ─► delivered in time, ≤ 30 s later (20 %), minutes later (1 %),
    twice (5 %) ─► values

Every type of event occurs, offers get lost, agents' states and opinions without a contact are among
them.
"""

import json
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

START = 1_794_300_000_000
SECOND = 1_000
TENANTS = ("acme", "globex", "initech")
QUEUES = ("sales", "service", "returns", "投诉")
CHANNELS = ("voice", "voice", "voice", "chat", "email")
AGENTS = tuple(f"agent-{number}" for number in range(12))
KINDS = {"csat": (1, 5), "nps": (0, 10), "fcr": (0, 1), "ces": (7, 1)}
ARRIVAL = 2 * SECOND
DUPLICATES = 0.05
REORDERED = 0.20
LATE = 0.01
REORDERED_BY = 30 * SECOND
LATE_BY = 3_600 * SECOND
LOST_OFFERS = 0.02

Story = Iterator[dict[str, Any]]


def stream(seed: int, name: str = "c") -> Iterator[bytes]:
    """Values for Kafka, without end; equal seeds and names give equal streams, different names
    different contacts.
    """
    dice = Random(seed)
    coming: list[tuple[int, int, bytes]] = []
    numbers = count()
    for number in count():
        begin = START + number * ARRIVAL
        for told in _stories(dice, f"{name}{number}", begin):
            value = json.dumps({"source": f"test:{name}", **told}, ensure_ascii=False).encode()
            for delivered in _deliveries(dice, told["at"]):
                heappush(coming, (delivered, next(numbers), value))
        while coming and coming[0][0] <= begin:
            yield heappop(coming)[2]


def _deliveries(dice: Random, at: int) -> list[int]:
    """When an event that happened at `at` is delivered: once, now and then twice."""
    fate = dice.random()
    delay = 0
    if fate < LATE:
        delay = dice.randrange(60 * SECOND, LATE_BY)
    elif fate < LATE + REORDERED:
        delay = dice.randrange(1, REORDERED_BY)
    again = [at + delay + dice.randrange(600 * SECOND)] if dice.random() < DUPLICATES else []
    return [at + delay, *again]


def key_of(event: dict[str, Any]) -> bytes:
    """The Kafka key: tenant and contact, else agent, else queue."""
    [subject, *_] = [
        event[name] for name in ("contact", "agent", "queue") if event.get(name) is not None
    ]
    return f"{event['tenant']}|{subject}".encode()


def _stories(dice: Random, name: str, begin: int) -> Story:
    tenant = dice.choice(TENANTS)
    for number, event in enumerate((*_contact(dice, name, begin), *_beside(dice, name, begin))):
        yield {"tenant": tenant, "id": f"{name}-{number}", **event}


def _contact(dice: Random, name: str, begin: int) -> Story:
    """One or two visits, and what is said of them later."""
    at = begin
    visit = 1
    queue = dice.choice(QUEUES)
    home = {"contact": name}
    while True:
        transferred_at, story = _visit(
            dice, {**home, "visit": visit} if visit > 1 else home, at, queue
        )
        yield from story
        if transferred_at is None or visit == 3:
            break
        at = transferred_at
        visit = visit + 1
        queue = dice.choice(QUEUES)
    yield from _opinions(dice, {"contact": name, "visit": visit}, name, at)


def _visit(
    dice: Random, home: dict[str, Any], at: int, queue: str
) -> tuple[int | None, list[dict[str, Any]]]:
    """One stay: (when it was transferred, its events)."""
    wait = int(dice.expovariate(1 / 15_000))
    stated = {"wait_ms": wait + dice.choice((0, 0, 7))} if dice.random() < 0.3 else {}
    offered = {
        "type": "contact.offered",
        "at": at,
        **home,
        "queue": queue,
        "channel": dice.choice(CHANNELS),
        **_extras(dice),
    }
    lost = dice.random() < LOST_OFFERS
    story = [] if lost else [offered]
    named = {"queue": queue} if lost or dice.random() < 0.2 else {}
    fate = dice.random()
    if fate < 0.05:
        return None, story  # still waiting
    if fate < 0.17:
        return None, [
            *story,
            {"type": "contact.abandoned", "at": at + wait, **home, **named, **stated},
        ]
    if fate < 0.24:
        reason = dice.choice(("overflow", "timeout", "callback", "key", "closed", "empty", "other"))
        return None, [
            *story,
            {"type": "contact.left", "at": at + wait, **home, "reason": reason, **stated},
        ]
    answered = {
        "type": "contact.answered",
        "at": at + wait,
        **home,
        "agent": dice.choice(AGENTS),
        **named,
        **stated,
    }
    transferred_at, talk = _talk(dice, home, at + wait)
    return transferred_at, [*story, answered, *talk]


def _extras(dice: Random) -> dict[str, Any]:
    if dice.random() < 0.7:
        return {}
    return {
        "priority": dice.randrange(-3, 10),
        "customer": f"h{dice.randrange(1000)}",
        "attributes": {"line": "A", "语言": "中文"},
    }


def _talk(dice: Random, home: dict[str, Any], at: int) -> tuple[int | None, list[dict[str, Any]]]:
    """From answer to wrap-up: (when it was transferred, the events)."""
    told: list[dict[str, Any]] = []
    while dice.random() < 0.25:
        at += dice.randrange(1, 60 * SECOND)
        told.append({"type": "contact.held", "at": at, **home})
        if dice.random() < 0.9:
            at += dice.randrange(1, 45 * SECOND)
            told.append({"type": "contact.resumed", "at": at, **home})
    at += int(dice.expovariate(1 / 120_000))
    transferred_at = at if dice.random() < 0.1 else None
    if transferred_at is not None:
        told.append(
            {"type": "contact.transferred", "at": at, **home, "to_queue": dice.choice(QUEUES)}
        )
    if dice.random() < 0.05:
        return transferred_at, told  # the source lost the end
    spans = (
        {"talk_ms": dice.randrange(300 * SECOND), "hold_ms": dice.randrange(20 * SECOND)}
        if dice.random() < 0.3
        else {}
    )
    told.append({"type": "contact.ended", "at": at, **home, **spans})
    if dice.random() < 0.7:
        wrap = dice.randrange(60 * SECOND)
        told.append(
            {
                "type": "contact.wrapped",
                "at": at + wrap,
                **home,
                **({"wrap_ms": wrap} if dice.random() < 0.5 else {}),
            }
        )
    return transferred_at, told


def _opinions(dice: Random, about: dict[str, Any], name: str, at: int) -> Story:
    """What customers and judges say minutes to an hour later."""
    later = at + dice.randrange(60 * SECOND, 3_600 * SECOND)
    if dice.random() < 0.2:
        yield from _survey(dice, about, f"s-{name}", later)
    if dice.random() < 0.1:
        yield from _evaluation(dice, about, f"e-{name}", later)
    if dice.random() < 0.04:
        yield from _complaint(dice, about, f"k-{name}", later)


def _beside(dice: Random, name: str, at: int) -> Story:
    """What knows no contact: agents' states, opinions about a queue."""
    agent = dice.choice(AGENTS)
    queue = dice.choice(QUEUES)
    if dice.random() < 0.5:
        state = dice.choice(("available", "ringing", "busy", "wrap_up", "break", "offline"))
        queues = {"queues": sorted(dice.sample(QUEUES, 2))} if dice.random() < 0.5 else {}
        yield {
            "type": "agent.state",
            "at": at + dice.randrange(SECOND),
            "agent": agent,
            "state": state,
            **queues,
        }
    if dice.random() < 0.03:
        yield from _survey(dice, {"queue": queue}, f"qs-{name}", at)
    if dice.random() < 0.02:
        yield from _evaluation(dice, {"queue": queue, "agent": agent}, f"qe-{name}", at)
    if dice.random() < 0.01:
        yield from _complaint(dice, {"queue": queue}, f"qk-{name}", at)


def _survey(dice: Random, about: dict[str, Any], survey: str, at: int) -> Story:
    kind = dice.choice(tuple(KINDS))
    worst, best = KINDS[kind]
    if dice.random() < 0.9:
        yield {"type": "survey.offered", "at": at, **about, "survey": survey, "kind": kind}
    if dice.random() < 0.6:
        points = dice.randrange(10 * min(worst, best), 10 * max(worst, best) + 1) / 10
        answer = {"survey": survey, "kind": kind, "score": points, "best": best, "worst": worst}
        yield {
            "type": "survey.answered",
            "at": at + dice.randrange(600 * SECOND),
            **about,
            **answer,
        }


def _evaluation(dice: Random, about: dict[str, Any], evaluation: str, at: int) -> Story:
    for _ in range(dice.choice((1, 1, 1, 2))):
        facts = {
            "score": dice.randrange(201) / 2,
            "fatal": dice.random() < 0.05,
            "calibration": dice.random() < 0.1,
        }
        passed = {"passed": dice.random() < 0.8} if dice.random() < 0.5 else {}
        yield {"type": "qa.scored", "at": at, **about, "evaluation": evaluation, **facts, **passed}
        at += dice.randrange(600 * SECOND)
    if dice.random() < 0.1:
        yield {"type": "qa.retracted", "at": at, **about, "evaluation": evaluation}


def _complaint(dice: Random, about: dict[str, Any], complaint: str, at: int) -> Story:
    severity = dice.choice(("low", "normal", "high", "critical"))
    yield {
        "type": "complaint.opened",
        "at": at,
        **about,
        "complaint": complaint,
        "severity": severity,
    }
    if dice.random() < 0.5:
        yield {
            "type": "complaint.closed",
            "at": at + 900 * SECOND,
            **about,
            "complaint": complaint,
            "liable": dice.random() < 0.5,
        }
