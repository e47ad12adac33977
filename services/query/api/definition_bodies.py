"""Bodies of definitions: what figures mean."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.counting.histograms import Boundary
from floorpulse.definitions.app import Reload
from floorpulse.definitions.domain.bodies import Kind, said
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import InForce, Version, service_level_of
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.kpis.catalogue import Kpi
from floorpulse.kpis.policies import DEFAULT_POLICY, Clock, Formula, ServiceLevelPolicy
from floorpulse.kpis.units import Better, Unit
from floorpulse.query.api.schemas import Next

KindName = Literal[
    "tenant",
    "calendar",
    "site",
    "team",
    "client",
    "queue",
    "service_level",
    "csat",
    "qa",
    "target",
    "source",
    "channel",
    "rule",
    "escalation",
    "rota",
    "receiver",
    "contract",
    "report",
    "agent_target",
    "binding",
    "training",
]


class DefinitionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A definition in force."""

    definition: Annotated[str, Meta(examples=["default@1"])]
    formula: Annotated[Formula, Meta(examples=["V5"])]
    threshold: Annotated[int, Meta(description="T, seconds", examples=[20])]
    short: Annotated[int, Meta(description="S, seconds", examples=[5])]
    boundary: Annotated[Boundary, Meta(examples=["le"])]
    flow_outs: bool
    waiting_past_threshold: bool
    target: Annotated[float, Meta(examples=[0.8])]
    clock: Annotated[
        Clock, Meta(description="calendar: waits run only in business hours", examples=["wall"])
    ]
    patience: Annotated[
        int, Meta(description="mean seconds until customers give up waiting", examples=[120])
    ]


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a definition."""

    kind: KindName
    id: Annotated[str, Meta(description="empty: the tenant itself", examples=["vip"])]
    version: Annotated[int, Meta(examples=[2])]
    valid_from: Annotated[
        str | None,
        Meta(
            description="first day in the tenant's zone; null: ever since", examples=["2026-01-01"]
        ),
    ]
    standing: Annotated[
        bool,
        Meta(description="false: no longer among the definitions, kept for figures that name it"),
    ]
    in_force: Annotated[bool, Meta(description="holds now")]
    says: Annotated[
        dict[str, Any],
        Meta(
            description="its fields as in the file", examples=[{"formula": "V3", "threshold": 10}]
        ),
    ]


class Loading(msgspec.Struct, frozen=True, kw_only=True):
    """Which set of definitions is in force, and how the last reading of its files went."""

    set: Annotated[
        int, Meta(description="number of the stored set; 0: the defaults hold", examples=[7])
    ]
    loaded_at: Annotated[Instant | None, Meta(description="when it was stored")]
    ok: Annotated[
        bool, Meta(description="false: the files are wrong now, the last good definitions hold")
    ]
    good_at: Annotated[
        Instant | None,
        Meta(description="when files were last found right by this process; null: it reads none"),
    ]
    mistakes: Annotated[
        int, Meta(description="how many mistakes there are in the files", examples=[0])
    ]
    details: Annotated[
        list[str],
        Meta(
            description="the mistakes, with the scope admin",
            examples=[["demo.yaml:9: queues[orders].team: there is no team 'eest'"]],
        ),
    ]


class KpiRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the catalogue."""

    kpi: Annotated[str, Meta(examples=["asa"])]
    en: Annotated[str, Meta(examples=["average speed of answer"])]
    zh: Annotated[str, Meta(examples=["平均应答速度"])]
    group: Annotated[str, Meta(examples=["speed"])]
    unit: Annotated[Unit, Meta(examples=["seconds"])]
    better: Annotated[Better, Meta(examples=["lower"])]
    formula: Annotated[str, Meta(examples=["Σ wait of the answered / answered"])]


class DefinitionsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What figures mean."""

    rows: Annotated[list[DefinitionRow], Meta(description="service-level policies in force")]
    versions: Annotated[
        list[VersionRow],
        Meta(description="a page of all versions; all else is whole on every page"),
    ]
    loading: Loading
    kpis: list[KpiRow]
    variants: list[KpiRow]
    next: Next


def policy_rows(in_force: InForce) -> list[DefinitionRow]:
    """The service-level policies in force, first the one that holds where none is defined."""
    versions = in_force.versions.get(Kind.SERVICE_LEVEL, {}).values()
    return [_policy_row(policy) for policy in (DEFAULT_POLICY, *map(service_level_of, versions))]


def _policy_row(policy: ServiceLevelPolicy) -> DefinitionRow:
    return DefinitionRow(
        definition=policy.name,
        formula=policy.formula,
        threshold=policy.threshold,
        short=policy.short,
        boundary=policy.boundary,
        flow_outs=policy.flow_outs,
        waiting_past_threshold=policy.waiting_past_threshold,
        target=policy.target,
        clock=policy.clock,
        patience=policy.patience,
    )


def version_rows(versions: Iterable[Version], in_force: InForce) -> list[VersionRow]:
    """Versions of definitions; one that stands no longer was taken out of the files, or replaced
    for the same days.
    """
    return [
        VersionRow(
            kind=KINDS[one.kind],
            id=one.id,
            version=one.number,
            valid_from=one.body.valid_from,
            standing=one.standing,
            in_force=in_force.versions.get(one.kind, {}).get(one.id) is one,
            says=_says(one),
        )
        for one in versions
    ]


KINDS: dict[Kind, KindName] = {
    Kind.TENANT: "tenant",
    Kind.CALENDAR: "calendar",
    Kind.SITE: "site",
    Kind.TEAM: "team",
    Kind.CLIENT: "client",
    Kind.QUEUE: "queue",
    Kind.SERVICE_LEVEL: "service_level",
    Kind.CSAT: "csat",
    Kind.QA: "qa",
    Kind.TARGET: "target",
    Kind.SOURCE: "source",
    Kind.CHANNEL: "channel",
    Kind.RULE: "rule",
    Kind.ESCALATION: "escalation",
    Kind.ROTA: "rota",
    Kind.RECEIVER: "receiver",
    Kind.CONTRACT: "contract",
    Kind.REPORT: "report",
    Kind.AGENT_TARGET: "agent_target",
    Kind.BINDING: "binding",
    Kind.TRAINING: "training",
}
SHOWN = {
    Kind.RECEIVER: frozenset({"id", "names", "language"}),
    Kind.CONTRACT: frozenset({"id", "names", "client", "last_day", "zone", "period", "scope"}),
}
"""What everybody may know of a kind: a receiver's numbers and addresses are a person's own, a
contract's prices and targets those of the parties
"""
ABOUT_PEOPLE = frozenset({"agents", "person", "trainer"})
"""What targets of agents, bindings and trainings say of people: for the scope agents:read, by
routes of their own
"""
OF_AGENTS = frozenset({Kind.AGENT_TARGET, Kind.BINDING, Kind.TRAINING})


def _says(version: Version) -> dict[str, Any]:
    says = said(version.body)
    if version.kind in OF_AGENTS:
        return {name: value for name, value in says.items() if name not in ABOUT_PEOPLE}
    shown = SHOWN.get(version.kind, says.keys())
    return {name: value for name, value in says.items() if name in shown}


def loading(known: Definitions, reload: Reload, zone: ZoneInfo, *, details: bool) -> Loading:
    """Which set is in force and how the last reading of files went; mistakes may name other
    tenants, so only some may know them.
    """
    return Loading(
        set=known.number,
        loaded_at=text(known.loaded_at, zone) if known.number else None,
        ok=reload.ok,
        good_at=text_or_none(reload.good_at, zone),
        mistakes=len(reload.mistakes),
        details=[str(one) for one in reload.mistakes] if details else [],
    )


def kpi_rows(known: Iterable[Kpi]) -> list[KpiRow]:
    """Entries of the catalogue."""
    return [
        KpiRow(
            kpi=kpi.id,
            en=kpi.en,
            zh=kpi.zh,
            group=kpi.group.name.lower(),
            unit=kpi.unit,
            better=kpi.better,
            formula=kpi.formula,
        )
        for kpi in known
    ]
