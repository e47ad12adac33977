"""Bodies of the pipeline: how far counting is behind what was accepted."""

from collections.abc import Iterable, Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.query.pipeline.lag import PartitionLag


class PipelineTotal(msgspec.Struct, frozen=True, kw_only=True):
    """All partitions together."""

    applied: Annotated[
        int, Meta(description="records counted since the log began", examples=[120_435])
    ]
    dead: Annotated[int, Meta(description="records that went to dead letters", examples=[0])]
    lag: Annotated[
        int,
        Meta(description="records that live or history answers do not include yet", examples=[0]),
    ]
    watermark: Instant | None


class PipelinePartition(PipelineTotal, frozen=True, kw_only=True):
    """One partition of the log."""

    partition: Annotated[int, Meta(examples=[0])]
    log_id: Annotated[
        str | None, Meta(description="identity of the log", examples=["Zm9vYmFyYmF6cXV4MTIzNA"])
    ]
    generation: Annotated[
        int | None, Meta(description="how often the log began anew", examples=[1])
    ]
    next_offset: Annotated[
        int | None,
        Meta(description="first record that history does not include", examples=[10_036]),
    ]
    live_offset: Annotated[
        int | None,
        Meta(description="first record that live answers do not include", examples=[10_036]),
    ]
    end_offset: Annotated[int, Meta(examples=[10_036])]
    updated_at: Annotated[
        Instant | None, Meta(description="when history was last written, by the database's clock")
    ]
    stale: Annotated[
        bool,
        Meta(
            description="live figures lack what came to this partition more than a few seconds ago"
        ),
    ]
    age: Annotated[
        float | None,
        Meta(
            description="seconds since all that the partition then held was counted, by this "
            "server's clock",
            examples=[0.4],
        ),
    ]
    clock_skew: Annotated[
        float | None,
        Meta(
            description="by how many seconds the engine's clock is ahead of this server's; "
            "figures do not depend on it",
            examples=[-0.1],
        ),
    ]


class Folded(msgspec.Struct, frozen=True):
    """What live figures of the caller's tenant do not tell apart, because there are more than the
    settings allow.
    """

    queues: Annotated[
        int,
        Meta(
            description="queues counted together in `__other__`; history tells each apart",
            examples=[0],
        ),
    ]
    agents: Annotated[int, Meta(description="agents that are counted and not listed", examples=[0])]


class LetterTotals(msgspec.Struct, frozen=True):
    """Refused events of the caller's tenant that are kept in `dead-letters`."""

    total: Annotated[int, Meta(examples=[2])]
    by_reason: Annotated[
        dict[str, int],
        Meta(
            description="reasons that occur, the most frequent first", examples=[{"malformed": 2}]
        ),
    ]


class PipelineAnswer(msgspec.Struct, frozen=True):
    """How far counting is behind what was accepted."""

    total: PipelineTotal
    partitions: list[PipelinePartition]
    folded: Folded
    letters: LetterTotals


def pipeline_answer(
    partitions: Iterable[PartitionLag],
    folded: tuple[int, int],
    letters: Mapping[str, int],
    zone: ZoneInfo,
) -> PipelineAnswer:
    """How far counting is behind; `folded` is how many queues and agents are not told apart,
    `letters` counts refused events by reason.
    """
    known = list(partitions)
    durable = [one.durable for one in known if one.durable is not None]
    watermarks = [one.watermark for one in durable if one.watermark is not None]
    total = PipelineTotal(
        applied=sum(one.applied for one in durable),
        dead=sum(one.dead for one in durable),
        lag=sum(one.lag for one in known),
        watermark=text_or_none(min(watermarks, default=None), zone),
    )
    refused = LetterTotals(sum(letters.values()), dict(letters))
    return PipelineAnswer(total, [_partition(one, zone) for one in known], Folded(*folded), refused)


def _partition(one: PartitionLag, zone: ZoneInfo) -> PipelinePartition:
    durable = one.durable
    return PipelinePartition(
        partition=one.partition,
        log_id=durable.log_id if durable else None,
        generation=durable.generation if durable else None,
        next_offset=durable.next_offset if durable else None,
        live_offset=one.live.next_offset if one.live else None,
        end_offset=one.log.end,
        lag=one.lag,
        watermark=text_or_none(durable.watermark if durable else None, zone),
        applied=durable.applied if durable else 0,
        dead=durable.dead if durable else 0,
        updated_at=text(durable.published_at, zone) if durable else None,
        stale=one.stale,
        age=None if one.age is None else one.age / 1000,
        clock_skew=None if one.skew is None else one.skew / 1000,
    )
