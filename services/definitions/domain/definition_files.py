"""What a file of definitions may hold, kind by kind."""

import msgspec

from floorpulse.definitions.domain.bodies import (
    CalendarBody,
    ChannelBody,
    ClientBody,
    CsatBody,
    Kind,
    QaBody,
    QueueBody,
    ServiceLevelBody,
    SiteBody,
    SourceBody,
    TargetBody,
    TeamBody,
    TenantBody,
)
from floorpulse.definitions.domain.contract_terms import ContractBody
from floorpulse.definitions.domain.indicator_terms import AgentTargetBody, BindingBody, TrainingBody
from floorpulse.definitions.domain.on_call import EscalationBody, RotaBody
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.terms import Body, TenantId

BODIES: dict[Kind, type[Body]] = {
    Kind.TENANT: TenantBody,
    Kind.CALENDAR: CalendarBody,
    Kind.SITE: SiteBody,
    Kind.TEAM: TeamBody,
    Kind.CLIENT: ClientBody,
    Kind.QUEUE: QueueBody,
    Kind.SERVICE_LEVEL: ServiceLevelBody,
    Kind.CSAT: CsatBody,
    Kind.QA: QaBody,
    Kind.TARGET: TargetBody,
    Kind.SOURCE: SourceBody,
    Kind.CHANNEL: ChannelBody,
    Kind.RULE: RuleBody,
    Kind.ESCALATION: EscalationBody,
    Kind.ROTA: RotaBody,
    Kind.RECEIVER: ReceiverBody,
    Kind.CONTRACT: ContractBody,
    Kind.REPORT: ReportBody,
    Kind.AGENT_TARGET: AgentTargetBody,
    Kind.BINDING: BindingBody,
    Kind.TRAINING: TrainingBody,
}


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: what it says about one tenant. Several files may speak of the same tenant."""

    tenant: TenantId
    about: list[TenantBody] = []
    calendars: list[CalendarBody] = []
    sites: list[SiteBody] = []
    teams: list[TeamBody] = []
    clients: list[ClientBody] = []
    queues: list[QueueBody] = []
    service_levels: list[ServiceLevelBody] = []
    csat: list[CsatBody] = []
    qa: list[QaBody] = []
    targets: list[TargetBody] = []
    sources: list[SourceBody] = []
    channels: list[ChannelBody] = []
    rules: list[RuleBody] = []
    escalations: list[EscalationBody] = []
    rotas: list[RotaBody] = []
    receivers: list[ReceiverBody] = []
    contracts: list[ContractBody] = []
    reports: list[ReportBody] = []
    agent_targets: list[AgentTargetBody] = []
    bindings: list[BindingBody] = []
    trainings: list[TrainingBody] = []
