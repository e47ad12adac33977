"""The entry of a KPI: all that is known of it stands here, and nowhere else.

A KPI of a span counts what happened in [begin, end); a KPI of a moment is a gauge. They are two
types, for their formulas look at two types of figures.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Generic, Self, TypeVar

from floorpulse.counting.families import Family
from floorpulse.kpis.figures import Measure, MomentMeasure
from floorpulse.kpis.formulas.by_contact import by_contact
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import Policy
from floorpulse.kpis.units import Better, Group, Unit

M = TypeVar("M", bound=Callable[..., object])
SETTLED = Family.OFFER | Family.COMPLETION
"""What offers and completions make together"""


class Grows(Enum):
    """How a figure changes while cells only grow, which bounds it from knowing by how much."""

    COUNT = auto()
    """A number of contacts, of one family of counters"""
    SHARE = auto()
    """Part and whole are such numbers"""
    SHARE_OF_SOME = auto()
    """The same, but the whole may become less, and counts contacts who have no outcome"""
    MEAN = auto()
    """An amount over such a number"""
    QUANTILE = auto()
    """A quantile of a histogram"""


class Mixed(Enum):
    """How a KPI that depends on policies is computed over queues with different ones."""

    SUMMED = auto()
    """Each part under its own policy; numerators and denominators are added."""
    GIVEN = auto()
    """The formula is given the parts with their policies, in the plan."""


@dataclass(frozen=True)
class KpiGauge:
    """The metric that shows a KPI for each queue and window.

    `scale` turns the KPI's unit into the metric's; `quantile` is its label where one metric shows
    several quantiles.
    """

    metric: str
    scale: float = 1.0
    quantile: str | None = None


@dataclass(frozen=True)
class Variant(Generic[M]):
    """The same question asked more narrowly, or counted otherwise: `left:overflow`.

    `family` and `needs` are the KPI's own where nothing is said.
    """

    name: str
    zh: str
    formula: str
    measure: M = field(repr=False, compare=False)
    family: Family | None = None
    needs: Need | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _KpiFields(Generic[M]):
    """What the catalogue knows of a KPI.

    `family` is what it is computed from, and so when it is final. `needs` must be looked up beside
    the panes. `judged_by` is the policy it depends on (None: on none), and `mixed` how it is
    computed where policies differ.
    """

    id: str
    en: str
    zh: str
    group: Group
    unit: Unit
    better: Better
    formula: str
    family: Family
    measure: M
    needs: Need = Need.NOTHING
    judged_by: Policy | None = None
    mixed: Mixed = Mixed.SUMMED
    variants: tuple[Variant[M], ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    @property
    def all_variants(self) -> tuple[Variant[M], ...]:
        """Its variants."""
        return self.variants

    def in_variants(self) -> list[Self]:
        """Its variants as KPIs of their own."""
        return [
            replace(
                self,
                id=f"{self.id}:{one.name}",
                en=f"{self.en}, {one.name}",
                zh=f"{self.zh}（{one.zh}）",
                formula=one.formula,
                measure=one.measure,
                family=self.family if one.family is None else one.family,
                needs=self.needs if one.needs is None else one.needs,
                variants=(),
            )
            for one in self.all_variants
        ]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SpanKpi(_KpiFields[Measure]):
    """A KPI that is counted over a span.

    `by_agent`: it is an agent's doing, and told of agents; `quality`: agents may be compared by it.
    `grows`: how it may change while cells grow, None where nothing is said; variants have the same.
    `by_contact`: it has a variant `contact`, which
    counts surveys and evaluations at the contact's offer, and is computed from this family.
    `gauge` is its metric for each queue. `visits`: the visits that it counts against can be listed.
    """

    by_agent: bool = False
    quality: bool = False
    grows: Grows | None = None
    by_contact: Family | None = None
    gauge: KpiGauge | None = None
    visits: bool = False

    @property
    def all_variants(self) -> tuple[Variant[Measure], ...]:
        """Its variants, `contact` among them where it has that."""
        if self.by_contact is None:
            return self.variants
        contact = Variant(
            "contact",
            "按联络时间",
            f"{self.formula}, at the contact's offer",
            by_contact(self.measure),
            family=self.by_contact,
        )
        return (contact, *self.variants)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MomentKpi(_KpiFields[MomentMeasure]):
    """A gauge: how it is at a moment."""


Kpi = SpanKpi | MomentKpi
