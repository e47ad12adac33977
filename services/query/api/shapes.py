"""Domain values as the bodies of `schemas.py`."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from services.contracts.agents import Entered
from services.contracts.visits import (
    Complaint,
    Evaluation,
    Survey,
    Visit,
    hold_of,
    outcome,
    queue_of,
    talk_of,
    wait_of,
    wrap_of,
)
from services.definitions.app import Reload
from services.definitions.domain.bodies import Kind, said
from services.definitions.domain.in_force import (
    Definitions,
    InForce,
    TenantDefinitions,
    service_level_of,
)
from services.figures.live.queues import QueueNow
from services.figures.timestamps import text, text_or_none
from services.figures.visits.drilldown import JudgedVisit
from services.kpis.catalogue import Kpi
from services.kpis.policies import DEFAULT_POLICY, ServiceLevelPolicy
from services.query.pipeline.lag import PartitionLag

Body = dict[str, object]


def queue_row(now: QueueNow, zone: ZoneInfo) -> Body:
    """A queue now."""
    return {**vars(now), "as_of": text(now.as_of, zone)}


def agent_row(agent: str, entered: Entered, as_of: int, zone: ZoneInfo) -> Body:
    """An agent now."""
    told = {
        "reason": entered.reason or None,
        "queues": entered.queues,
        "team": entered.team or None,
        "site": entered.site or None,
    }
    return {
        "agent": agent,
        "state": entered.state,
        "since": text(entered.at, zone),
        **told,
        "as_of": text(as_of, zone),
    }


def policy_rows(in_force: InForce) -> list[Body]:
    """The service-level policies in force, first the one that holds where none is defined."""
    standing = map(service_level_of, in_force.versions.get(Kind.SERVICE_LEVEL, {}).values())
    return [_policy_row(policy) for policy in (DEFAULT_POLICY, *standing)]


def _policy_row(policy: ServiceLevelPolicy) -> Body:
    said = dict(vars(policy))
    return {
        "definition": said.pop("name"),
        **{name: value for name, value in said.items() if name not in ("csat", "qa")},
    }


def version_rows(known: TenantDefinitions, now: int, page: slice) -> list[Body]:
    """A page of every version of every definition; one that stands no longer was taken out of the
    files, or replaced for the same days.
    """
    in_force = known.at(now)
    return [
        {
            "kind": one.kind.name.lower(),
            "id": one.id,
            "version": one.number,
            "valid_from": one.body.valid_from,
            "standing": one.standing,
            "in_force": in_force.versions.get(one.kind, {}).get(one.id) is one,
            "says": said(one.body),
        }
        for one in known.versions[page]
    ]


def loading(known: Definitions, reload: Reload, zone: ZoneInfo, *, details: bool) -> Body:
    """Which set is in force and how the last reading of files went; mistakes may name other
    tenants, so only some may know them.
    """
    return {
        "set": known.number,
        "loaded_at": text(known.loaded_at, zone) if known.number else None,
        "ok": reload.ok,
        "good_at": text_or_none(reload.good_at, zone),
        "mistakes": len(reload.mistakes),
        "details": [str(one) for one in reload.mistakes] if details else [],
    }


def kpi_row(kpi: Kpi) -> Body:
    """An entry of the catalogue."""
    group = kpi.group.name.lower()
    return {
        "kpi": kpi.id,
        "en": kpi.en,
        "zh": kpi.zh,
        "group": group,
        "unit": kpi.unit,
        "better": kpi.better,
        "formula": kpi.formula,
    }


VISIT_COLUMNS = (
    "contact",
    "visit",
    "queue",
    "channel",
    "agent",
    "offered",
    "answered",
    "abandoned",
    "left",
    "ended",
    "wait",
    "talk",
    "hold",
    "wrap",
    "outcome",
    "reason",
    "missed",
    "definition",
)
"""The columns of visits as CSV; surveys, evaluations and complaints stand in JSON only."""


def visit_row(judged: JudgedVisit, zone: ZoneInfo, *, agents: bool) -> Body:
    """A visit; its agent only where the caller may know agents."""
    stored = judged.stored
    visit = judged.stored.visit
    wait = wait_of(visit)
    return {
        "contact": stored.contact,
        "visit": stored.number,
        "queue": queue_of(visit),
        "channel": visit.channel,
        **({"agent": visit.agent} if agents else {}),
        "offered": text(stored.offered_at, zone),
        **_instants(visit, zone),
        "wait": None if wait is None else wait / 1000,
        "talk": talk_of(visit) / 1000,
        "hold": hold_of(visit) / 1000,
        "wrap": wrap_of(visit) / 1000,
        "outcome": outcome(visit),
        "reason": visit.left_reason,
        "missed": judged.missed,
        "definition": judged.definition,
        "surveys": _opinions(visit.surveys, zone),
        "evaluations": _opinions(visit.evaluations, zone),
        "complaints": _opinions(visit.complaints, zone),
    }


def _instants(visit: Visit, zone: ZoneInfo) -> Body:
    return {
        "answered": text_or_none(visit.answered_at, zone),
        "abandoned": text_or_none(visit.abandoned_at, zone),
        "left": text_or_none(visit.left_at, zone),
        "ended": text_or_none(visit.ended_at, zone),
    }


def _opinions(
    known: Mapping[str, Survey | Evaluation | Complaint] | None, zone: ZoneInfo
) -> list[Body]:
    return [{"id": name, **_opinion(one, zone)} for name, one in sorted((known or {}).items())]


def _opinion(one: Survey | Evaluation | Complaint, zone: ZoneInfo) -> Body:
    match one:
        case Survey():
            answered = one.answered_at is not None
            at = one.answered_at if answered else one.offered_at
            return {
                "kind": one.kind,
                "at": text_or_none(at, zone),
                "score": one.score if answered else None,
                "verdict": None,
            }
        case Evaluation():
            verdict = (
                "retracted"
                if one.retracted
                else "fatal"
                if one.fatal
                else _judged(passed=one.passed)
            )
            kind = "calibration" if one.calibration else "evaluation"
            return {"kind": kind, "at": text(one.at, zone), "score": one.score, "verdict": verdict}
        case Complaint():
            severity = one.last("severity") or "normal"
            liable = one.last("liable")
            verdict = None if liable is None else "liable" if liable else "not liable"
            return {
                "kind": severity,
                "at": text_or_none(one.opened_at, zone),
                "score": None,
                "verdict": verdict,
            }


def _judged(*, passed: bool | None) -> str | None:
    return None if passed is None else "passed" if passed else "failed"


def pipeline(partitions: Iterable[PartitionLag], zone: ZoneInfo) -> Body:
    """How far counting is behind."""
    known = list(partitions)
    watermarks = [
        one.durable.watermark
        for one in known
        if one.durable is not None and one.durable.watermark is not None
    ]
    total = {
        "applied": sum(one.durable.applied for one in known if one.durable is not None),
        "dead": sum(one.durable.dead for one in known if one.durable is not None),
        "lag": sum(one.lag for one in known),
        "watermark": text_or_none(min(watermarks, default=None), zone),
    }
    return {"total": total, "partitions": [_partition(one, zone) for one in known]}


def folded(counts: tuple[int, int]) -> Body:
    """How many queues and agents of the caller's tenant live figures do not tell apart."""
    queues, agents = counts
    return {"queues": queues, "agents": agents}


def _partition(one: PartitionLag, zone: ZoneInfo) -> Body:
    durable = one.durable
    return {
        "partition": one.partition,
        "log_id": durable.log_id if durable else None,
        "generation": durable.generation if durable else None,
        "next_offset": durable.next_offset if durable else None,
        "live_offset": one.live.next_offset if one.live else None,
        "end_offset": one.log.end,
        "lag": one.lag,
        "watermark": text_or_none(durable.watermark if durable else None, zone),
        "applied": durable.applied if durable else 0,
        "dead": durable.dead if durable else 0,
        "updated_at": text(durable.published_at, zone) if durable else None,
        "stale": one.stale,
        "age": None if one.age is None else one.age / 1000,
        "clock_skew": None if one.skew is None else one.skew / 1000,
    }
