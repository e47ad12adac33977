"""The events of one call as DescribeSessionDetail gives them: when the customer was on hold."""

from collections.abc import Iterable, Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, identity, missing
from floorpulse.ingest.sources.tencent_ccc.known_calls import KnownCalls

HOLDS = {"staffhold": "contact.held", "staffunhold": "contact.resumed"}


def events(outer: Fields, answer: Fields, known_calls: KnownCalls) -> Sequence[EventBody] | Refusal:
    """Held and resumed, of the session that the answer or its envelope names."""
    session = answer.text("SessionId") or outer.text("SessionId")
    if session is None:
        return missing("SessionId beside Events")
    return list(_holds(session, answer.parts("Events"), known_calls))


def _holds(session: str, told: Iterable[Fields], known_calls: KnownCalls) -> Iterable[EventBody]:
    for one in told:
        type_ = HOLDS.get((one.text("EventType", "Event", "Type") or "").lower())
        at = one.milliseconds("Timestamp") or one.seconds("Timestamp")
        if type_ is not None and at is not None:
            word = type_.rpartition(".")[2]
            known_as = {"type": type_, "id": identity(session, word, str(at)), "at": at}
            yield {**known_as, "contact": session, "visit": known_calls.visit(session, at)}
