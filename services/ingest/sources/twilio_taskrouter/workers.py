"""Workers' activities and what reservations do to them, as states of agents.

    worker.created, worker.activity.update ─► the state that the activity is
    worker.deleted ─► offline
    reservation.created ─► ringing · accepted ─► busy · wrapup ─► wrap_up
    reservation.rejected, timeout, canceled, rescinded, failed, completed ─► the activity named in
    it

Activities are a site's own words: the settings say which state each is. An activity that nobody
named is a break with its name. A workspace in which workers have one task at a time moves them to
`Reserved` and `Busy` by itself, and says so behind the reservation that did it.
"""

from collections.abc import Sequence

from floorpulse.contracts.events import AgentState
from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.payloads import EventBody, missing
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.twilio_taskrouter.notice import Notice

BUILT_IN: dict[str, AgentState] = {
    "offline": "offline",
    "available": "available",
    "idle": "available",
    "unavailable": "break",
    "break": "break",
    "reserved": "ringing",
    "busy": "busy",
}
STATE = "state"
"""The word behind the id of a state that a reservation's event tells beside its visit"""

Told = Sequence[EventBody] | Refusal


def activity(notice: Notice, settings: SourceSettings) -> Told:
    """A worker changed activity."""
    if notice.agent(settings) is None or notice.body.text("workerActivityName") is None:
        return missing("WorkerName or WorkerActivityName")
    return _named(notice, settings, None)


def created(notice: Notice, settings: SourceSettings) -> Told:
    """A worker was made, and is in the workspace's first activity until the next one."""
    return _named(notice, settings, None)


def deleted(notice: Notice, settings: SourceSettings) -> Told:
    """A worker is no longer there."""
    agent = notice.agent(settings)
    return [] if agent is None else [_state(notice, None, agent, "offline", None)]


def reserved(notice: Notice, settings: SourceSettings) -> Told:
    """A task was offered to a worker."""
    return entered("ringing", notice, settings)


def declined(notice: Notice, settings: SourceSettings) -> Told:
    """A worker did not take a task: rejected it, or let it ring too long."""
    agent = notice.agent(settings)
    if agent is None:
        return missing("WorkerName or WorkerSid")
    missed = notice.of_visit("agent.missed", "missed", agent=agent, queue=notice.queue(settings))
    return [*([missed] if missed else ()), *back(notice, settings)]


def released(notice: Notice, settings: SourceSettings) -> Told:
    """A reservation ended that no worker is to blame for: the task is gone, or another took it."""
    return back(notice, settings)


def entered(state: AgentState, notice: Notice, settings: SourceSettings) -> Sequence[EventBody]:
    """The state in which a reservation puts its worker."""
    agent = notice.agent(settings)
    if agent is None:
        return ()
    return [_state(notice, STATE, agent, state, None)]


def back(notice: Notice, settings: SourceSettings) -> Sequence[EventBody]:
    """The state that the worker's activity is, where the event names it."""
    return _named(notice, settings, STATE)


def _named(notice: Notice, settings: SourceSettings, suffix: str | None) -> Sequence[EventBody]:
    agent = notice.agent(settings)
    name = notice.body.text("workerActivityName")
    if agent is None or name is None:
        return ()
    state = settings.activity(name) or BUILT_IN.get(name.lower(), "break")
    return [_state(notice, suffix, agent, state, name if state == "break" else None)]


def _state(
    notice: Notice, suffix: str | None, agent: str, state: AgentState, reason: str | None
) -> EventBody:
    known = {"type": "agent.state", "id": notice.named(suffix), "at": notice.at}
    return {**known, "agent": agent, "state": state, "reason": reason}
