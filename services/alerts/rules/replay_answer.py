"""What a replay tells: a table of firings and a timeline a subject, and what kept the rule from
firing.
"""

from collections.abc import Iterable
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.replayed import ReplayedAlert, ReplayedFiring, ShownAs, lasted
from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.figures.timestamps import Instant, text, text_or_none


class FiringRow(msgspec.Struct, frozen=True):
    """One time that the rule would have fired."""

    fired_at: Instant
    resolved_at: Annotated[Instant | None, Meta(description="null where it still fired at the end")]
    seconds: Annotated[float, Meta(description="how long it fired", examples=[540.0])]
    reason: Reason
    resolved_by: Reason | None
    figure: Annotated[Figure | None, Meta(description="the figure that fired")]
    worst: Figure | None
    last: Annotated[Figure | None, Meta(description="the figure that resolved it")]


class StretchRow(msgspec.Struct, frozen=True):
    """A stretch of a timeline."""

    begin: Instant
    end: Annotated[Instant, Meta(description="not included")]
    shown_as: ShownAs


class AlertRow(msgspec.Struct, frozen=True):
    """A rule and one of the things it watches; queue and channel are null where summed over."""

    rule: Annotated[str, Meta(examples=["slow-answers"])]
    version: Annotated[str, Meta(examples=["slow-answers@1"])]
    severity: Severity
    queue: Annotated[str | None, Meta(examples=["sales"])]
    channel: Annotated[str | None, Meta(examples=["voice"])]
    key: Annotated[str | None, Meta(description="an agent, a reason", examples=["ann"])]
    fired: Annotated[int, Meta(description="how often it would have fired", examples=[2])]
    seconds: Annotated[float, Meta(description="how long in all", examples=[540.0])]
    not_held: Annotated[
        int,
        Meta(
            description="breaches that were over before they had lasted long enough", examples=[1]
        ),
    ]
    kept_by: Annotated[
        dict[Reason, float],
        Meta(
            description="seconds in which it did not fire, by the reason why",
            examples=[{"too_few": 600.0}],
        ),
    ]
    firings: list[FiringRow]
    timeline: list[StretchRow]


class ReplayAnswer(msgspec.Struct, frozen=True):
    """What the rules under test would have told in [begin, end)."""

    tenant: Annotated[str, Meta(examples=["demo"])]
    begin: Instant
    end: Instant
    every: Annotated[
        int,
        Meta(description="seconds between two looks: instants are exact to so many", examples=[10]),
    ]
    judgements: Annotated[int, Meta(description="how many were made", examples=[14400])]
    alerts: list[AlertRow]
    notes: Annotated[
        list[str],
        Meta(description="what history cannot tell", examples=[["staleness is not replayed"]]),
    ]


class ShownRule(msgspec.Struct, frozen=True):
    """What of a rule stands in each of its rows."""

    id: str
    version: str
    severity: Severity


def alert_row(alert: ReplayedAlert, rule: ShownRule, span: Span, zone: ZoneInfo) -> AlertRow:
    """The row of a replayed alert, its instants in a zone."""
    subject = alert.subject
    return AlertRow(
        rule.id,
        rule.version,
        rule.severity,
        subject.queue or None,
        subject.channel or None,
        subject.key or None,
        len(alert.firings),
        lasted(alert.firings, span.end) / 1000,
        alert.not_held,
        {reason: kept / 1000 for reason, kept in sorted(alert.kept_by.items())},
        [_firing(firing, span.end, zone) for firing in alert.firings],
        [
            StretchRow(text(one.begin, zone), text(one.end, zone), one.shown_as)
            for one in alert.stretches
        ],
    )


def _firing(firing: ReplayedFiring, end: int, zone: ZoneInfo) -> FiringRow:
    return FiringRow(
        text(firing.fired_at, zone),
        text_or_none(firing.resolved_at, zone),
        lasted([firing], end) / 1000,
        firing.reason,
        firing.resolved_by,
        firing.figure,
        firing.worst,
        firing.last,
    )


def by_weight(rows: Iterable[AlertRow]) -> list[AlertRow]:
    """Those that fired longest first."""
    return sorted(
        rows, key=lambda one: (-one.seconds, one.rule, one.queue or "", one.channel or "")
    )
