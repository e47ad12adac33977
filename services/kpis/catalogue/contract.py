"""What was promised, and how far it is kept."""

from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import SETTLED, Mixed, SpanKpi
from floorpulse.kpis.formulas.planning import service_level_projected
from floorpulse.kpis.formulas.recovery import contacts_to_recover, sla_attainment
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import Policy
from floorpulse.kpis.units import Better, Group, Unit

KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="sla_attainment",
        en="Service-level attainment",
        zh="服务水平达成率",
        group=Group.CONTRACT,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="service level / target",
        family=Family.OFFER,
        measure=sla_attainment,
        judged_by=Policy.SERVICE_LEVEL,
    ),
    SpanKpi(
        id="contacts_to_recover",
        en="Contacts to recover",
        zh="达标所需接通量",
        group=Group.CONTRACT,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="smallest k with (hit + k) / (total + k) ≥ target of the service level",
        family=Family.OFFER,
        measure=contacts_to_recover,
        judged_by=Policy.SERVICE_LEVEL,
    ),
    SpanKpi(
        id="service_level_projected",
        en="Projected service level",
        zh="预计服务水平",
        group=Group.CONTRACT,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="(hits + expected hits) / (total + expected total), at the end of the span",
        family=SETTLED,
        measure=service_level_projected,
        needs=Need.PLAN | Need.REST,
        judged_by=Policy.SERVICE_LEVEL,
        mixed=Mixed.GIVEN,
    ),
)
