"""Bodies of agents' routes as OpenAPI shows them."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.contracts.events import AgentState
from services.query.api.schemas import HistoryFigureRow, Instant, Next


class AgentStateRow(BaseModel):
    """An agent now."""

    agent: Annotated[str, Field(examples=["a-7"])]
    state: AgentState
    since: Instant
    reason: Annotated[str | None, Field(description="as the source told", examples=["lunch"])]
    queues: Annotated[list[str], Field(description="queues the agent serves", examples=[["sales", "help"]])]
    team: Annotated[str | None, Field(examples=["orders-east"])]
    site: Annotated[str | None, Field(examples=["hangzhou"])]
    as_of: Instant


class AgentsAnswer(BaseModel):
    """The agents of the floor who were heard of in the last day."""

    rows: list[AgentStateRow]
    next: None = None


class AgentFigureRow(HistoryFigureRow):
    """A figure of an agent over an interval."""

    agent: Annotated[str | None, Field(description="null in rows by team, site and total", examples=["a-7"])] = None


class AgentKpisAnswer(BaseModel):
    """A page of agents' figures; rows come for agents who did anything in the interval."""

    rows: list[AgentFigureRow]
    next: Next
