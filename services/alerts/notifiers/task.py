"""A tracker: the first notice of an incident opens a task in it, no other one does.

The template is the definition's; the request is signed after Standard Webhooks, with the task's key
as `webhook-id` and `Idempotency-Key`, the same for every step and attempt. 2xx is yes, and the
answer says what the tracker calls the task.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from floorpulse.alerts.domain.notices import Delivery, Message, NoticeKind, Verdict
from floorpulse.alerts.domain.tasks import Task, filled, page_at, task_key, task_uuid, word_at
from floorpulse.alerts.notifiers import webhook
from floorpulse.alerts.notifiers.answers import Answer, by_status
from floorpulse.alerts.notifiers.delivering import JSON, deliver, encoded
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport
from floorpulse.definitions.domain.receiver_terms import TaskAnswer, TaskChannel
from floorpulse.definitions.domain.task_templates import TOKEN

THERE = Delivery(Verdict.ACCEPTED, "its task is open already; a task is opened once")
ONLY_OPENED = Delivery(Verdict.ACCEPTED, "tells a tracker nothing: its task was opened before")


@dataclass(frozen=True)
class Secrets:
    """What signs, and what `{token}` stands for."""

    signing: str
    token: str = ""


@dataclass(frozen=True)
class Tracker:
    """A tracker by its definition."""

    transport: Transport
    now_ms: Callable[[], int]
    receiver: str
    channel: TaskChannel
    secrets: Secrets

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Open the incident's task, where it has none yet."""
        if any(one.receiver == self.receiver for one in message.tasks):
            return THERE
        if message.kind is not NoticeKind.OPENED:
            return ONLY_OPENED
        return await deliver(self.transport, self._call(message), self._judged, still_ours)

    def _judged(self, answer: Answer) -> Delivery:
        """By the status; what was opened, as far as the answer says."""
        delivery = by_status(answer)
        if delivery.verdict is not Verdict.ACCEPTED:
            return delivery
        task = opened(self.receiver, answer, self.channel.answer)
        return replace(delivery, task=task)

    def _call(self, message: Message) -> Call:
        key = task_key(message.incident, self.receiver)
        told = told_of(message, key)
        body = encoded({name: filled(one, told) for name, one in self.channel.body.items()})
        at = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        signed = webhook.headers(self.secrets.signing, key, at, body)
        own = self._own_headers(told)
        return Call(
            url=self.channel.url,
            body=body,
            headers=JSON | own | signed | {"Idempotency-Key": key},
            who=self.channel.url,
            hidden=(self.secrets.signing, self.secrets.token),
        )

    def _own_headers(self, told: Mapping[str, str]) -> dict[str, str]:
        words = {**told, TOKEN: self.secrets.token}
        return {
            name: "".join(str(filled(text, words)).splitlines())
            for name, text in self.channel.headers.items()
        }


def told_of(message: Message, key: str) -> dict[str, str]:
    """What the words in braces stand for."""
    return {
        **{name: message.short.get(name, "") for name in SHORT},
        "title": message.title,
        "text": "\n".join(f"{label}: {text}" for label, text in message.lines),
        "incident": message.incident,
        "tenant": str(message.facts.get("tenant", "")),
        "key": key,
        "uuid": task_uuid(key),
    }


SHORT = ("severity", "rule", "where", "value", "threshold", "since", "link")


def opened(receiver: str, answer: Answer, where: TaskAnswer) -> Task:
    """The task that an answer tells of."""
    body = answer.fields()
    return Task(
        receiver,
        word_at(body, where.id),
        page_at(body, where.url),
        word_at(body, where.state),
        at=round(answer.at * 1000),
    )
