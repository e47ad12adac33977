"""Builders of events and a hypothesis strategy over a small world, where collisions are the
rule.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.kpi_engine.fold.feedback import attach, homeless, placed

TENANT = "acme"
MINUTE = 60_000


def event(kind: type, at: int, /, **fields: Any) -> AnyEvent:
    """An event of `kind` at `at` with plausible defaults."""
    defaults: dict[str, Any] = {
        "id": f"{kind.__name__}@{at}",
        "source": "test",
        "tenant": TENANT,
        "at": at,
    }
    if issubclass(kind, events.ContactEvent):
        defaults["contact"] = "c1"
    if kind is events.ContactOffered:
        defaults["queue"] = "sales"
    if kind is events.ContactAnswered:
        defaults["agent"] = "ann"
    built: AnyEvent = kind(**{**defaults, **fields})
    return built


INSTANTS = [step * 25_000 for step in range(13)]
CONTACTS = ["c1", "c2"]
VISITS = [1, 2]
QUEUES = ["sales", "service"]
SPANS = [*[None] * 100, 0, 25_000, 90_000, *range(1, 90_000, 930)]

Space = Mapping[str, Sequence[Any]]

VISIT: Space = {"contact": CONTACTS, "visit": VISITS}
SURVEY: Space = {"survey": ["s1", "s2"], "kind": ["csat", "nps", "fcr", "ces"]}
EVALUATION: Space = {"evaluation": ["e1", "e2"]}
COMPLAINT: Space = {
    "complaint": ["k1", "k2"],
    "severity": ["low", "normal", "high", "critical"],
    "liable": [None, True, False],
}

OF_A_VISIT: dict[type, Space] = {
    events.ContactOffered: {"queue": QUEUES, "channel": ["voice", "chat", "callback"]},
    events.ContactAnswered: {"agent": ["ann", "bob"], "queue": [None, *QUEUES], "wait_ms": SPANS},
    events.ContactAbandoned: {"queue": [None, *QUEUES], "wait_ms": SPANS},
    events.ContactLeft: {
        "reason": ["overflow", "timeout", "callback"],
        "wait_ms": SPANS,
    },
    events.ContactHeld: {},
    events.ContactResumed: {},
    events.ContactTransferred: {"to_queue": [None, *QUEUES]},
    events.ContactEnded: {"talk_ms": SPANS, "hold_ms": SPANS},
    events.ContactWrapped: {"wrap_ms": SPANS},
    events.ContactAmended: {
        "reason": ["typed wrong"],
        "queue": [None, None, *QUEUES],
        "agent": [None, None, "ann", "cyd"],
        "wait_ms": [None, None, 0, 40_000],
        "talk_ms": [None, None, 5_000, 50_000],
        "hold_ms": [None, None, 0, 7_000],
        "wrap_ms": [None, 3_000],
    },
    events.ContactRetracted: {
        "reason": ["imported twice"],
        "what": ["visit", "answered", "abandoned", "left", "ended", "wrapped", "transferred"],
    },
}
ABOUT_A_VISIT_OR_A_QUEUE: dict[type, Space] = {
    events.QaScored: {
        **EVALUATION,
        "score": [0.0, 72.5, 100.0],
        "fatal": [True, False],
        "calibration": [True, False],
        "passed": [None, True, False],
    },
    events.QaRetracted: EVALUATION,
    events.SurveyOffered: SURVEY,
    events.SurveyAnswered: {**SURVEY, "score": [1.0, 4.0, 5.0], "best": [5.0], "worst": [1.0]},
    events.ComplaintOpened: COMPLAINT,
    events.ComplaintClosed: COMPLAINT,
}


MISSES: Space = {"agent": ["ann", "bob"], "queue": [None, *QUEUES], "ring_ms": [None, 15_000]}


def _any_event(random: Random) -> AnyEvent:
    kind, fields = random.choice([*OF_A_VISIT.items(), *ABOUT_A_VISIT_OR_A_QUEUE.items()])
    subject: Space = VISIT
    if random.random() < MISSED:
        return _miss(random)
    if kind in ABOUT_A_VISIT_OR_A_QUEUE:
        subject = random.choice(
            [
                {**VISIT, "queue": [None, *QUEUES]},
                {"queue": QUEUES},
                {"contact": CONTACTS, "queue": [None, None, *QUEUES], "agent": [None, "ann"]},
            ]
        )
    return event(
        kind,
        random.choice(INSTANTS),
        **{name: random.choice(values) for name, values in {**subject, **fields}.items()},
    )


MISSED = 0.05
"""The share of misses"""


def _miss(random: Random) -> AnyEvent:
    """Of a visit, of a contact, or of nothing that is known."""
    subject = random.choice([VISIT, VISIT, {"contact": CONTACTS}, {}])
    told = {name: random.choice(values) for name, values in {**subject, **MISSES}.items()}
    return event(events.AgentMissed, random.choice(INSTANTS), **told)


def _pool(size: int) -> list[AnyEvent]:
    """One draw for an event, not one for each of its fields: hypothesis then spends its time on the
    laws.
    """
    random = Random(1999)
    return [_any_event(random) for _ in range(size)]


HISTORIES = st.lists(st.sampled_from(_pool(5_000)), max_size=14)


def as_stored(visits: dict[VisitKey, Visit]) -> dict[VisitKey, Visit]:
    """The records that hold these visits, with each piece of feedback where it counts."""
    found = dict(visits)
    for key, told in visits.items():
        if not key[2]:
            mine = {one[2]: v for one, v in visits.items() if one[:2] == key[:2] and one[2]}
            homes = placed(told, mine)
            found[key] = homeless(told, homes.pop(0, None))
            for number, said in homes.items():
                found[(*key[:2], number)] = attach(mine[number], said)
    return found
