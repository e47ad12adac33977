"""Tasks in trackers: a breach opens one for each receiver that is a tracker, and its state comes
back to the incident.

    incident ──► template ──► tracker     opened: id, address, state
        ▲                        │
        └──── state, done ◄──────┘        as often as it changes there
"""

from collections.abc import Iterable, Mapping
from uuid import NAMESPACE_URL, uuid5

import msgspec

from floorpulse.definitions.domain.task_templates import PLACE

LONGEST = 200
"""Characters of a tracker's word that are kept"""


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """A task as its tracker told it last; `at` is epoch milliseconds.

    `id` is how the tracker calls it (empty where its answer did not say), `done` that nothing more
    is to be done.
    """

    receiver: str
    id: str = ""
    url: str | None = None
    state: str = ""
    done: bool = False
    at: int = 0


def task_key(incident: str, receiver: str) -> str:
    """The idempotency key of a task: the same for every step and every attempt."""
    return f"{incident}.task.{receiver}"


def task_uuid(key: str) -> str:
    """The key as a UUID, for trackers whose transactions have one."""
    return str(uuid5(NAMESPACE_URL, f"floorpulse:{key}"))


def filled(template: object, told: Mapping[str, str]) -> object:
    """A template with what is told in place of the words in braces; other braces stay."""
    if isinstance(template, str):
        return PLACE.sub(lambda found: told.get(found[1], found[0]), template)
    if isinstance(template, Mapping):
        return {name: filled(inner, told) for name, inner in template.items()}
    if isinstance(template, list | tuple):
        return [filled(inner, told) for inner in template]
    return template


def word_at(body: object, path: str | None) -> str:
    """The word that stands at a path of a JSON body, such as `issue.fields.status.name`; empty
    where there is none.
    """
    if path is None:
        return ""
    for step in path.split("."):
        body = _inside(body, step)
    if isinstance(body, bool) or not isinstance(body, str | int | float):
        return ""
    return str(body).replace("\0", "").strip()[:LONGEST]


def _inside(body: object, step: str) -> object:
    if isinstance(body, Mapping):
        return body.get(step)
    if isinstance(body, list) and step.isascii() and step.isdigit() and int(step) < len(body):
        return body[int(step)]
    return None


def page_at(body: object, path: str | None) -> str | None:
    """The address of a page at a path; None where there is none that a browser may open."""
    found = word_at(body, path)
    return found if found.startswith(("https://", "http://")) else None


def with_task(tasks: Iterable[Task], told: Task) -> tuple[Task, ...]:
    """The tasks of an incident after one of them was told: what it does not say stays."""
    known = {one.receiver: one for one in tasks}
    before = known.get(told.receiver)
    if before is not None:
        told = msgspec.structs.replace(
            told,
            id=told.id or before.id,
            url=told.url or before.url,
            state=told.state or before.state,
        )
    return tuple((known | {told.receiver: told}).values())


def is_done(state: str, done: Iterable[str]) -> bool:
    """Whether a state is one of those in which a task is over."""
    return state.casefold() in {one.casefold() for one in done}
