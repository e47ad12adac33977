"""What answers are: the types that are encoded, which OpenAPI shows.

Rows of figures are `floorpulse.figures`' own; pages of them are encoded in portions, and tests hold
these bytes against the types here.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.figures.agents.comparison import BenchmarkRow
from floorpulse.figures.agents.rows import AgentRow
from floorpulse.figures.corrections.rows import CorrectionRow
from floorpulse.figures.rows import HistoryRow, LiveRow
from floorpulse.runtime import answers
from floorpulse.runtime.accept import CSV, XLSX
from floorpulse.runtime.answers import SUCCESS, Responses

Next = Annotated[
    str | None,
    Meta(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
]
PUBLISHED: dict[type, str] = {
    LiveRow: "LiveFigureRow",
    HistoryRow: "HistoryFigureRow",
    CorrectionRow: "CorrectionFigureRow",
    AgentRow: "AgentFigureRow",
    BenchmarkRow: "BenchmarkFigureRow",
}
"""Names that generated clients know rows of figures by"""


UNCHANGED: Responses = {304: {"description": "Not modified: the client has these very figures"}}
"""The answer to a client that has the figures already"""


def answering(
    body: type, status: int = 200, description: str = SUCCESS, *, files: bool = False
) -> Responses:
    """The `responses` of a route that answers with `body`, as JSON or also as a file."""
    described = answers.answering(body, status, description, PUBLISHED)
    if files:
        described[status]["content"] |= {CSV: {}, XLSX: {}}
    return described


class LiveAnswer(msgspec.Struct):
    """A page of live figures."""

    rows: list[LiveRow]
    next: Next


class HistoryAnswer(msgspec.Struct):
    """A page of history."""

    rows: list[HistoryRow]
    next: Next


class LoadedHistory(msgspec.Struct, frozen=True):
    """Figures that came in after their time and are no corrections."""

    quarters: Annotated[
        int, Meta(description="quarter hours of a queue and channel in the span", examples=[96])
    ]
    why: Annotated[str, Meta(examples=["loaded after they had passed"])]


class CorrectionsAnswer(msgspec.Struct):
    """A page of corrections; `loaded` says of which figures there are none, null where all that
    changed is told.
    """

    rows: list[CorrectionRow]
    next: Next
    loaded: LoadedHistory | None


WHY_LOADED = (
    "these figures were loaded after they had passed, and their queues were not known before: "
    "nobody had been shown anything else, so loading them corrected nothing. What changes them "
    "from a quarter of an hour after the last of it came is a correction"
)


def loaded_history(quarters: int) -> LoadedHistory | None:
    """What is said of history that was loaded."""
    return LoadedHistory(quarters, WHY_LOADED) if quarters else None


class AgentKpisAnswer(msgspec.Struct):
    """A page of agents' figures; rows come for agents who did anything in the interval."""

    rows: list[AgentRow]
    next: Next


class BenchmarkAnswer(msgspec.Struct):
    """A page of agents beside the benchmark."""

    rows: list[BenchmarkRow]
    next: Next
