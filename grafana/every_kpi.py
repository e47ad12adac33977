"""The dashboard of every KPI, generated from the catalogue; the published copy is
`grafana/dashboards/every-kpi.json`.

`python -m grafana.every_kpi > grafana/dashboards/every-kpi.json` writes it anew.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import count

from grafana_foundation_sdk.builders.common import ReduceDataOptions
from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DatasourceVariable,
    QueryVariable,
    Row,
    ThresholdsConfig,
)
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BigValueColorMode, BigValueGraphMode
from grafana_foundation_sdk.models.dashboard import (
    DashboardSpecialValueMapOptions,
    DataSourceRef,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMappingResult,
    VariableRefresh,
    VariableSort,
)

from floorpulse.kpis.catalogue import CATALOGUE, Kpi
from floorpulse.kpis.units import Group, Unit

UID = "floorpulse-every-kpi"
WIDTH = 24
MOST_A_LINE = 6
HEIGHT = 4
TOO_OLD = 10.0
"""Seconds after which figures that should come every second are late."""
AGE = "max(time() - contactcenter_kpi_last_update_timestamp_seconds)"
RESIDUAL = 'max(sum by (instance) (abs(contactcenter_conservation_residual{tenant="$tenant"})))'
UNITS = {
    Unit.CONTACTS: ("locale", 0),
    Unit.SECONDS: ("s", 1),
    Unit.RATIO: ("percentunit", 1),
    Unit.POINTS: ("none", 1),
    Unit.PER_10K: ("none", 1),
    Unit.AGENTS: ("none", 1),
}
"""Grafana's name of each unit, and decimals."""
UNDEFINED = SpecialValueMap(
    DashboardSpecialValueMapOptions(SpecialValueMatch.NULL_AND_NAN, ValueMappingResult(text="–"))
)
ABOUT = (
    "Each KPI of the catalogue over all queues of one tenant: the last 15 minutes, or this moment "
    "for gauges and plans. "
    "The same figures as GET /v1/kpis?by=total&window=15m; – is undefined."
)


def every_kpi() -> str:
    """The dashboard as JSON for Grafana 9.3 and later."""
    board = (
        Dashboard("Every KPI · 全部指标")
        .uid(UID)
        .description(ABOUT)
        .tags(["floorpulse"])
        .readonly()
        .refresh("5s")
        .time("now-1h", "now")
        .timezone("browser")
        .with_variable(
            DatasourceVariable("datasource").label("Data source · 数据源").type("prometheus")
        )
        .with_variable(
            QueryVariable("tenant")
            .label("Tenant · 租户")
            .datasource(_source())
            .query("label_values(contactcenter_kpi, tenant)")
            .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
            .sort(VariableSort.ALPHABETICAL_ASC)
        )
    )
    number = count(1)
    for title, panels in _rows():
        board.with_row(Row(title).id(next(number)))
        for panel in _laid_out(panels):
            board.with_panel(panel.id(next(number)))
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(board.build()) + "\n"


def _rows() -> Iterator[tuple[str, list[Panel]]]:
    yield "Can it be trusted · 可信度", [_age(), _residual()]
    for group in Group:
        yield (
            " · ".join(group.value),
            [_panel(kpi) for kpi in CATALOGUE.values() if kpi.group is group],
        )


def _laid_out(panels: Sequence[Panel]) -> Iterator[Panel]:
    """Lines of nearly as many panels each, of one height, that span the width."""
    lines = -(-len(panels) // MOST_A_LINE)
    for line in range(lines):
        together = panels[line * len(panels) // lines : (line + 1) * len(panels) // lines]
        for number, panel in enumerate(together):
            left = number * WIDTH // len(together)
            right = (number + 1) * WIDTH // len(together)
            yield panel.span(right - left).height(HEIGHT)


def _panel(kpi: Kpi) -> Panel:
    unit, decimals = UNITS[kpi.unit]
    expr = f'max(contactcenter_kpi{{tenant="$tenant",kpi="{kpi.id}"}})'
    about = f"`{kpi.id}`: {kpi.formula}. In {kpi.unit.value}; better: {kpi.better.value}."
    return (
        _stat(f"{kpi.en} · {kpi.zh}", about, expr)
        .unit(unit)
        .decimals(decimals)
        .graph_mode(BigValueGraphMode.AREA)
    )


def _age() -> Panel:
    about = (
        f"How long ago the quietest partition was heard of. Over {TOO_OLD:g} s the figures "
        "below are old."
    )
    return _judged(
        _stat("Age of the figures · 数据延迟", about, AGE).unit("s").decimals(0), TOO_OLD
    )


def _residual() -> Panel:
    about = "Offered minus outcomes minus waiting, over all queues: anything but 0 is a defect."
    return _judged(
        _stat("Contacts unaccounted for · 未平账联络", about, RESIDUAL).unit("none").decimals(0),
        1.0,
    )


def _judged(panel: Panel, wrong_from: float) -> Panel:
    steps = [Threshold(None, "green"), Threshold(wrong_from, "red")]
    return panel.thresholds(
        ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
    ).color_mode(BigValueColorMode.BACKGROUND)


def _stat(title: str, about: str, expr: str) -> Panel:
    plain = ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([Threshold(None, "blue")])
    return (
        Panel()
        .title(title)
        .description(about)
        .datasource(_source())
        .with_target(Dataquery().ref_id("A").expr(expr))
        .reduce_options(ReduceDataOptions().calcs(["last"]))
        .thresholds(plain)
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .mappings([UNDEFINED])
    )


def _source() -> DataSourceRef:
    return DataSourceRef(type_val="prometheus", uid="${datasource}")


if __name__ == "__main__":
    sys.stdout.write(every_kpi())
