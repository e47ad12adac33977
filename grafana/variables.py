"""The variables of the dashboards, and where their pages are found."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders.dashboard import (
    CustomVariable,
    DatasourceVariable,
    QueryVariable,
    TextBoxVariable,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from grafana.panels import Board
from grafana.texts import Language, Text

Variable = CustomVariable | DatasourceVariable | QueryVariable | TextBoxVariable

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
KNOWN = "contactcenter_contacts_waiting"
"""The metric that every queue has"""
ADDRESS = "http://127.0.0.1:8000"
"""Where a browser finds the API, unless the dashboard is told otherwise"""
DOCS = "https://docs.example.org/floorpulse"
"""The same for the pages that `make docs` builds; rules of deploy/prometheus name the same"""
ADDRESSES = {"floorpulse": ADDRESS, "docs": DOCS}
LABELS: Mapping[str, Text] = {
    "datasource": Text("Data source", "数据源"),
    "tenant": Text("Tenant", "租户"),
    "queue": Text("Queue", "队列"),
    "channel": Text("Channel", "渠道"),
    "window": Text("Window", "时间窗口"),
    "floorpulse": Text("Address of Floorpulse", "Floorpulse 地址"),
    "docs": Text("Address of its docs", "文档地址"),
}
"""All variables"""
QUERIES = {
    "tenant": "label_values(contactcenter_kpi, tenant)",
    "queue": f'label_values({KNOWN}{{tenant="$tenant"}}, queue)',
    "channel": f'label_values({KNOWN}{{tenant="$tenant",queue=~"$queue"}}, channel)',
}


def variable(name: str, language: Language, board: Board) -> Variable:
    """One of `LABELS`, as a dashboard has it."""
    label = LABELS[name].said(language)
    match name:
        case "datasource":
            return DatasourceVariable(name).label(label).type("prometheus")
        case "window":
            return _window(board).label(label)
        case "floorpulse" | "docs":
            return _address(name).label(label)
        case "tenant":
            return _asked(name).label(label)
        case _:
            return _several(name, Text("All", "全部").said(language)).label(label)


def _asked(name: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .datasource(SOURCE)
        .query(QUERIES[name])
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )


def _several(name: str, everything: str) -> QueryVariable:
    chosen = VariableOption(selected=True, text=[everything], value=["$__all"])
    return (
        _asked(name)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .current(chosen)
    )


def _window(board: Board) -> CustomVariable:
    options = [_option(one.value, chosen=one is board.window) for one in board.windows]
    return (
        CustomVariable("window")
        .values(",".join(one.value for one in board.windows))
        .options(options)
        .current(_option(board.window.value, chosen=True))
    )


def _option(value: str, *, chosen: bool) -> VariableOption:
    return VariableOption(selected=chosen, text=value, value=value)


def _address(name: str) -> TextBoxVariable:
    address = ADDRESSES[name]
    chosen = _option(address, chosen=True)
    return TextBoxVariable(name).default_value(address).current(chosen).options([chosen])
