"""Bodies of the floor's queues and agents now."""

from collections.abc import Mapping
from typing import Annotated, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.contracts.agents import UNKNOWN, Entered, StateNow
from floorpulse.contracts.events import AgentState
from floorpulse.figures.live.queues import QueueNow
from floorpulse.figures.state import State
from floorpulse.figures.timestamps import Instant, text
from floorpulse.query.api.schemas import Next

STATES = {"propertyNames": {"enum": [*get_args(AgentState), UNKNOWN]}}


class QueueRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A queue now, over all its channels; `en` and `zh` are its names, or its id where it is not
    defined.
    """

    queue: Annotated[str, Meta(examples=["sales"])]
    en: Annotated[str, Meta(examples=["Sales"])]
    zh: Annotated[str, Meta(examples=["销售"])]
    channels: Annotated[tuple[str, ...], Meta(examples=[["voice", "chat"]])]
    team: Annotated[
        str | None, Meta(description="the team that answers for it", examples=["sellers"])
    ]
    site: Annotated[str | None, Meta(description="where that team works", examples=["east"])]
    client: Annotated[str | None, Meta(description="whom it is run for", examples=["acme"])]
    known: Annotated[
        bool,
        Meta(
            description="false where the definitions name queues and not this one: perhaps a "
            "mistyped name"
        ),
    ]
    state: State
    waiting: Annotated[int, Meta(examples=[3])]
    longest_wait: Annotated[float, Meta(description="seconds", examples=[41.2])]
    in_progress: Annotated[int, Meta(examples=[17])]
    unresolved: Annotated[
        int, Meta(description="visits without an outcome that no longer wait", examples=[0])
    ]
    agents: Annotated[
        Mapping[StateNow, int],
        Meta(
            description="agents who serve the queue, by state",
            examples=[{"available": 4}],
            extra_json_schema=STATES,
        ),
    ]
    target: Annotated[float, Meta(description="promised service level", examples=[0.8])]
    as_of: Instant


class QueuesAnswer(msgspec.Struct):
    """A page of the floor's queues."""

    rows: list[QueueRow]
    next: Next


class AgentStateRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An agent now."""

    agent: Annotated[str, Meta(examples=["a-7"])]
    state: Annotated[
        StateNow,
        Meta(
            description="`unknown`: is believed to be there, and no source tells what the agent "
            "does"
        ),
    ]
    since: Instant
    reason: Annotated[str | None, Meta(description="as the source told", examples=["lunch"])]
    queues: Annotated[
        tuple[str, ...],
        Meta(description="queues the agent serves", examples=[["sales", "help"]]),
    ]
    team: Annotated[str | None, Meta(examples=["orders-east"])]
    site: Annotated[str | None, Meta(examples=["hangzhou"])]
    as_of: Instant


class AgentsAnswer(msgspec.Struct):
    """A page of the agents of the floor who are believed to be there, or were lately."""

    rows: list[AgentStateRow]
    next: Next


def queue_row(now: QueueNow, zone: ZoneInfo) -> QueueRow:
    """A queue now."""
    return QueueRow(**{**vars(now), "as_of": text(now.as_of, zone)})


def agent_row(agent: str, entered: Entered, as_of: int, zone: ZoneInfo) -> AgentStateRow:
    """An agent now."""
    return AgentStateRow(
        agent=agent,
        state=entered.state,
        since=text(entered.at, zone),
        reason=entered.reason or None,
        queues=entered.queues,
        team=entered.team or None,
        site=entered.site or None,
        as_of=text(as_of, zone),
    )


def timeless(row: QueueRow | AgentStateRow) -> QueueRow | AgentStateRow:
    """A row without the instant it speaks of, which moves with every second."""
    return msgspec.structs.replace(row, as_of="")
