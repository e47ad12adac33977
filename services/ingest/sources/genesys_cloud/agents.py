"""Activities of users as states of agents: presence first, then the routing status.

    OFFLINE ─► offline    ON_QUEUE ─► IDLE available · INTERACTING, COMMUNICATING busy ·
                                      NOT_RESPONDING break
    any other presence ─► break, with its name; AVAILABLE means at the desk, but off queue

INTERACTING includes the work after a conversation. Where an organisation has the newer topic of
agents' states, that one tells ringing, hold and wrap-up.
"""

from collections.abc import Sequence

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.genesys_cloud.legs import leg_of
from floorpulse.ingest.sources.payloads import EventBody, Ignored, Told, identity, missing
from floorpulse.ingest.sources.source import SourceSettings

ROUTING = {"IDLE": "available", "INTERACTING": "busy", "COMMUNICATING": "busy"}
AWAY = "NOT_RESPONDING"
BETWEEN = "OFF_QUEUE"
"""The routing status in the moment in which somebody goes on queue; the next one tells more"""
MOST_QUEUES = 64
STATES = {"ALERT": "ringing", "INTERACT": "busy", "HOLD": "busy", "WRAPUP": "wrap_up"}


def activity(body: Fields, settings: SourceSettings) -> Told:
    """The state of a user's activity, since the latest of its parts changed."""
    user = body.text("id", "userId")
    stamps = (
        body.part("routingStatus").instant("startTime"),
        body.part("presence").instant("modifiedDate"),
        body.instant("dateActiveQueuesChanged"),
    )
    at = max((one for one in stamps if one is not None), default=None)
    if user is None or at is None:
        return missing("user's id, or any time of a change")
    definition = body.part("presence", "presenceDefinition")
    presence = definition.word("systemPresence").replace(" ", "_")
    status = body.part("routingStatus").word("status")
    if presence in {"", "ON_QUEUE"}:
        return _on_queue(status, _entered(user, at, body, settings))
    named = settings.activity(definition.text("id") or "") or settings.activity(presence)
    state = "offline" if presence == "OFFLINE" else named or "break"
    reason = presence if state == "break" else None
    return [_in(state, reason, _entered(user, at, body, settings))]


def _on_queue(status: str, entered: EventBody) -> Told:
    if status == BETWEEN:
        return ()
    if status == AWAY:
        return [_in("break", AWAY, entered)]
    state = ROUTING.get(status)
    return [_in(state, None, entered)] if state else Ignored(f"users.activity {status}")


def _entered(user: str, at: int, body: Fields, settings: SourceSettings) -> EventBody:
    queues = body.raw("activeQueueIds")
    known = queues if isinstance(queues, list) else []
    ids = [one for one in known if isinstance(one, str) and one]
    names = [settings.queue(one) for one in ids[:MOST_QUEUES]]
    return {"at": at, "agent": settings.agent(user), "queues": names or None, "id": f"{user}:{at}"}


def _in(state: str, reason: str | None, entered: EventBody) -> EventBody:
    said = {"type": "agent.state", "state": state, "reason": reason}
    return {**entered, **said, "id": identity(str(entered["id"]), state)}


def state(body: Fields, settings: SourceSettings) -> Told:
    """The newer event of an agent's state in one conversation; hold is told of its visit too."""
    current = body.word("currentState")
    at = body.milliseconds("eventTime") or body.instant("eventTime")
    user = body.text("userId", "agentId", "id")
    if current not in STATES:
        return Ignored(f"agent state {current}")
    if user is None or at is None:
        return missing("userId or eventTime of an agent's state")
    entered: EventBody = {"at": at, "agent": settings.agent(user), "id": f"{user}:{at}"}
    return [_in(STATES[current], None, entered), *_hold(current, body)]


def _hold(current: str, body: Fields) -> Sequence[EventBody]:
    leg = leg_of(body)
    if leg is None:
        return ()
    if current == "HOLD":
        return [{**leg.told("contact.held"), "id": identity(leg.session, "held", str(leg.at))}]
    if body.word("previousState") == "HOLD":
        return [
            {**leg.told("contact.resumed"), "id": identity(leg.session, "resumed", str(leg.at))}
        ]
    return ()
