"""Bodies of forecasts: what is uploaded, and what is in force."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.forecasts.keeper import Upload
from floorpulse.figures.timestamps import Instant, text
from floorpulse.kpis.plan import Slot
from floorpulse.query.api.schemas import Next

MOST_ROWS = 50_000


class ForecastInterval(msgspec.Struct, kw_only=True):
    """A row of an upload."""

    queue: Annotated[str, Meta(examples=["sales"])]
    channel: Annotated[
        str | None, Meta(description="the whole queue where nothing is said", examples=["voice"])
    ] = None
    start: Annotated[
        str,
        Meta(
            description="RFC 3339, or local time in the tenant's zone",
            examples=["2026-11-11T09:00"],
        ),
    ]
    length: Annotated[Literal[15, 30], Meta(description="minutes")]
    volume: Annotated[float, Meta(ge=0, description="contacts", examples=[420])]
    aht: Annotated[float, Meta(ge=0, description="mean handle time, seconds", examples=[185])]
    staffed: Annotated[
        Annotated[int, Meta(ge=0)] | None, Meta(description="planned agents", examples=[24])
    ] = None


class ForecastBody(msgspec.Struct):
    """An upload as JSON."""

    rows: Annotated[list[ForecastInterval], Meta(min_length=1, max_length=MOST_ROWS)]


class ForecastRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A forecast interval in force."""

    time: Annotated[Instant, Meta(description="begin of the interval")]
    end: Annotated[Instant, Meta(description="its end, not included")]
    queue: Annotated[str, Meta(examples=["sales"])]
    channel: Annotated[str | None, Meta(description="null: the whole queue", examples=["voice"])]
    volume: Annotated[float, Meta(description="contacts", examples=[420])]
    aht: Annotated[float, Meta(description="seconds", examples=[185])]
    staffed: Annotated[
        int | None, Meta(description="planned agents, where the upload told", examples=[24])
    ]
    version: Annotated[int, Meta(description="the upload that says so", examples=[3])]


class UploadRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An uploaded version."""

    version: Annotated[int, Meta(examples=[3])]
    rows: Annotated[int, Meta(examples=[48])]
    begin: Annotated[Instant, Meta(description="begin of the first interval")] = msgspec.field(
        name="from"
    )
    end: Annotated[Instant, Meta(description="end of the last interval")] = msgspec.field(name="to")
    uploaded_at: Instant
    uploaded_by: Annotated[
        str, Meta(description="id of the API key", examples=["0123456789abcdef"])
    ]
    note: Annotated[str, Meta(examples=["week 46"])]


class UploadAnswer(UploadRow, frozen=True, kw_only=True, gc=False):
    """What became of an upload."""

    new: Annotated[
        bool,
        Meta(description="false: the newest version has this very content, nothing was stored"),
    ]
    unknown_queues: Annotated[
        list[str],
        Meta(description="queues no event has named yet: mind typing mistakes", examples=[[]]),
    ]


class ForecastAnswer(msgspec.Struct):
    """A page of forecast intervals, and the last 1,000 versions, the newest first."""

    rows: list[ForecastRow]
    next: Next
    versions: list[UploadRow]


def forecast_row(slot: Slot, zone: ZoneInfo) -> ForecastRow:
    """A forecast interval in force."""
    return ForecastRow(
        time=text(slot.begin, zone),
        end=text(slot.end, zone),
        queue=slot.queue,
        channel=slot.channel or None,
        volume=slot.volume,
        aht=slot.aht,
        staffed=slot.staffed,
        version=slot.version,
    )


def upload_row(upload: Upload, zone: ZoneInfo) -> UploadRow:
    """An uploaded version."""
    return UploadRow(
        version=upload.version,
        rows=upload.rows,
        begin=text(upload.begin, zone),
        end=text(upload.until, zone),
        uploaded_at=text(upload.uploaded_at, zone),
        uploaded_by=upload.uploaded_by,
        note=upload.note,
    )


def upload_answer(
    upload: Upload, zone: ZoneInfo, *, new: bool, unknown_queues: list[str]
) -> UploadAnswer:
    """What became of an upload."""
    row = msgspec.structs.asdict(upload_row(upload, zone))
    return UploadAnswer(**row, new=new, unknown_queues=unknown_queues)
