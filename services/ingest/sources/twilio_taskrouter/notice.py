"""What every event of TaskRouter says: its id, its instant, its stay in a queue, its worker."""

from dataclasses import dataclass

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, hashed_visit, identity, missing
from floorpulse.ingest.sources.source import SourceSettings

FIRST_STAY = 1
"""A task that entered the queue within so many seconds of its creation is in its first"""


@dataclass(frozen=True)
class Notice:
    """One event: its id (`EV…`), epoch milliseconds, and its fields."""

    id: str
    at: int
    body: Fields

    def of_visit(self, type_: str, suffix: str | None = None, **fields: object) -> EventBody | None:
        """An event of the task's stay in its queue; None where no task is named."""
        task = self.body.text("taskSid")
        if task is None:
            return None
        known = {"type": type_, "id": self.named(suffix), "at": self.at}
        return {**known, "contact": task, "visit": self._visit(task), **fields}

    def named(self, suffix: str | None) -> str:
        """The id of an event; a second one of the same notice has a word behind it."""
        return self.id if suffix is None else identity(self.id, suffix)

    def queue(self, settings: SourceSettings) -> str | None:
        """The queue's name, as the settings or else the platform say it."""
        sid = self.body.text("taskQueueSid")
        if sid is not None and sid in settings.queues:
            return settings.queue(sid)
        name = self.body.text("taskQueueName") or sid
        return None if name is None else settings.queue(name)

    def agent(self, settings: SourceSettings) -> str | None:
        """The worker's name, as the settings or else the platform say it."""
        sid = self.body.text("workerSid")
        if sid is not None and sid in settings.agents:
            return settings.agent(sid)
        name = self.body.text("workerName") or sid
        return None if name is None else settings.agent(name)

    def _visit(self, task: str) -> int | None:
        """The first stay needs no number; a later one has its own, by queue and entry."""
        entered = _second(self.body, "taskQueueEnteredDate")
        queue = self.body.text("taskQueueSid")
        created = _second(self.body, "taskDateCreated")
        if entered is None or queue is None:
            return None
        if created is not None and entered - created <= FIRST_STAY:
            return None
        return hashed_visit(f"{task}|{queue}|{entered}")


def notice_of(outer: Fields, body: Fields) -> Notice | Refusal:
    """The notice in a payload; a refusal where it lacks an id or a time. A form without `Sid`,
    which Twilio's list of its parameters does not name, is known by what it is about.
    """
    sid = body.text("sid") or outer.part("data").text("sid") or outer.text("sid", "id")
    at = (
        body.milliseconds("timestampMs", "eventDateMs")
        or outer.milliseconds("eventDateMs")
        or _stamp(body, "timestamp")
        or outer.instant("eventDate", "time")
    )
    about = body.text("resourceSid")
    if at is None or (sid is None and about is None):
        return missing("Sid or Timestamp of the event")
    return Notice(sid or identity(f"{about}", body.word("eventType"), str(at)), at, body)


def _stamp(body: Fields, name: str) -> int | None:
    """An instant that forms write as epoch seconds and streams as RFC 3339."""
    return body.instant(name) or body.seconds(name) or body.milliseconds(name)


def _second(body: Fields, name: str) -> int | None:
    """The whole second of an instant, as every road tells it."""
    at = _stamp(body, name)
    return None if at is None else at // 1000
