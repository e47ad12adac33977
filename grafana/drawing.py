"""Each form of panel as Grafana draws it, from 9.3 on."""

from collections.abc import Iterable
from typing import TypeVar, assert_never

from grafana_foundation_sdk.builders import (
    bargauge,
    heatmap,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor
from grafana_foundation_sdk.builders.heatmap import HeatmapColorOptions, YAxisConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode, HeatmapColorScale
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana.colours import PLAIN, mappings, thresholds
from grafana.panels import (
    Bars,
    Cell,
    Column,
    Course,
    Heat,
    Number,
    Panel,
    Query,
    Rows,
    States,
)
from grafana.texts import Language
from grafana.variables import SOURCE

Drawn = (
    stat.Panel
    | timeseries.Panel
    | bargauge.Panel
    | heatmap.Panel
    | statetimeline.Panel
    | table.Panel
)
P = TypeVar(
    "P",
    stat.Panel,
    timeseries.Panel,
    bargauge.Panel,
    heatmap.Panel,
    statetimeline.Panel,
    table.Panel,
)


def drawn(panel: Panel, language: Language) -> Drawn:
    """A panel without its place."""
    form = panel.form
    match form:
        case Number():
            return _number(panel, form, language)
        case Course():
            return _course(panel, form, language)
        case Bars():
            return _bars(panel, form, language)
        case Heat():
            return _heat(panel, language)
        case States():
            return _states(panel, language)
        case Rows():
            return _table(panel, form, language)
        case _:
            assert_never(form)


def _number(panel: Panel, form: Number, language: Language) -> stat.Panel:
    one = (
        _framed(stat.Panel(), panel, language)
        .reduce_options(ReduceDataOptions().calcs(["last"]))
        .thresholds(thresholds(form.steps))
        .color_mode(BigValueColorMode.BACKGROUND if form.filled else BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA if form.sparkline else BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.VALUE_AND_NAME if form.named else BigValueTextMode.AUTO)
        .orientation(VizOrientation.HORIZONTAL if form.stacked else VizOrientation.AUTO)
    )
    return _asking(one, panel, language, instant=not form.sparkline)


def _course(panel: Panel, form: Course, language: Language) -> timeseries.Panel:
    one = (
        _framed(timeseries.Panel(), panel, language)
        .line_width(2)
        .fill_opacity(40 if form.piled else 8)
        .show_points(VisibilityMode.NEVER)
        .min(0)
        .legend(_legend())
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    if form.piled:
        one = one.stacking(StackingConfig().mode(StackingMode.NORMAL).group("A"))
    return _asking(one, panel, language)


def _bars(panel: Panel, form: Bars, language: Language) -> bargauge.Panel:
    one = (
        _framed(bargauge.Panel(), panel, language)
        .reduce_options(ReduceDataOptions().calcs(["last"]))
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .thresholds(thresholds(PLAIN))
        .min(0)
    )
    return _asking(one if form.most is None else one.max(form.most), panel, language, instant=True)


def _heat(panel: Panel, language: Language) -> heatmap.Panel:
    one = (
        _framed(heatmap.Panel(), panel, language)
        .calculate(False)
        .color(
            HeatmapColorOptions()
            .mode(HeatmapColorMode.SCHEME)
            .scheme("Oranges")
            .scale(HeatmapColorScale.EXPONENTIAL)
            .exponent(0.5)
            .steps(64)
        )
        .show_value(VisibilityMode.NEVER)
        .y_axis(YAxisConfig().unit("s"))
    )
    return _asking(one, panel, language, layout=PromQueryFormat.HEATMAP)


def _states(panel: Panel, language: Language) -> statetimeline.Panel:
    one = (
        _framed(statetimeline.Panel(), panel, language)
        .merge_values(True)
        .show_value(VisibilityMode.AUTO)
        .legend(_legend())
        .thresholds(thresholds(((None, "transparent"),)))
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
    )
    return _asking(one, panel, language)


def _table(panel: Panel, form: Rows, language: Language) -> table.Panel:
    """Rows of several queries are merged where their labels are the same."""
    order = {label: place for place, (label, _) in enumerate(form.labels)}
    organized = {"excludeByName": {"Time": True}, "indexByName": order}
    one = (
        _framed(table.Panel(), panel, language)
        .with_transformation(DataTransformerConfig("merge", options={}))
        .with_transformation(DataTransformerConfig("organize", options=organized))
    )
    for label, title in form.labels:
        one = one.override_by_name(label, [DynamicConfigValue("displayName", title.said(language))])
    page = {
        "title": form.link.title.said(language),
        "url": form.link.address(language),
        "targetBlank": True,
    }
    one = one.override_by_name(form.labels[0][0], [DynamicConfigValue("links", [page])])
    for ref, column in zip(_refs(), form.columns, strict=False):
        one = one.with_target(
            _query(ref, Query(column.expr), language).instant().format(PromQueryFormat.TABLE)
        ).override_by_name(f"Value #{ref}", list(_column(column, language)))
    return one


def _column(column: Column, language: Language) -> Iterable[DynamicConfigValue]:
    """How a column is drawn, under the names of 9.3 and of later ones."""
    yield DynamicConfigValue("displayName", column.title.said(language))
    yield DynamicConfigValue("unit", column.measure.unit)
    yield DynamicConfigValue("decimals", column.measure.decimals)
    yield DynamicConfigValue("mappings", mappings(column.words, language))
    yield DynamicConfigValue("thresholds", thresholds(column.steps).build())
    if column.cell is Cell.BAR:
        yield DynamicConfigValue("min", 0)
    kind, mode = column.cell.value
    options = {"type": kind} if mode is None else {"type": kind, "mode": mode}
    yield DynamicConfigValue("custom.displayMode", column.cell.of_old)
    yield DynamicConfigValue("custom.cellOptions", options)


def _framed(one: P, panel: Panel, language: Language) -> P:
    """What all panels have."""
    stepped = one if panel.step is None else one.interval(panel.step)
    return (
        stepped.title(panel.title.said(language))
        .description(f"{panel.means.said(language)}\n\n{panel.act.said(language)}")
        .datasource(SOURCE)
        .unit(panel.measure.unit)
        .decimals(panel.measure.decimals)
        .mappings(mappings(panel.words, language))
        .links(
            [
                DashboardLink(link.title.said(language))
                .type(DashboardLinkType.LINK)
                .url(link.address(language))
                .target_blank(True)
                for link in panel.links
            ]
        )
    )


def _asking(
    one: P,
    panel: Panel,
    language: Language,
    *,
    instant: bool = False,
    layout: PromQueryFormat = PromQueryFormat.TIME_SERIES,
) -> P:
    """With its queries; an instant one shows nothing where Prometheus knows nothing now, a range
    would show the last value known.
    """
    for ref, query in zip(_refs(), panel.queries, strict=False):
        asked = _query(ref, query, language).format(layout)
        one = one.with_target(asked.instant() if instant else asked.range())
        if properties := list(_looks(query)):
            one = one.override_by_query(ref, properties)
    return one


def _looks(query: Query) -> Iterable[DynamicConfigValue]:
    if query.colour is not None:
        yield DynamicConfigValue("color", {"mode": "fixed", "fixedColor": query.colour})
    if query.dashed:
        yield DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]})
        yield DynamicConfigValue("custom.fillOpacity", 0)


def _query(ref: str, query: Query, language: Language) -> Dataquery:
    """One of the panel's questions; the SDK leaves `refId` empty, and two without are one."""
    return (
        Dataquery()
        .ref_id(ref)
        .datasource(SOURCE)
        .expr(query.expr)
        .legend_format(query.name.said(language) or "__auto")
    )


def _refs() -> Iterable[str]:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _legend() -> VizLegendOptions:
    return (
        VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
    )
