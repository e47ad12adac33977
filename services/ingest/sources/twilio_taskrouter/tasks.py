"""Tasks and their reservations as visits.

    task-queue.entered ─► offered         reservation.accepted ─► answered, agent busy
    task-queue.timeout, .moved ─► left    reservation.wrapup ─► ended, agent in wrap-up
    task.canceled ─► abandoned, ended     reservation.completed ─► wrapped
    task.deleted ─► left or ended

A task that is cancelled does not say whether somebody had accepted it. Both facts are told: an
answer wins over giving up, so an accepted task is ended and another one abandoned. Where agents
do not wrap up (`after_work: none`), completing the reservation is the end.
"""

from collections.abc import Iterable, Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.payloads import EventBody, missing
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.twilio_taskrouter import workers
from floorpulse.ingest.sources.twilio_taskrouter.notice import Notice

CHANNELS = {
    "voice": None,
    "chat": "chat",
    "web": "chat",
    "video": "chat",
    "email": "email",
    "sms": "social",
    "messaging": "social",
    "whatsapp": "social",
    "messenger": "social",
    "callback": "callback",
}
"""Task channels by their unique name, None is voice; the default one and a site's own are `task`"""
NOT_THE_CUSTOMER = ("ttl", "workflow")
"""Words in the reason of a cancellation that TaskRouter itself gave"""
ELSEWHERE = frozenset(("leave", "redirected", "queue-full", "error", "system-error"))
"""Reasons that are results of `<Enqueue>` other than that the caller hung up"""
WAITING = frozenset(("PENDING", "RESERVED"))
ACCEPTED = "ASSIGNED"
"""Statuses of a task that say whether somebody had accepted it"""
BOUND = 2**31

Told = Sequence[EventBody] | Refusal


def entered(notice: Notice, settings: SourceSettings) -> Told:
    """The task entered a queue."""
    queue = notice.queue(settings)
    if queue is None:
        return missing("TaskQueueName or TaskQueueSid")
    channel = notice.body.text("taskChannelUniqueName")
    priority = notice.body.number("taskPriority")
    return _told(
        notice.of_visit(
            "contact.offered",
            queue=queue,
            channel=CHANNELS.get(channel.lower(), "task") if channel else None,
            priority=int(priority) if priority is not None and abs(priority) < BOUND else None,
        )
    )


def timed_out(notice: Notice, _settings: SourceSettings) -> Told:
    """The task waited longer than its workflow allows in this queue."""
    return _told(notice.of_visit("contact.left", reason="timeout"))


def moved(notice: Notice, _settings: SourceSettings) -> Told:
    """The task left this queue for another one, which its next entry names."""
    return _told(notice.of_visit("contact.left", reason="overflow"))


def deleted(notice: Notice, _settings: SourceSettings) -> Told:
    """The task was deleted, perhaps while it waited or was worked on; nothing if it was over."""
    status = notice.body.word("taskAssignmentStatus")
    if status in WAITING:
        return _told(notice.of_visit("contact.left", reason="other"))
    return _told(notice.of_visit("contact.ended")) if status == ACCEPTED else ()


def canceled(notice: Notice, settings: SourceSettings) -> Told:
    """The task was cancelled: by the customer, who hung up or went elsewhere, or by TaskRouter
    after its time.
    """
    reason = (notice.body.text("taskCanceledReason", "reason") or "").lower()
    if any(word in reason for word in NOT_THE_CUSTOMER):
        over = notice.of_visit("contact.left", reason="timeout")
    elif reason in ELSEWHERE:
        over = notice.of_visit("contact.left", reason="other")
    else:
        over = notice.of_visit("contact.abandoned", queue=notice.queue(settings))
    return _told(over, notice.of_visit("contact.ended", "ended"))


def transferred(notice: Notice, settings: SourceSettings) -> Told:
    """A transfer that came about; one that was only begun may still fail."""
    target = notice.body.text("transferTo", "taskTransferTo")
    return _told(
        notice.of_visit(
            "contact.transferred",
            to_queue=settings.queues.get(target or ""),
            to_agent=settings.agents.get(target or ""),
        )
    )


def accepted(notice: Notice, settings: SourceSettings) -> Told:
    """A worker took the task."""
    agent = notice.agent(settings)
    if agent is None:
        return missing("WorkerName or WorkerSid")
    answered = notice.of_visit("contact.answered", agent=agent, queue=notice.queue(settings))
    return _told(answered, *workers.entered("busy", notice, settings))


def wrapping(notice: Notice, settings: SourceSettings) -> Told:
    """The conversation is over, the worker finishes the work."""
    state = workers.entered("wrap_up", notice, settings)
    if settings.after_work == "none":
        return _told(*state)
    return _told(notice.of_visit("contact.ended"), *state)


def completed(notice: Notice, settings: SourceSettings) -> Told:
    """The worker is done with the task."""
    word = "contact.ended" if settings.after_work == "none" else "contact.wrapped"
    return _told(notice.of_visit(word), *workers.back(notice, settings))


def _told(*bodies: EventBody | None) -> Told:
    known = _known(bodies)
    return known or missing("TaskSid")


def _known(bodies: Iterable[EventBody | None]) -> list[EventBody]:
    return [one for one in bodies if one is not None]
