"""Callbacks of trackers: what proves itself changes its incident's task, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.task_news import task_told
from floorpulse.alerts.domain.tasks import Task, is_done, page_at, word_at
from floorpulse.alerts.incidents.ports import Change, IncidentStore, Transaction
from floorpulse.alerts.notifiers.secret_store import NoSecret
from floorpulse.alerts.notifiers.task_proof import Presented, is_proven
from floorpulse.definitions.domain.receiver_terms import ReceiverBody, TaskCallback, TaskChannel

Receivers = Callable[[str, str], ReceiverBody | None]
"""A receiver of a tenant, as it is in force now"""


class Unheard(StrEnum):
    """Why a callback changed nothing."""

    UNPROVEN = "unproven"
    """No tracker of that name takes callbacks, or nothing proves that this is it"""
    MALFORMED = "malformed"
    UNNAMED = "unnamed"
    """The body has no id of a task where the definition says"""
    FOREIGN = "foreign"
    """The task is none that an incident opened"""


class Secrets(Protocol):
    """The secrets of this process."""

    def secret(self, name: str) -> str:
        """The secret of a name; NoSecret where there is none."""
        ...


@dataclass(frozen=True)
class TaskCallbacks:
    """Hears trackers; `now` is epoch milliseconds."""

    store: IncidentStore
    receivers: Receivers
    secrets: Secrets
    now: Callable[[], int]

    async def hear(self, tenant: str, receiver: str, came: Presented) -> Incident | Unheard:
        """The incident with its task as the tracker tells it now, or why nothing changed.

        Hearing the same again changes nothing. Raises StoreUnavailable.
        """
        found = self.receivers(tenant, receiver)
        channel = None if found is None else found.task
        if channel is None or channel.callback is None or not self._proven(channel, came):
            return Unheard.UNPROVEN
        try:
            body: object = msgspec.json.decode(came.body)
        except msgspec.DecodeError:
            return Unheard.MALFORMED
        task = _told(receiver, body, channel.callback, self.now())
        if not task.id:
            return Unheard.UNNAMED
        return await self._heard(tenant, word_at(body, channel.callback.incident), task)

    def _proven(self, channel: TaskChannel, came: Presented) -> bool:
        assert channel.callback is not None  # noqa: S101  for the type checker: the caller looked
        try:
            secret = self.secrets.secret(channel.callback.secret or channel.signing)
        except NoSecret:
            return False
        return is_proven(channel.callback.proof, secret, came, self.now())

    async def _heard(self, tenant: str, incident: str, task: Task) -> Incident | Unheard:
        async with self.store.transaction() as work:
            found = await _incident(work, tenant, incident, task)
            if found is None:
                return Unheard.FOREIGN
            news = task_told(found, task, work.now)
            if news is None:
                return found
            await work.store([Change(found, news)])
            return news.incident


async def _incident(work: Transaction, tenant: str, incident: str, task: Task) -> Incident | None:
    """By the incident that the body names, else by the task's id."""
    if incident:
        return await work.incident(tenant, incident)
    return await work.incident_of_task(tenant, task.receiver, task.id)


def _told(receiver: str, body: object, where: TaskCallback, now: int) -> Task:
    state = word_at(body, where.state)
    return Task(
        receiver,
        word_at(body, where.id),
        page_at(body, where.url),
        state,
        is_done(state, where.done),
        now,
    )
