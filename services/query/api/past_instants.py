"""Questions about a past instant: how it is said, what answers, and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import Field

from floorpulse.access.parameters import instant_of
from floorpulse.figures.at.figures import BeforeFirstError, NotYetError, PastFloors
from floorpulse.figures.at.ports import BeyondRetentionError
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.queues import Queues
from floorpulse.figures.selection import Selection
from floorpulse.figures.timestamps import text
from floorpulse.query.api.measured import loaded
from floorpulse.runtime.problems import Problem

At = Annotated[
    str | None,
    Field(
        description="a past instant: the floor is told as it stood then. RFC 3339, or without "
        "offset in the tenant's zone; now where nothing is said",
        examples=["2026-11-11T10:05:00+08:00"],
    ),
]


def instant_in(words: str, zone: ZoneInfo) -> int:
    """The instant that `at` names, epoch milliseconds; without an offset it is local time of the
    zone, the first of two that a clock shows twice. Problem 422 where it is none.
    """
    try:
        local = datetime.fromisoformat(words)
    except ValueError:
        return instant_of("at", words)
    if local.tzinfo is None:
        words = local.replace(tzinfo=zone).isoformat()
    return instant_of("at", words)


async def figures_then(request: Request, question: LiveQuery, at: str) -> LiveFigures:
    """What answers a question about live figures as of an instant; problems 422."""
    running = loaded(request)
    view = running.answering.floors.view(question.selection.tenant)
    with refusing(at, view.zone, whole=question.selection.contract is None):
        return await running.of(PastFloors).figures(question, instant_in(at, view.zone))


async def queues_then(request: Request, chosen: Selection, at: str) -> Queues:
    """What tells a tenant's queues as of an instant; problems 422."""
    running = loaded(request)
    zone = running.answering.floors.view(chosen.tenant).zone
    with refusing(at, zone, whole=chosen.contract is None):
        return await running.of(PastFloors).queues(chosen, instant_in(at, zone))


@contextmanager
def refusing(at: str, zone: ZoneInfo, *, whole: bool) -> Iterator[None]:
    """What cannot be told of an instant, as problems 422 that say what can; when the first contact
    of all came is told to those who may see the whole floor.
    """
    try:
        yield
    except NotYetError as soon:
        detail = f"at={at} is still to come; it is {text(soon.now, zone)}. Leave `at` out for now"
        raise Problem(422, "In the future", detail) from soon
    except BeforeFirstError as early:
        came = f", which came at {text(early.first, zone)}" if whole else ""
        detail = f"at={at} is before the first contact{came}"
        raise Problem(422, "Before the first contact", detail) from early
    except BeyondRetentionError as gone:
        detail = (
            f"at={at} needs contacts and minutes from up to a day before; they are kept since "
            f"{text(gone.since, zone)}. /v1/kpis/history tells quarter hours of the time before"
        )
        raise Problem(422, "Beyond retention", detail) from gone
