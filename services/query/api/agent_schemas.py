"""Bodies of agents' routes as OpenAPI shows them."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.contracts.events import AgentState
from services.figures.agents.benchmark import Eligibility, Volume
from services.query.api.schemas import HistoryFigureRow, Instant, Next


class AgentStateRow(BaseModel):
    """An agent now."""

    agent: Annotated[str, Field(examples=["a-7"])]
    state: AgentState
    since: Instant
    reason: Annotated[str | None, Field(description="as the source told", examples=["lunch"])]
    queues: Annotated[
        list[str], Field(description="queues the agent serves", examples=[["sales", "help"]])
    ]
    team: Annotated[str | None, Field(examples=["orders-east"])]
    site: Annotated[str | None, Field(examples=["hangzhou"])]
    as_of: Instant


class AgentsAnswer(BaseModel):
    """A page of the agents of the floor who were heard of in the last day."""

    rows: list[AgentStateRow]
    next: Next


class AgentFigureRow(HistoryFigureRow):
    """A figure of an agent over an interval."""

    agent: Annotated[
        str | None, Field(description="null in rows by team, site and total", examples=["a-7"])
    ] = None


class BenchmarkFigureRow(AgentFigureRow):
    """A figure of an agent beside that of the benchmark agents."""

    standing: Annotated[Eligibility, Field(description="`few_…`: did too little to be judged")]
    benchmark: Annotated[
        float | None,
        Field(
            description="of the benchmark agents together; of a count their mean", examples=[212.5]
        ),
    ]
    distance: Annotated[float | None, Field(description="value − benchmark", examples=[31.0])]
    behind: Annotated[
        bool | None,
        Field(description="whether that is to the worse; null where no direction is better"),
    ]
    volume: Annotated[
        Volume,
        Field(
            description="what volume was judged by; the count where somebody's hours are not known"
        ),
    ]
    candidates: Annotated[int, Field(description="how many did enough to be judged", examples=[42])]
    small: Annotated[
        bool,
        Field(description="fewer than ten were: the benchmark is one agent, and may be chance"),
    ]


class BenchmarkAnswer(BaseModel):
    """A page of agents beside the benchmark."""

    rows: list[BenchmarkFigureRow]
    next: Next


class AgentKpisAnswer(BaseModel):
    """A page of agents' figures; rows come for agents who did anything in the interval."""

    rows: list[AgentFigureRow]
    next: Next
