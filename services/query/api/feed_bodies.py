"""Bodies of feeds: what each source tells, and what is wrong with it."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.board.domain.sources import SourceState
from floorpulse.contracts.tallies import MOST_EXAMPLES, Example
from floorpulse.figures.feed_report import Feed
from floorpulse.figures.sources.feeds import Mistake, MistakeKind, Skew
from floorpulse.figures.timestamps import Instant, text


class ExampleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of the latest such events; what could not be read of a refused one is null."""

    event: Annotated[str | None, Meta(description="its id", examples=["4711"])]
    contact: Annotated[str | None, Meta(examples=["c-1"])]
    at: Annotated[Instant | None, Meta(description="its instant, as it was told")]
    told: Annotated[
        str,
        Meta(
            description="what it told of which queue; of a refused one, what was wrong",
            examples=["contact.offered in refunds"],
        ),
    ]


class MistakeRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often a source made one kind of mistake."""

    kind: Annotated[
        MistakeKind,
        Meta(
            description="warned: counted as it was told, and likely wrong; refused: a dead letter; "
            "orphan: without the event that must have come before, for a minute",
            examples=["warned"],
        ),
    ]
    code: Annotated[
        str,
        Meta(
            description="the code of the warning, the reason of the refusal, or what is missing",
            examples=["local_time_as_utc"],
        ),
    ]
    count: Annotated[int, Meta(examples=[12])]
    since: Annotated[Instant, Meta(description="the first; of orphans, its own instant")]
    last: Annotated[Instant, Meta(description="the last; of orphans, its own instant")]
    examples: Annotated[list[ExampleRow], Meta(description="the latest, the newest first")]


class SkewRow(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from the instants that a source told to their arrival, over the last hour: of the
    newest event of each request.
    """

    median: Annotated[float, Meta(description="below 0: told for later", examples=[0.4])]
    low: Annotated[float, Meta(description="10 of 100 came sooner", examples=[0.1])]
    high: Annotated[float, Meta(description="10 of 100 came later", examples=[1.2])]
    requests: Annotated[int, Meta(examples=[1200])]


class NamesRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many, and some of their names."""

    count: Annotated[int, Meta(examples=[2])]
    examples: Annotated[list[str], Meta(examples=[["refnuds"]])]


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a source tells, and what is wrong with it."""

    source: Annotated[
        str,
        Meta(description="empty: refused texts whose source cannot be read", examples=["pbx1"]),
    ]
    state: Annotated[
        SourceState | None, Meta(description="as in `rows`; null: none of its events was counted")
    ]
    last_heard: Annotated[Instant | None, Meta(description="when its last event arrived")]
    skew: Annotated[
        SkewRow | None, Meta(description="null: no event of the last hour that was of its day")
    ]
    mistakes: Annotated[list[MistakeRow], Meta(description="the most frequent first")]
    undefined_queues: Annotated[
        NamesRow,
        Meta(description="queues that it offers contacts to and no definition knows"),
    ]
    stateless_agents: Annotated[
        NamesRow,
        Meta(
            description="agents in its queues who are there and never told a state; names are "
            "shown with the scope agents:read"
        ),
    ]


def feed_row(feed: Feed, zone: ZoneInfo, *, agents: bool) -> FeedRow:
    """The row of a feed; `agents` may be shown by name."""
    heard = feed.heard
    return FeedRow(
        source=feed.source,
        state=None if heard is None else heard.source.state,
        last_heard=None if heard is None else text(heard.last_at, zone),
        skew=None if feed.skew is None else _skew(feed.skew),
        mistakes=[_mistake(one, zone) for one in feed.mistakes],
        undefined_queues=_names(feed.undefined_queues, shown=True),
        stateless_agents=_names(feed.stateless_agents, shown=agents),
    )


def _skew(skew: Skew) -> SkewRow:
    return SkewRow(median=skew.median, low=skew.low, high=skew.high, requests=skew.events)


def _mistake(one: Mistake, zone: ZoneInfo) -> MistakeRow:
    return MistakeRow(
        kind=one.kind,
        code=one.code,
        count=one.count,
        since=text(one.first_at, zone),
        last=text(one.last_at, zone),
        examples=[_example(each, zone) for each in one.examples],
    )


def _example(one: Example, zone: ZoneInfo) -> ExampleRow:
    return ExampleRow(
        event=one.event or None,
        contact=one.contact or None,
        at=None if one.at is None else text(one.at, zone),
        told=one.told,
    )


def _names(names: Sequence[str], *, shown: bool) -> NamesRow:
    return NamesRow(count=len(names), examples=list(names[:MOST_EXAMPLES]) if shown else [])
