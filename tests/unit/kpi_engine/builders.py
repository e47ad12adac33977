"""Builders of events and hypothesis strategies over a small world, where collisions are the rule."""

from typing import Any

from hypothesis import strategies as st

from services.contracts import events
from services.contracts.events import AnyEvent

TENANT = "acme"
MINUTE = 60_000


def event(kind: type, at: int, /, **fields: Any) -> AnyEvent:
    """An event of `kind` at `at` with plausible defaults."""
    defaults: dict[str, Any] = {"id": f"{kind.__name__}@{at}", "source": "test", "tenant": TENANT, "at": at}
    if issubclass(kind, events.ContactEvent):
        defaults["contact"] = "c1"
    if kind is events.ContactOffered:
        defaults["queue"] = "sales"
    if kind is events.ContactAnswered:
        defaults["agent"] = "ann"
    built: AnyEvent = kind(**{**defaults, **fields})
    return built


INSTANTS = st.integers(0, 12).map(lambda step: step * 25_000)
CONTACTS = st.sampled_from(["c1", "c2"])
VISITS = st.integers(1, 2)
QUEUES = st.sampled_from(["sales", "service"])
SPANS = st.none() | st.integers(0, 90_000)


def _contact(kind: type, /, **fields: Any) -> st.SearchStrategy[AnyEvent]:
    return st.builds(lambda at, **rest: event(kind, at, **rest), INSTANTS, contact=CONTACTS, visit=VISITS, **fields)


def _about(kind: type, /, **fields: Any) -> st.SearchStrategy[AnyEvent]:
    subject = st.fixed_dictionaries({"contact": CONTACTS, "visit": VISITS, "queue": st.none() | QUEUES}) | st.fixed_dictionaries(
        {"queue": QUEUES}
    )
    return st.builds(lambda at, subject, **rest: event(kind, at, **subject, **rest), INSTANTS, subject, **fields)


SURVEYS = {"survey": st.sampled_from(["s1", "s2"]), "kind": st.sampled_from(["csat", "nps", "fcr", "ces"])}
COMPLAINTS = {
    "complaint": st.sampled_from(["k1", "k2"]),
    "severity": st.sampled_from(["low", "normal", "high", "critical"]),
    "liable": st.none() | st.booleans(),
}

EVENTS: st.SearchStrategy[AnyEvent] = st.one_of(
    _contact(events.ContactOffered, queue=QUEUES, channel=st.sampled_from(["voice", "chat"])),
    _contact(events.ContactAnswered, agent=st.sampled_from(["ann", "bob"]), queue=st.none() | QUEUES, wait_ms=SPANS),
    _contact(events.ContactAbandoned, queue=st.none() | QUEUES, wait_ms=SPANS),
    _contact(events.ContactLeft, reason=st.sampled_from(["overflow", "timeout"]), wait_ms=SPANS),
    _contact(events.ContactHeld),
    _contact(events.ContactResumed),
    _contact(events.ContactTransferred, to_queue=st.none() | QUEUES),
    _contact(events.ContactEnded, talk_ms=SPANS, hold_ms=SPANS),
    _contact(events.ContactWrapped, wrap_ms=SPANS),
    _about(
        events.QaScored,
        evaluation=st.sampled_from(["e1", "e2"]),
        score=st.sampled_from([0.0, 72.5, 100.0]),
        fatal=st.booleans(),
        calibration=st.booleans(),
        passed=st.none() | st.booleans(),
    ),
    _about(events.QaRetracted, evaluation=st.sampled_from(["e1", "e2"])),
    _about(events.SurveyOffered, **SURVEYS),
    _about(events.SurveyAnswered, **SURVEYS, score=st.sampled_from([1.0, 4.0, 5.0]), best=st.just(5.0), worst=st.just(1.0)),
    _about(events.ComplaintOpened, **COMPLAINTS),
    _about(events.ComplaintClosed, **COMPLAINTS),
)

HISTORIES = st.lists(EVENTS, max_size=14)
