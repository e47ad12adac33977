"""What becomes of an incident when a tracker tells of its task."""

from floorpulse.alerts.domain.decisions import Decision, EventDetails, changed, entry
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.tasks import Task, with_task


def task_told(incident: Incident, told: Task, now: int) -> Decision | None:
    """The incident with its task as it is told, and an entry of the timeline; None where that is
    known.
    """
    before = next((one for one in incident.tasks if one.receiver == told.receiver), None)
    tasks = with_task(incident.tasks, told)
    after = next(one for one in tasks if one.receiver == told.receiver)
    if before is not None and _same(before, after):
        return None
    reason = Reason.TASK_OPENED if before is None else Reason.TASK_CHANGED
    details = EventDetails(comment=_words(after), targets=(f"{told.receiver}/task",))
    news = changed(incident, tasks=tasks)
    return Decision(news, (entry(news, reason, now, details=details),))


def _same(one: Task, other: Task) -> bool:
    return (one.id, one.url, one.state, one.done) == (other.id, other.url, other.state, other.done)


def _words(task: Task) -> str:
    """`PC-12: In progress`."""
    return ": ".join(filter(None, (task.id, task.state)))
