"""Bodies of forecasts as OpenAPI shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.query.api.schemas import Instant, Next


class ForecastInterval(BaseModel):
    """A row of an upload."""

    queue: Annotated[str, Field(examples=["sales"])]
    channel: Annotated[
        str | None, Field(description="the whole queue where nothing is said", examples=["voice"])
    ] = None
    start: Annotated[
        str,
        Field(
            description="RFC 3339, or local time in the tenant's zone",
            examples=["2026-11-11T09:00"],
        ),
    ]
    length: Annotated[Literal[15, 30], Field(description="minutes")]
    volume: Annotated[float, Field(ge=0, description="contacts", examples=[420])]
    aht: Annotated[float, Field(ge=0, description="mean handle time, seconds", examples=[185])]
    staffed: Annotated[int | None, Field(ge=0, description="planned agents", examples=[24])] = None


class ForecastBody(BaseModel):
    """An upload as JSON."""

    rows: Annotated[list[ForecastInterval], Field(min_length=1, max_length=50_000)]


class ForecastRow(BaseModel):
    """A forecast interval in force."""

    time: Instant
    end: Instant
    queue: Annotated[str, Field(examples=["sales"])]
    channel: Annotated[str | None, Field(description="null: the whole queue", examples=["voice"])]
    volume: Annotated[float, Field(description="contacts", examples=[420])]
    aht: Annotated[float, Field(description="seconds", examples=[185])]
    staffed: Annotated[
        int | None, Field(description="planned agents, where the upload told", examples=[24])
    ]
    version: Annotated[int, Field(description="the upload that says so", examples=[3])]


class UploadRow(BaseModel):
    """An uploaded version."""

    version: Annotated[int, Field(examples=[3])]
    rows: Annotated[int, Field(examples=[48])]
    since: Annotated[Instant, Field(alias="from", description="begin of the first interval")]
    until: Annotated[Instant, Field(alias="to", description="end of the last interval")]
    uploaded_at: Instant
    uploaded_by: Annotated[
        str, Field(description="id of the API key", examples=["0123456789abcdef"])
    ]
    note: Annotated[str, Field(examples=["week 46"])]


class UploadAnswer(UploadRow):
    """What became of an upload."""

    new: Annotated[
        bool,
        Field(description="false: the newest version has this very content, nothing was stored"),
    ]
    unknown_queues: Annotated[
        list[str],
        Field(description="queues no event has named yet: mind typing mistakes", examples=[[]]),
    ]


class ForecastAnswer(BaseModel):
    """A page of forecast intervals, and the last 1,000 versions, the newest first."""

    rows: list[ForecastRow]
    next: Next
    versions: list[UploadRow]
