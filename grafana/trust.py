"""Whether the figures of a dashboard can be trusted: every dashboard begins with it."""

from grafana.expressions import AGE, STATE, TOO_OLD
from grafana.links import PROGRESS, RUNBOOK
from grafana.panels import GREY, Line, Measure, Number, Panel, Query, Section, States, Word
from grafana.texts import Text, same

RESIDUAL = 'contactcenter_conservation_residual{tenant="$tenant"}'
TRUST = Text("Can it be trusted", "可信度")
STALE = Text("STALE: figures are old", "数据中断：数字已过时")
OF_QUEUE = (
    Word(0, 0, Text("ok", "正常"), "green"),
    Word(1, 1, Text("few contacts", "样本少"), "blue"),
    Word(2, 2, Text("closed", "非营业"), GREY),
    Word(3, None, Text("STALE", "数据中断"), "red"),
)
"""The words of `STATE`"""


def light(share: int = 1) -> Panel:
    """A light that cannot be missed once the figures are old, or nobody tells them any more."""
    return Panel(
        title=Text("Data", "数据"),
        means=Text(
            f"Green while every partition was heard of within the last {TOO_OLD} s. Red as well "
            "where Prometheus reads no Floorpulse at all.",
            f"所有分区在最近 {TOO_OLD} 秒内都有更新时为绿色；"
            "Prometheus 读不到 Floorpulse 时同样为红色。",
        ),
        act=Text(
            "Red: believe no figure on this page; see the Pipeline dashboard, then whether "
            "Prometheus reaches the API. An empty or crossed-out panel means that Grafana itself "
            "does not reach Prometheus.",
            "红色时不要相信本页数字：先看“数据管道”面板，再检查 Prometheus 能否访问 API。"
            "面板为空表示 Grafana "
            "连不上 Prometheus。",
        ),
        form=Number(filled=True, steps=((None, "red"), (1, "green"))),
        queries=(Query(f"({AGE} <= bool {TOO_OLD}) or vector(0)", Text("Data", "数据")),),
        words=(Word(0, 0, STALE, "red"), Word(1, 1, Text("live", "实时"), "green")),
        links=(PROGRESS, RUNBOOK),
        share=share,
    )


def clock(share: int = 1) -> Panel:
    """The instant that the figures speak of."""
    return Panel(
        title=Text("Last update", "最后更新"),
        means=Text(
            "When the quietest partition was last heard of, in the zone of this browser.",
            "最慢分区的最后更新时间，按浏览器时区显示。",
        ),
        act=Text(
            "It moves every second. A clock that stands still is a picture of then.",
            "每秒走动；停住的时钟意味着画面停在那一刻。",
        ),
        form=Number(),
        measure=Measure.CLOCK,
        queries=(Query("min(contactcenter_kpi_last_update_timestamp_seconds) * 1000"),),
        share=share,
    )


def age() -> Panel:
    """How old the figures are, in seconds."""
    return Panel(
        title=Text("Age of the figures", "数据延迟"),
        means=Text(
            f"How long ago the quietest partition was heard of. Over {TOO_OLD} s figures are old.",
            f"距最慢分区最后更新的时间；超过 {TOO_OLD} 秒数字即过时。",
        ),
        act=Text(
            "See lag and partitions on the Pipeline dashboard.",
            "查看“数据管道”面板的积压与分区。",
        ),
        form=Number(filled=True, steps=((None, "green"), (TOO_OLD, "red"))),
        measure=Measure.SECONDS,
        queries=(Query(AGE),),
        links=(PROGRESS,),
    )


def residual() -> Panel:
    """Contacts that are neither waiting nor ended."""
    return Panel(
        title=Text("Contacts unaccounted for", "未平账联络"),
        means=Text(
            "Offered minus outcomes minus waiting, over all queues: anything but 0 is a defect.",
            "进线减去结果再减去排队；不为 0 即为缺陷。",
        ),
        act=Text(
            "Keep the logs of the engine, and report it; the figures of the queue are in doubt.",
            "保留引擎日志并上报；该队列的数字存疑。",
        ),
        form=Number(filled=True, steps=((None, "green"), (1, "red"))),
        queries=(Query(f"max(sum by (instance) (abs({RESIDUAL})))"),),
    )


def states(share: int = 1) -> Panel:
    """How far each queue's figures could be believed, over time."""
    return Panel(
        title=Text("State of each queue's figures", "各队列数据状态"),
        means=Text(
            "Stale: its sources are silent or counting is behind. Closed: outside business hours. "
            "Few contacts: under 10 in half an hour, a ratio is chance.",
            "数据中断：数据源静默或计数落后。非营业：营业时间之外。样本少：半小时内不足 10 "
            "个联络，比率只是偶然。",
        ),
        act=Text(
            "A single queue that is stale has a silent source: ask GET /v1/sources.",
            "单个队列中断说明其数据源静默：查询 GET /v1/sources。",
        ),
        form=States(),
        queries=(Query(STATE, same("{{queue}} {{channel}}")),),
        words=OF_QUEUE,
        share=share,
    )


def checked() -> Section:
    """The section that says it all: for dashboards whose subject is another."""
    return Section(TRUST, [Line(4, [light(), clock(), age(), residual()])])
