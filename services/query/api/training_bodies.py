"""Bodies of trainings and their effects."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.indicators.effect import Caution, Change
from floorpulse.figures.indicators.trainings import Found, TrainingEffect
from floorpulse.figures.timestamps import Instant, text
from floorpulse.query.api.schemas import Next


class ChangeBody(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the figure of several agents changed, in the same queues and channels."""

    agents: Annotated[int, Meta(description="who had contacts on both sides", examples=[12])]
    before: Annotated[float | None, Meta(description="of these contacts", examples=[0.71])]
    after: Annotated[float | None, Meta(examples=[0.79])]
    change: Annotated[
        float | None,
        Meta(
            description="mean of the agents' changes within each queue and channel; not after − "
            "before where the mix moved",
            examples=[0.08],
        ),
    ]
    low: Annotated[
        float | None,
        Meta(description="95 % interval over agents; null of fewer than three", examples=[0.02]),
    ]
    high: Annotated[float | None, Meta(examples=[0.14])]


class EffectRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a training changed in a KPI."""

    kpi: Annotated[str, Meta(examples=["qa_mean"])]
    trained: ChangeBody
    untrained: Annotated[
        ChangeBody, Meta(description="agents of the same teams who were not trained")
    ]
    effect: Annotated[
        float | None,
        Meta(description="change of the trained − that of the untrained", examples=[0.06]),
    ]
    low: Annotated[float | None, Meta(description="its 95 % interval", examples=[0.01])]
    high: Annotated[float | None, Meta(examples=[0.11])]
    regression: Annotated[
        float | None,
        Meta(
            description="the change that was to be expected without any training, by regression "
            "to the mean",
            examples=[0.02],
        ),
    ]
    mix_shift: Annotated[
        float,
        Meta(description="share of contacts that moved to other queues and channels", examples=[0]),
    ]
    cautions: Annotated[list[Caution], Meta(description="why it may be no effect")]


class TrainingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A training and its effect."""

    training: Annotated[str, Meta(description="id and version", examples=["refunds@1"])]
    names: Annotated[dict[str, str], Meta(examples=[{"en": "Refunds"}])]
    trainer: Annotated[str | None, Meta(examples=["Li Na"])]
    team: Annotated[str | None, Meta(examples=["east"])]
    agents: Annotated[list[str], Meta(description="named ones", examples=[["a-7"]])]
    begin: Annotated[Instant, Meta(description="first instant of the training's first day")]
    end: Annotated[Instant, Meta(description="that of the day after its last")]
    before: Annotated[Instant, Meta(description="from then to `begin` is before")]
    after: Annotated[Instant, Meta(description="from `end` to then is after")]
    as_of: Instant
    rows: list[EffectRow]


class TrainingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A training that is defined."""

    training: Annotated[str, Meta(examples=["refunds@1"])]
    id: Annotated[str, Meta(examples=["refunds"])]
    names: Annotated[dict[str, str], Meta(examples=[{"en": "Refunds"}])]
    day: Annotated[str, Meta(examples=["2026-11-02"])]
    last: Annotated[str, Meta(description="its last day, included", examples=["2026-11-03"])]
    trainer: Annotated[str | None, Meta(examples=["Li Na"])]
    team: Annotated[str | None, Meta(examples=["east"])]
    agents: Annotated[list[str], Meta(description="named ones", examples=[["a-7"]])]
    metrics: Annotated[list[str], Meta(examples=[["qa_mean"]])]


class TrainingsAnswer(msgspec.Struct):
    """All trainings."""

    rows: list[TrainingRow]
    next: Next


def training_answer(one: TrainingEffect, zone: ZoneInfo) -> TrainingAnswer:
    """A training and its effect as they are written."""
    return TrainingAnswer(
        training=one.name,
        names=dict(one.body.names),
        trainer=one.body.trainer,
        team=one.body.team,
        agents=list(one.body.agents),
        begin=text(one.windows.during.begin, zone),
        end=text(one.windows.during.end, zone),
        before=text(one.windows.before.begin, zone),
        after=text(one.windows.after.end, zone),
        as_of=text(one.as_of, zone),
        rows=[_effect_row(found) for found in one.found],
    )


def _effect_row(found: Found) -> EffectRow:
    interval = found.effect.interval if found.effect is not None else None
    return EffectRow(
        kpi=found.kpi.id,
        trained=_change(found.trained),
        untrained=_change(found.untrained),
        effect=found.effect.value if found.effect is not None else None,
        low=None if interval is None else interval[0],
        high=None if interval is None else interval[1],
        regression=found.regression,
        mix_shift=found.mix_shift,
        cautions=list(found.cautions),
    )


def _change(one: Change) -> ChangeBody:
    return ChangeBody(
        agents=one.agents,
        before=one.before,
        after=one.after,
        change=one.change,
        low=None if one.interval is None else one.interval[0],
        high=None if one.interval is None else one.interval[1],
    )
