"""Targets over the stretches of a report's period: how many were met, how many were missed."""

from collections.abc import Sequence
from itertools import groupby

from floorpulse.definitions.domain.terms import Comparison, Grouping
from floorpulse.figures.targets.figures import KeptTarget, TargetQuery, Targets
from floorpulse.figures.targets.promises import (
    PromiseChoice,
    StretchPlace,
    TargetStatus,
    counts_visits,
    shown,
)
from floorpulse.figures.timestamps import text
from floorpulse.reports.contents.asking import Scope
from floorpulse.reports.domain.report import Promise, Whom

ROWS = 2000
NOT_KEPT = (TargetStatus.MISSED, TargetStatus.BEHIND)


async def promises(targets: Targets, scope: Scope) -> tuple[Promise, ...]:
    """The promises of the report's subject; of a queue those that name it, of a contract those that
    are about its queues and nothing else.
    """
    asked = TargetQuery(scope.tenant, PromiseChoice(), scope.span, scope.period.zone)
    rows: list[KeptTarget] = []
    after: StretchPlace | None = None
    while True:
        found, after = await targets.page(asked, after, ROWS)
        rows += (row for row in found if _concerns(scope, row))
        if after is None:
            break
    rows.sort(key=lambda row: (_name(row), row.stint.span.begin))
    return tuple(_promise(scope, list(theirs)) for _, theirs in groupby(rows, _name))


def _name(row: KeptTarget) -> str:
    return row.stint.promise.version.name


def _concerns(scope: Scope, row: KeptTarget) -> bool:
    if scope.subject.whom is Whom.TENANT:
        return True
    if row.stint.promise.body.scope.queue not in scope.subject.queues:
        return False
    return scope.subject.whom is Whom.QUEUE or shown(row.stint, scope.as_its_client)


def _promise(scope: Scope, rows: Sequence[KeptTarget]) -> Promise:
    promise = rows[0].stint.promise
    body = promise.body
    kpi = promise.kpi
    states = [row.standing for row in rows]
    worst = _worst(rows, body.comparison)
    name = promise.version.id
    asked = scope.asked
    return Promise(
        target=promise.version.name,
        metric=body.metric,
        names={"en": kpi.en, "zh": kpi.zh},
        unit=kpi.unit,
        comparison=body.comparison.value,
        promised=body.value,
        window=body.window.value,
        scope=_scope(rows[0]),
        met=states.count(TargetStatus.MET),
        missed=sum(one in NOT_KEPT for one in states),
        without=states.count(TargetStatus.NO_CONTACTS) + states.count(TargetStatus.CLOSED),
        worst=None if worst is None else worst.value.value,
        worst_begin=None if worst is None else text(worst.stint.span.begin, scope.period.zone),
        question=asked.targets(name),
        visits=asked.visits_of_target(name) if counts_visits(promise) else None,
    )


def _worst(rows: Sequence[KeptTarget], comparison: Comparison) -> KeptTarget | None:
    """The stretch whose figure is the furthest on the wrong side."""
    known = [row for row in rows if row.value.value is not None]
    sign = 1 if comparison is Comparison.AT_LEAST else -1
    return min(known, key=lambda row: sign * (row.value.value or 0.0), default=None)


def _scope(row: KeptTarget) -> str:
    """The queue, team, site or client that it binds; empty: the tenant."""
    scope = row.stint.promise.body.scope
    groups = [scope.group(one) for one in Grouping]
    name = scope.queue or next((one for one in groups if one), "")
    return ", ".join([*([name] if name else []), *scope.channels])
