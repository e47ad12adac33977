"""The dashboard of every KPI, generated from the catalogue."""

from collections.abc import Iterator, Sequence

from floorpulse.kpis.catalogue import CATALOGUE, Kpi
from floorpulse.kpis.units import Group, Unit
from grafana.expressions import of_floor
from grafana.panels import Board, Line, Measure, Number, Panel, Query, Section
from grafana.texts import Text
from grafana.trust import checked

MOST_A_LINE = 6
HEIGHT = 4
MEASURES = {
    Unit.CONTACTS: Measure.CONTACTS,
    Unit.SECONDS: Measure.SECONDS,
    Unit.RATIO: Measure.RATIO,
    Unit.POINTS: Measure.POINTS,
    Unit.PER_10K: Measure.POINTS,
    Unit.AGENTS: Measure.POINTS,
}
ABOUT = Text(
    "Each KPI of the catalogue over all queues of one tenant: the last 15 minutes, or this moment "
    "for gauges and plans. The same figures as GET /v1/kpis?by=total&window=15m; – is undefined.",
    "一个租户全部队列的每项指标：最近 15 分钟，或此刻（瞬时值与计划）。与 GET "
    "/v1/kpis?by=total&window=15m 相同；– 表示无定义。",
)


def panel(kpi: Kpi) -> Panel:
    """A KPI over the whole floor, with its course."""
    return Panel(
        title=Text(kpi.en, kpi.zh),
        means=Text(
            f"`{kpi.id}`: {kpi.formula}. In {kpi.unit.value}; better: {kpi.better.value}.",
            f"`{kpi.id}`：{kpi.formula}。",
        ),
        act=Text("What it means in full: docs/kpis.md.", "完整含义见 docs/kpis.md。"),
        form=Number(sparkline=True),
        measure=MEASURES[kpi.unit],
        queries=(Query(of_floor(kpi.id)),),
    )


def in_lines(panels: Sequence[Panel]) -> Iterator[Line]:
    """Lines of nearly as many panels each."""
    lines = -(-len(panels) // MOST_A_LINE)
    for line in range(lines):
        yield Line(HEIGHT, panels[line * len(panels) // lines : (line + 1) * len(panels) // lines])


EVERY_KPI = Board(
    slug="every-kpi",
    title=Text("Every KPI", "全部指标"),
    reader=Text("whoever looks a figure up", "查找某项指标的人"),
    about=ABOUT,
    variables=("datasource", "tenant", "floorpulse", "docs"),
    sections=[
        checked(),
        *(
            Section(
                Text(*group.value),
                list(in_lines([panel(kpi) for kpi in CATALOGUE.values() if kpi.group is group])),
            )
            for group in Group
        ),
    ],
)
